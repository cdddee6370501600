#!/bin/sh
# --wait ends when the processes are in a state, or says which are not.
. t/lib.sh
skip_unless_supd 'supervisorctl does not wait'
conf '[program:slow]' 'command = /bin/sleep 1000' 'startsecs = 1' 'autostart = false'
conf '[program:once]' 'command = /bin/sh -c "read x <in"' 'startsecs = 0' 'autostart = false' 'autorestart = false'
mkfifo in
up
is "$(ctl start slow --wait RUNNING; echo $?)" 'slow: started
0' 'start --wait RUNNING'
is "$(ctl status slow | awk '{ print $2 }')" RUNNING 'and it runs'
ctl start once >/dev/null
is "$(ctl status once --wait EXITED --timeout 0.2 >out 2>&1; echo $?)" 1 'not in time: status 1'
like "$(cat out)" '^once' 'it says which'
behind wait $CTL -c supd.conf status once --wait EXITED --timeout 10
echo >in
gone $BG
wait $BG
is $? 0 'status --wait sees the state come'
is "$(ctl stop slow --wait STOPPED; echo $?)" 'slow: stopped
0' 'stop --wait STOPPED'
like "$(ctl start slow --wait NONSENSE 2>&1; echo "= $?")" '^= [12]' 'a state that there is not'
down
done_testing
