#!/bin/sh
# kato service: instances of a service, from kato through gateway and node to the core and back.
. t/lib.sh
skip_unless_supd 'services are ours'

is "$(kato service list 2>&1; echo $?)" "kato: unix://$T/sock no such file
7" 'no supervisor'
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
conf '[supd]' "statedir = $T/state" '[gateway:echo]' 'description = Says what it hears' \
    '[plan:echo/small]' 'node_plan = free' 'description = A small one' \
    '[plan:echo/big]' 'node_plan = free' 'free = false' \
    'create_schema = {"type": "object", "properties": {"n": {"type": "integer"}}}' \
    '[node:echo]' 'credentials = word=always' 'host = 192.0.2.1' \
    '[inet_http_server]' "port = 127.0.0.1:$port" 'username = u' 'password = p'
up_quiet
session <<'E'
$kato service catalog
SERVICE              PLAN             COST  DESCRIPTION
echo                 small            free  A small one
echo                 big              paid  Plan big of echo
$kato service list
NAME                                 GATEWAY      PLAN       STATE     BOUND  NODE
$kato service create echo mine
creating mine...   ok
host: 192.0.2.1
hostname: 192.0.2.1
name: mine
node_id: echo
word: always
$kato service create echo mine
creating mine...   ok (was there)
host: 192.0.2.1
hostname: 192.0.2.1
name: mine
node_id: echo
word: always
$kato service create echo mine --plan big
creating mine...   failed
kato: there is one of this id already, with other attributes
= 1
$kato service create echo other --plan big '{"n": "x"}'
creating other...   failed
kato: parameters: n: is not of type integer
= 1
$kato service create echo other --plan huge
creating other...   failed
kato: service echo has no plan 'huge'
= 1
$kato service create nothing x
kato: no service 'nothing'
= 1
$kato service create echo x nonsense
kato: 'nonsense' is no JSON object such as {"size": 3}
= 2
$kato service bind mine joe
binding joe...   ok
host: 192.0.2.1
hostname: 192.0.2.1
name: mine
node_id: echo
word: always
$kato service list
NAME                                 GATEWAY      PLAN       STATE     BOUND  NODE
mine                                 echo         small      ready       1  echo
$kato service credentials mine joe --json
{"host":"192.0.2.1","hostname":"192.0.2.1","name":"mine","node_id":"echo","word":"always"}
$kato service credentials nobody
kato: no instance 'nobody'
= 1
$kato service credentials mine nobody
kato: there is no such instance or binding
= 1
$kato service unbind mine joe
unbinding joe...   ok
$kato service unbind mine joe
unbinding joe...   ok (was not there)
$kato service orphans
NAME                                 GATEWAY      NODE         STATE     BINDING
$kato service list -g echo
NAME                                 GATEWAY      PLAN       STATE     BOUND  NODE
mine                                 echo         small      ready       0  echo
E
like "$(kato -s "http://u:p@127.0.0.1:$port" service create echo far)" '^creating far\.\.\.   ok' 'from elsewhere, by HTTP'
like "$(kato -s "http://u:p@127.0.0.1:$port" service delete far)" '^deleting far\.\.\.   ok' 'and gone again'
logged 'INFO gateway:echo: mine: created'
logged 'INFO gateway:echo: mine, binding joe: deleted'
kill -9 "$(ctl pid supd:gateway:echo)" "$(ctl pid supd:node:echo)"
logged 'exited: gateway:echo \(terminated by SIGKILL'	# a call may reach one that is dying
logged 'exited: node:echo \(terminated by SIGKILL'
session <<'E'
$kato service list -g echo
NAME                                 GATEWAY      PLAN       STATE     BOUND  NODE
mine                                 echo         small      ready       0  echo
$kato service credentials mine -j
{"host":"192.0.2.1","hostname":"192.0.2.1","name":"mine","node_id":"echo","word":"always"}
$kato service delete mine
deleting mine...   ok
$kato service delete mine -g echo
deleting mine...   ok (was not there)
$kato service list -j
[]
E
down
done_testing
