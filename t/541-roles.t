#!/bin/sh
# A machine takes on and drops roles: order, shared programs, goals, and what people say.
ROOT=$PWD
. t/lib.sh
skip_unless_supd 'roles are ours'

kato_status() { kato "$@" >out 2>err; echo $?; }
# Names in the order in which the log tells that they were spawned, or stopped
spawned() { sed -n "s/.*spawned: '\([^']*\)'.*/\1/p" "$T/supd.log" | tail -n "$1" | paste -sd' '; }
stopped() { sed -n 's/.* stopped: \([^ ]*\) .*/\1/p' "$T/supd.log" | tail -n "$1" | paste -sd' '; }

S='command = /bin/sleep 1000'
conf '[supd]' "statedir = $T/state" \
    '[program:node]' "$S" 'startsecs = 0' \
    '[program:gateway]' "$S" 'startsecs = 0' 'priority = 1' \
    '[program:shared]' "$S" 'startsecs = 0' 'roles = echo, other' \
    '[program:other]' "$S" 'startsecs = 0' \
    '[program:core]' "$S" 'startsecs = 0' 'autostart = false' \
    '[program:bad]' 'command = /nonexistent' 'startretries = 0' \
    '[program:free]' "$S" 'startsecs = 0' \
    '[role:echo]' 'programs = node, gateway' 'description = a service' \
    '[role:other]' 'programs = other' 'exclusive = third' 'order = 5' \
    '[role:third]' 'programs = node' 'exclude_from_add_all = true' \
    '[role:base]' 'programs = core' 'mandatory = true' 'order = 1' \
    '[role:broken]' 'programs = bad, free-not-there*' 'exclude_from_add_all = true' \
    '[rolegroup:both]' 'roles = echo, other'
up_quiet

# ---- what nobody has asked for ----

eventually kato process ready core >/dev/null
is "$(kato process list | sed 's/  */ /g' | cut -d' ' -f1,2 | sort)" 'bad STOPPED
core RUNNING
free RUNNING
gateway STOPPED
node STOPPED
other STOPPED
shared STOPPED' 'autostart starts what is in no role, a mandatory role the rest'
session <<'END'
$kato status
base                     RUNNING
$kato status -a
echo                     not here
other                    not here
third                    not here
base                     RUNNING
broken                   not here
$kato role list
echo                     none   a service
other                    none   |
third                    none   |
base                     START  |
broken                   none   |
$kato status -j
{"roles_stats":{"base":{"state":"RUNNING","node_ids":["127.0.0.1"]}}}
$kato role info other
other:
  description: ""
  goal: none
  state: STOPPED
  order: 5
  mandatory: false
  exclusive:
    - third
  min_per_cluster: 0
  max_per_cluster: 0
  exclude_from_add_all: false
  node_ids: []
  processes:
    other: STOPPED
    shared: STOPPED
END

# ---- add: in order; a shared one runs once ----

session <<'END'
$kato role add -v echo
-----> Adding roles
adding role "echo"...  ok
-----> Starting roles
  starting node...   ok
  starting gateway...   ok
  starting shared...   ok
role echo starting...  ok
$kato role add other
-----> Adding roles
adding role "other"...  ok
-----> Starting roles
role other starting...  ok
$kato role add echo
-----> Adding roles
adding role "echo"...  ok
-----> Starting roles
role echo starting...  ok
END
is "$(spawned 4)" 'node gateway shared other' 'in the order of the role, the shared one last and once'
is "$(cat state/roles.ini)" '; What kato has said of roles.  Written by supd.

[role:echo]
goal = START

[role:other]
goal = START' 'the goals can be read'

# ---- remove: in reverse; the shared one stays ----

is "$(kato role remove echo)" '-----> Stopping roles
role echo stopping...  ok
-----> Removing roles
removing role "echo"...  ok' 'role remove'
is "$(stopped 2)" 'gateway node' 'in reverse order'
like "$(kato process list shared)" '^shared  *RUNNING' 'the shared one is needed still'
kato role remove other >/dev/null
is "$(kato process list -j shared other)" '{"127.0.0.1":{"shared":"STOPPED","other":"STOPPED"}}' \
    'and stops with the last role that needs it'
