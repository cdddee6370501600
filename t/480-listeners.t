#!/bin/sh
# Event listeners get what supervisord's get: the same headers, payloads, serials, order.
. t/lib.sh
[ -x /usr/bin/python3 ] && /usr/bin/python3 -c 'import supervisor.childutils' 2>/dev/null ||
    skip_all 'needs supervisor.childutils'
hear="/usr/bin/python3 $TOOL/hear.py"
# Priorities differ because supervisord takes processes of equal priority for the same one,
# and gives an event that one rejects to the pools of all of them.
prio=-9
listener() {
	prio=$((prio + 1))
	conf "[eventlistener:$1]" "events = $2" "command = $hear $T/$1.out $3" 'startsecs = 0' \
	    'buffer_size = 1000' "priority = $prio"
}
listener all PROCESS_STATE,PROCESS_GROUP,SUPERVISOR_STATE_CHANGE
listener picky process_state_starting,PROCESS_STATE_STOPPED 'fail PROCESS_STATE_STARTING'
listener dies PROCESS_STATE_FATAL,PROCESS_GROUP_REMOVED 'exit PROCESS_STATE_FATAL'
listener two PROCESS_STATE_EXITED ''
conf 'numprocs = 2' 'process_name = two_%(process_num)d'
for p in a b once bad é; do conf "[program:$p]" 'startsecs = 0' 'autostart = false'; done
conf '[program:a]' 'command = /bin/sleep 1000' '[program:once]' 'command = /bin/true' \
    'autorestart = false' '[program:bad]' 'command = /bin/false' 'startsecs = 3' 'startretries = 0' \
    '[program:b]' 'command = /bin/sleep 1000' '[program:é]' 'command = /bin/sleep 1000' \
    '[group:g]' 'programs = b,é'
up_quiet

# heard FILE REGEX [COUNT]: wait for it
heard() { await "$1.out" "$2" "${3:-1}" >/dev/null || diag "$1 does not hear $2"; }
heard all 'RUNNING.*processname:two_1'
heard all 'RUNNING.*processname:dies'
heard picky 'STARTING.*processname:two_1' 2
ctl start a >/dev/null
heard all 'RUNNING.*processname:a '
ctl stop a >/dev/null
heard all 'STOPPED.*processname:a '
ctl start once >/dev/null
heard all 'EXITED.*processname:once'
ctl start bad >/dev/null
heard all 'FATAL.*processname:bad'
heard dies 'FATAL.*processname:bad' 2
heard all 'RUNNING.*processname:dies' 2
ctl start g:é >/dev/null
heard all 'RUNNING.*processname:é'
ctl stop g:é >/dev/null
heard all 'STOPPED.*processname:é'
ctl remove g >/dev/null
heard all 'GROUP_REMOVED.*groupname:g'
ctl add g >/dev/null
heard all 'GROUP_ADDED.*groupname:g' 1
heard picky 'STOPPED.*processname:é'
heard two 'EXITED.*processname:dies'
down

# The listeners start beside each other: who is first is up to the machine.
masked() { sed -E 's/pid:[0-9]+/pid:N/' "$1.out"; }
masked all >all
begun=$(grep -n 'PROCESS_STATE.*processname:a ' all | head -n 1 | cut -d: -f1)
is "$(head -n $((begun - 1)) all | grep -v RUNNING.*processname | cut -d' ' -f1,3-)" \
'0 0 PROCESS_GROUP_ADDED 14 groupname:all|
1 1 PROCESS_GROUP_ADDED 16 groupname:picky|
2 2 PROCESS_GROUP_ADDED 15 groupname:dies|
3 3 PROCESS_GROUP_ADDED 14 groupname:two|
4 4 PROCESS_GROUP_ADDED 12 groupname:a|
5 5 PROCESS_GROUP_ADDED 14 groupname:bad|
6 6 PROCESS_GROUP_ADDED 12 groupname:g|
7 7 PROCESS_GROUP_ADDED 15 groupname:once|
8 8 SUPERVISOR_STATE_CHANGE_RUNNING 0 
9 9 PROCESS_STATE_STARTING 56 processname:all groupname:all from_state:STOPPED tries:0
10 10 PROCESS_STATE_STARTING 60 processname:picky groupname:picky from_state:STOPPED tries:0
11 11 PROCESS_STATE_STARTING 58 processname:dies groupname:dies from_state:STOPPED tries:0
12 12 PROCESS_STATE_STARTING 58 processname:two_0 groupname:two from_state:STOPPED tries:0
13 13 PROCESS_STATE_STARTING 58 processname:two_1 groupname:two from_state:STOPPED tries:0' \
    'the start: groups, the supervisor, processes'
