#!/bin/sh
# stop works while a process is still STARTING; start then begins anew.
. t/lib.sh
conf '[program:p]' 'command = /bin/sleep 1000' 'startsecs = 1000'
conf '[program:q]' 'command = /bin/sleep 1000' 'startsecs = 1000' 'autostart = false'
up
saw p STARTING
pid=$(ctl pid p)
is "$(ctl stop p)" 'p: stopped' 'stop while STARTING'
saw p STOPPING STOPPED
ok 'the process is gone' gone "$pid" 1
like "$(sed -n 's/.*PROCESS_STATE_STOPPING processname:p //p' events)" '^groupname:p from_state:STARTING pid:[0-9]+$' \
    'listeners know from where'
# A start that waits learns that somebody else has stopped it.
behind out $CTL -c supd.conf start q
saw q STARTING
ctl stop q >/dev/null
gone $BG
wait $BG
is "$?: $(cat out)" '7: q: ERROR (abnormal termination)' 'a waiting start is told'
saw q STOPPING STOPPED
down
done_testing