is "$(kato_status role remove other)" 0 'to remove what is not here is fine'

# ---- refusals change nothing ----

before=$(cat state/roles.ini)
is "$(kato_status role add echo nix)" 1 'an unknown role: 1'
is "$(cat err)" "kato: no role or group of roles 'nix'" 'which is named'
is "$(kato_status role remove base)" 1 'a mandatory one cannot be removed'
is "$(cat err)" "kato: role 'base' is mandatory" 'that is said'
is "$(kato_status stop base)" 1 'nor stopped'
is "$(kato_status role add third other)" 1 'two that exclude each other'
like "$(cat err)" "role '(third|other)' excludes role '(third|other)', which is to be added as well" 'said'
is "$(kato_status start echo)" 1 'what is not here cannot be started'
is "$(cat err)" "kato: role 'echo' is not on this machine: add it first" 'said'
is "$(kato_status role add)" 2 'add what?'
is "$(kato_status role add --all echo)" 2 'all, and one'
is "$(kato_status role add --all --only echo)" 2 'all, and only'
is "$(cat state/roles.ini)" "$before" 'nothing was changed'
is "$(kato process list -j node)" '{"127.0.0.1":{"node":"STOPPED"}}' 'and nothing started'

# ---- a process that does not come ----

is "$(kato_status role add broken)" 1 'a process that cannot start: 1'
like "$(cat out)" '^role broken starting\.\.\.  failed$' 'the role has failed'
like "$(cat out)" '^  bad: .*it is FATAL: .*/nonexistent' 'which process, and why'
like "$(kato status; echo "= $?")" '^broken +FATAL$' 'status says so'
like "$(kato status >/dev/null; echo "= $?")" '= 3' 'with 3'
like "$(cat state/roles.ini)" 'goal = START' 'the goal stays'
kato role remove broken >/dev/null

# ---- groups, --all, --only, -s ----

is "$(kato_status role add --all)" 0 'add --all'
is "$(kato status)" 'echo                     RUNNING
other                    RUNNING
base                     RUNNING' 'but those that are excluded'
is "$(kato_status role add third)" 1 'third is excluded by other, which is here'
is "$(kato_status role add --only third)" 0 'add --only'
is "$(kato status | sed 's/ .*//' | paste -sd' ')" 'third base' 'removes the rest, not what is mandatory'
is "$(kato_status role remove --all)" 0 'remove --all'
is "$(kato status | sed 's/ .*//' | paste -sd' ')" base 'leaves what is mandatory'
is "$(kato role add -s both; kato process list -j node)" '-----> Adding roles
adding role "echo"...  ok
adding role "other"...  ok
{"127.0.0.1":{"node":"STOPPED"}}' 'a group; -s starts nothing'
is "$(kato_status start echo)" 0 'start'
is "$(kato process list -j node other shared)" \
    '{"127.0.0.1":{"node":"RUNNING","other":"STOPPED","shared":"RUNNING"}}' 'only that role'

# ---- what a person stops, and ROGUE ----

ctl stop node >/dev/null
is "$(kato_status start other)" 0 'another role is started'
like "$(kato process list node)" '^node +STOPPED' 'what a person has stopped stays down'
kato status >status
is $? 3 'status: 3'
like "$(cat status)" '^echo +STARTING$' 'its role is not whole'
is "$(kato_status restart echo)" 0 'restart of the role'
like "$(kato process list node)" '^node +RUNNING' 'brings it back'
is "$(spawned 3)" 'shared node gateway' 'in order: the shared one with the role that comes first'
kato stop echo >/dev/null
ctl start gateway >/dev/null
like "$(kato process list gateway)" '^gateway +ROGUE' 'runs, and no role wants it: ROGUE'
like "$(ctl why gateway)" '^no role wants it; it is in echo$' 'why says so'
like "$(ctl why other)" 'a role needs it, asked for by uid' 'who asked for the role is in why'
is "$(kato_status start echo)" 0 'start takes it as it is'
like "$(kato process list gateway)" '^gateway +RUNNING' 'RUNNING again'
kato stop other >/dev/null
pid=$(ctl pid core)
is "$(kato restart | paste -sd' ')" '-----> Restarting roles role echo restarting...  ok role base restarting...  ok' \
    'restart of all leaves alone what is stopped'