is "$(tail -n +$begun all | sed '/CHANGE_STOPPING/q' | cut -d' ' -f4 | tr '\n' ' ' | sed 's/PROCESS_STATE_//g')" \
    'STARTING RUNNING STOPPING STOPPED STARTING RUNNING EXITED STARTING BACKOFF FATAL EXITED STARTING RUNNING STARTING RUNNING STOPPING STOPPED PROCESS_GROUP_REMOVED PROCESS_GROUP_ADDED SUPERVISOR_STATE_CHANGE_STOPPING ' \
    'what happened then'
is "$(tail -n +$begun all | grep -E 'processname:(a|once|bad|é) |groupname:g|CHANGE' | sed -E 's/pid:N/pid:/' | cut -d' ' -f4,6- | sed 's/PROCESS_STATE_//')" \
'STARTING processname:a groupname:a from_state:STOPPED tries:0
RUNNING processname:a groupname:a from_state:STARTING pid:
STOPPING processname:a groupname:a from_state:RUNNING pid:
STOPPED processname:a groupname:a from_state:STOPPING pid:
STARTING processname:once groupname:once from_state:STOPPED tries:0
RUNNING processname:once groupname:once from_state:STARTING pid:
EXITED processname:once groupname:once from_state:RUNNING expected:1 pid:
STARTING processname:bad groupname:bad from_state:STOPPED tries:0
BACKOFF processname:bad groupname:bad from_state:STARTING tries:1
FATAL processname:bad groupname:bad from_state:BACKOFF
STARTING processname:é groupname:g from_state:STOPPED tries:0
RUNNING processname:é groupname:g from_state:STARTING pid:
STOPPING processname:é groupname:g from_state:RUNNING pid:
STOPPED processname:é groupname:g from_state:STOPPING pid:
PROCESS_GROUP_REMOVED groupname:g|
PROCESS_GROUP_ADDED groupname:g|
SUPERVISOR_STATE_CHANGE_STOPPING ' 'payloads'
is "$(cut -d' ' -f3 all | tr '\n' ' ')" "$(seq 0 $(($(wc -l <all) - 1)) | tr '\n' ' ')" \
    'poolserial counts what the pool gets'
is "$(cut -d' ' -f1 all)" "$(cut -d' ' -f3 all)" 'serial what any pool gets'

# rejected: again, with its serials, before all others; from another pool, not twice
# (at the end it may hear of others that stop)
picky=$(masked picky | head -n 22 | cut -d' ' -f1,3,4,6)
is "$(printf '%s\n' "$picky" | grep STARTING.*:a$)" "$(printf '%s\n' "$picky" | grep STARTING.*:a$ | sed -n '1p;1p')" \
    'a rejected event comes again'
is "$(printf '%s\n' "$picky" | cut -d' ' -f2 | tr '\n' ' ')" \
    '0 0 1 1 2 2 3 3 4 4 5 5 6 7 7 8 8 9 9 10 10 11 ' 'at once, then the next'
is "$(printf '%s\n' "$picky" | cut -d' ' -f3 | sed 's/PROCESS_STATE_//' | sort | uniq -c | tr -s ' \n' ' ')" \
    ' 20 STARTING 2 STOPPED ' 'only what it asked for, in any case'
logged 'picky: event was rejected' 10

# who dies with an event gives it back
is "$(masked dies | cut -d' ' -f3,4,6-)" '0 PROCESS_STATE_FATAL processname:bad groupname:bad from_state:BACKOFF
0 PROCESS_STATE_FATAL processname:bad groupname:bad from_state:BACKOFF
1 PROCESS_GROUP_REMOVED groupname:g|' 'an event outlives its listener'
is "$(masked two | cut -d' ' -f2-4,6)" 'two 0 PROCESS_STATE_EXITED processname:once
two 1 PROCESS_STATE_EXITED processname:dies' 'a pool of two: each event for one of them'
done_testing
