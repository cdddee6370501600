#!/bin/sh
# From copied files to a service that is bound: the way of somebody who sets one up, step by step.
. t/lib.sh
skip_unless_supd 'roles and services are ours'

# Each step has to end with status 0.
step() {
	_name=$1
	shift
	if "$@" >out 2>err; then
		pass "$_name"
	else
		fail "$_name"
		diag "$(cat out err)"
	fi
}
from() { _file=$1; shift; "$@" <"$_file"; }

# ---- what is there: a supervisor with state, and the files of the service ----

mkdir dropins
conf '[supd]' "statedir = $T/state" '[include]' "files = $T/dropins/*"
cat >echo <<E
; the service echo: its gateway, its node, and the role that runs both
[gateway:echo]
description = Says what it hears

[plan:echo/free]
description = Everything there is

[node:echo]
capacity = 3
ports = 5002-5099

[program:echo_helper]
command = /bin/sleep 1000
autostart = false
startsecs = 0

[role:echo]
description = the echo service
programs = echo_helper, node:echo, gateway:echo
E
cat >gateway.yml <<E
---
# where others find it
mbus: nats://127.0.0.1:4222
plan_management:
  plans:
    free:
      low_water: 100
      high_water: 1400
token: changeme
logging:
  level: debug
E
cat >node.yml <<E
capacity: 100
plan: free
supported_versions: ["1.0"]
E

up_quiet
step 'stop, to begin with' kato stop
down
cp echo dropins/echo
up_quiet
step 'process list knows the new files' kato process list echo_helper
like "$(cat out)" '^echo_helper +STOPPED' 'nothing is started by them'
step 'config of the gateway' from gateway.yml kato config set echo_gateway / --yaml
step 'config of the node' from node.yml kato config set echo_node / --yaml
step 'the token' kato config set cloud_controller_ng builtin_services/echo/token T0ken
is "$(kato config get echo_gateway plan_management/plans/free/low_water)" 100 'a value of it'
is "$(kato config get cloud_controller_ng builtin_services/echo/token)" T0ken 'and the token'
is "$(kato service catalog 2>&1; echo "= $?")" 'kato: gateway:echo is stopped
= 1' 'nobody offers the service yet'

step 'role add echo' kato role add echo -v
is "$(sed -n 's/^  starting \(.*\)\.\.\.   ok$/\1/p' out | paste -sd' ')" \
    'echo_helper supd:node:echo supd:gateway:echo' 'program, node and gateway start in order'
step 'process list' kato process list
is "$(awk '{ print $1, $2 }' out | sort | paste -sd' ')" \
    'echo_helper RUNNING supd:gateway:echo RUNNING supd:node:echo RUNNING' 'has the three'
step 'process ready' kato process ready all
step 'status' kato status
is "$(cat out)" 'echo                     RUNNING' 'RUNNING'
step 'the catalog' kato service catalog
like "$(cat out)" '^echo +free +free +Everything there is$' 'has the service'
step 'create' kato service create echo mine
step 'credentials' kato service credentials mine
is "$(sed 's/:.*//' out | sort | paste -sd' ')" 'host hostname name node_id port' 'have what an application needs'
step 'bind' kato service bind mine app
step 'unbind' kato service unbind mine app
step 'delete' kato service delete mine
is "$(kato service list | wc -l)" 1 'nothing is left'

step 'role remove' kato role remove echo -v
is "$(sed -n 's/^  stopping \(.*\)\.\.\.   ok$/\1/p' out | paste -sd' ')" \
    'supd:gateway:echo supd:node:echo echo_helper' 'in reverse'
is "$(kato service catalog 2>&1; echo "= $?")" 'kato: gateway:echo is stopped
= 1' 'nobody offers it any more'
step 'and again' kato role add echo
step 'the catalog is back' kato service catalog
step 'history' kato history
like "$(cat out)" ' 0  kato config set cloud_controller_ng builtin_services/echo/token$' 'has no secrets'
down
done_testing