isnt "$(ctl pid core)" "$pid" 'a mandatory role may be restarted'

# ---- crash of the core, reload, restart ----

pid=$(ctl pid node)
kill -SEGV "$MAIN"
eventually ctl pid >/dev/null
is "$(ctl pid node)" "$pid" 'after a crash of the core the same process'
is "$(kato status)" 'echo                     RUNNING
other                    STOPPED
base                     RUNNING' 'and the same roles'

sed -i 's/^programs = node, gateway$/programs = node, gateway, free/' supd.conf
ctl update >/dev/null
like "$(kato role info echo)" '^    free: RUNNING$' 'an update puts a program into a role'
is "$(ctl pid node)" "$pid" 'the others are not touched'
printf '[program:tardy]\ncommand = /bin/sleep 1000\nstartsecs = 0\nautostart = false\n' >>supd.conf
ctl update >/dev/null
sed -i 's/^programs = node, gateway, free$/programs = node, gateway, free, tardy/' supd.conf
is "$(ctl plan)" 'tardy: start because of roles' 'plan tells what roles would start'
ctl update >/dev/null
like "$(kato role info echo)" '^    tardy: (RUNNING|STARTING)$' 'and update starts it'
sed -i '/^roles = echo, other/d; s/^programs = other$/programs = other, tardy/' supd.conf
sed -i 's/^programs = node, gateway, free, tardy$/programs = node, gateway, free/' supd.conf
like "$(ctl plan)" '^tardy: stop because of roles$' 'or stop'
ctl update >/dev/null
ok 'which it does' eventually sh -c "'$T/bin/kato' -c supd.conf process list tardy | grep -q STOPPED"
sed -i 's/^programs = other, tardy$/programs = other/' supd.conf
sed -i 's/^programs = node, gateway, free$/programs = node/' supd.conf
sed -i 's/^exclusive = third$/exclusive = nix/' supd.conf
like "$(ctl update 2>&1)" "'nix' is no role" 'a wrong file is refused'
like "$(kato role info echo)" '^    gateway: RUNNING$' 'and changes nothing'
sed -i 's/^exclusive = nix$/exclusive = third/' supd.conf
ctl update >/dev/null
like "$(ctl status gateway)" 'RUNNING' 'who leaves all roles goes on'

ctl reload >/dev/null
await supd.log 'supervisord started with pid' 2 >/dev/null
eventually kato process ready node >/dev/null
is "$(kato status)" 'echo                     RUNNING
other                    STOPPED
base                     RUNNING' 'the goals hold after a restart'
down

# ---- a crash in the middle of a restart ----

script lazy <<'END'
#!/bin/sh
trap 'while [ ! -e "$1" ]; do sleep 0.05; done; exit 0' TERM
while :; do sleep 0.05; done
END
conf '[program:lazy]' "command = $T/lazy $T/flag2" 'startsecs = 0' 'stopwaitsecs = 60' \
    '[role:lazy]' 'programs = lazy'
up_quiet
kato role add lazy >/dev/null
pid=$(ctl pid lazy)
behind restart.out "$T/bin/kato" -c "$T/supd.conf" restart lazy
eventually sh -c "$CTL -c supd.conf status lazy | grep -q STOPPING"
kill -SEGV "$MAIN"
wait $BG
is $? 7 'who waits for it learns that the connection is gone'
eventually ctl pid >/dev/null
touch flag2
ok 'it is started again all the same' eventually sh -c "$CTL -c supd.conf status lazy | grep -q RUNNING"
isnt "$(ctl pid lazy)" "$pid" 'after its stop'
down

# ---- the shells complete it ----

