#!/bin/sh
# The roles of a directory of Stackato's become ini, which loads beside its drop-ins.
. t/lib.sh
skip_unless_supd 'supervisord knows no roles'

import() { "$T/bin/supd" import "$@"; }
mkdir -p etc/processes dropins
process() {
	cat >"etc/processes/$1.yml"
	printf '\n[program:%s]\ncommand=/bin/sleep 1000\nautostart=false\nstartsecs=0\n' "$1" >"dropins/$1"
}
process redis_server <<E
---
name: redis_server
roles:
- primary
- data
listen_port: 6379
E
process echo_gateway <<E
name: echo_gateway
config_origin: /etc/echo/gateway.yml
roles:
- echo
sets_running_status: true
E
process echo_node <<E
name: echo_node
roles:
  - echo
E
process extra <<E
name: extra
roles: ["primary"]
doozer_ephemeral: false
E
cat >etc/process_order.yml <<E
# inside a role, reversed for stop
processes:
- name: redis_server
- name: echo_node
- name: echo_gateway
E
cat >etc/role_order.yml <<E
primary:
  mandatory: true
  max_per_cluster: 1
data: {}
echo:
  exclude_from_add_all: true
  min_per_cluster: 0
E
printf 'data-services:\n- data\n- echo\nmicrocloud:\n- primary\n- echo\n' >etc/role_groups.yml
printf 'spare:\n  replace:\n  - echo\n  with:\n  - data\n' >etc/process_alternatives.yml

import kato etc >roles.ini
is "$(cat roles.ini)" '; roles of etc; to be read behind the drop-ins of its processes

[role:primary]
order = 1
programs = redis_server, extra
max_per_cluster = 1
mandatory = true

[role:data]
order = 2
programs = redis_server

[role:echo]
order = 3
programs = echo_node, echo_gateway
exclude_from_add_all = true
exclusive = data

[rolegroup:data-services]
roles = data, echo

[rolegroup:microcloud]
roles = primary, echo

; kato config set echo_gateway / --yaml </etc/echo/gateway.yml

; echo_gateway told kato itself that it runs: ready=notify, if it can say so to $NOTIFY_SOCKET

[program:redis_server]
ready = listen:tcp:6379' 'roles in their order, programs in theirs'
conf '[include]' "files = $T/dropins/* $T/roles.ini"
is "$("$T/bin/supd" check -c supd.conf 2>&1 | grep -Ec 'roles.ini:|dropins/')" 0 'which loads beside the drop-ins'

printf 'a:\n\t- b\n' >etc/role_groups.yml
is "$(import kato etc 2>&1; echo "= $?")" "Error: etc/role_groups.yml: $(import kato etc 2>&1 | sed 's/.*yml: //')
= 1" 'a file that is wrong is named, and nothing is printed'
rm etc/role_groups.yml etc/role_order.yml
is "$(import kato etc 2>&1; echo "= $?")" 'Error: etc/role_order.yml: No such file or directory
= 1' 'without roles there is nothing to print'
import >out 2>&1
is $? 2 'usage: 2'
like "$(cat out)" '^Usage: supd import kato DIR' 'which is told'
done_testing