cat >complete.bash <<END
source "$ROOT/contrib/completions/kato.bash"
COMP_LINE=\$1 COMP_POINT=\${#1}
_kato
printf '%s\\n' "\${COMPREPLY[*]}"
END
offers() { PATH=$T/bin:$PATH bash complete.bash "kato -c $T/supd.conf $1"; }
up_quiet
if command -v bash >/dev/null; then
	is "$(offers ro)" role 'bash: commands'
	is "$(offers 'role ')" 'add remove list info' 'their second words'
	is "$(offers 'role add b')" 'base broken both' 'roles and groups of roles'
	is "$(offers 'process list g')" gateway 'processes'
	is "$(offers 'role add --all')" '--all --all-but' 'options'
else
	skip 'bash is not installed' 5
fi
for shell in zsh fish; do
	case $shell in zsh) file=_kato ;; *) file=kato.fish ;; esac
	if command -v $shell >/dev/null; then
		ok "$shell accepts $file" $shell -n "$ROOT/contrib/completions/$file"
	else
		skip "$shell is not installed"
	fi
done
down

# ---- whose turn it is ----

sed -i "s,^statedir = .*,statedir = $T/state," supd.conf
conf '[program:first]' "$S" 'startsecs = 0' "ready = file:$T/flag" \
    '[program:second]' "$S" 'startsecs = 0' '[program:third]' "$S" 'startsecs = 0' \
    '[program:apart]' "$S" 'startsecs = 0' \
    '[program:nightly]' "$S" 'schedule = 0 3 1 1 *' 'roles = slow' \
    '[role:slow]' 'programs = first, second' 'order = 2' \
    '[role:late]' 'programs = third' 'order = 3' '[role:early]' 'programs = apart' 'order = 1' \
    '[rolegroup:three]' 'roles = slow, late, early'
up_quiet
behind add.out "$T/bin/kato" -c "$T/supd.conf" role add -v three
ok 'a lower order comes first' await supd.log "spawned: 'first'"
is "$(sed -n "s/.*spawned: '\([^']*\)'.*/\1/p" supd.log | grep -e apart -e first | paste -sd' ')" 'apart first' 'in order'
like "$(ctl why second)" '^it waits for its turn: role slow waits for first \(it is RUNNING\)$' 'why names the one that is waited for'
like "$(ctl why third)" '^it waits for its turn: role slow waits for first' 'also from another role'
is "$(kato process list -j first second third)" \
    '{"127.0.0.1":{"first":"STARTING","second":"STARTING","third":"STARTING"}}' 'nobody else runs'
is "$(kato process ready first; echo "= $?")" 'NOT READY
= 1' 'NOT READY: 1'
is "$(kato process ready -b 0.1 all; echo "= $?")" 'NOT READY
= 1' 'and a wait for it ends'
touch flag
is "$(kato process ready -b 20 all)" 'READY' 'READY when it is'
wait $BG
is $? 0 'role add has waited'
is "$(kato process list -j nightly; kato status | grep slow)" '{"127.0.0.1":{"nightly":"STOPPED"}}
slow                     RUNNING' 'what the clock starts does not start with its role'
is "$(sed -n 's/^  starting \(.*\)\.\.\.   ok$/\1/p' add.out | paste -sd' ')" 'apart first second third' 'for all of them'
down
is "$(sed -n 's/.* stopped: \([^ ]*\) .*/\1/p' supd.log | grep -e apart -e first -e second -e third | paste -sd' ')" \
    'third second first apart' 'the end of the supervisor goes the other way'

# ---- nothing to remember it in ----

printf x >state.file
sed -i "s,^statedir = .*,statedir = $T/state.file/x," supd.conf
up_quiet
is "$(kato_status role add third)" 0 'without a state directory it works'
like "$(cat err)" 'not remembered over a restart' 'and says what it will not remember'
is "$(kato inspect tests state | head -n 1)" 'state        FAILED' 'which inspect finds'
kill -SEGV "$MAIN"
eventually ctl pid >/dev/null
is "$(kato status | grep third)" 'third                    RUNNING' 'but over a crash of the core'
down
done_testing
