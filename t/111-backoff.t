#!/bin/sh
# The pause between attempts grows by one second; attempts are counted in the events.
. t/lib.sh
conf '[program:bad]' 'command = /bin/sh -c "exit 3"' 'startretries = 2' 'startsecs = 5'
conf '[program:held]' 'command = /bin/false' 'startretries = 100' 'startsecs = 5'
up
saw held STARTING BACKOFF STARTING BACKOFF	# now a pause of 2 s
ctl stop held >/dev/null
entered held STOPPED
like "$(ctl status held)" '^held +STOPPED' 'stop in BACKOFF: STOPPED'
is "$(sed -n 's/.*PROCESS_STATE_\(STOPP.*processname:held.*\)/\1/p' events | tail -n 1)" \
    'STOPPED processname:held groupname:held from_state:BACKOFF pid:0' 'from BACKOFF without STOPPING, pid 0'

saw bad STARTING BACKOFF STARTING BACKOFF STARTING BACKOFF FATAL
is "$(sed -n 's/.*PROCESS_STATE_\([A-Z]*\) processname:bad.*from_state:\(.*\)/\1 \2/p' events)" \
'STARTING STOPPED tries:0
BACKOFF STARTING tries:1
STARTING BACKOFF tries:1
BACKOFF STARTING tries:2
STARTING BACKOFF tries:2
BACKOFF STARTING tries:3
FATAL BACKOFF' 'from_state and tries'

# Milliseconds since midnight of each STARTING.
set -- $(sed -n 's/^[-0-9]* \([0-9:,]*\) PROCESS_STATE_STARTING processname:bad.*/\1/p' events |
    awk -F '[:,]' '{ print ($1 * 3600 + $2 * 60 + $3) * 1000 + $4 }')
ok "second attempt after 1 s ($(($2 - $1)) ms)" test $(($2 - $1)) -ge 990 -a $(($2 - $1)) -lt $((1000 + 1600 * SLOW))
ok "third attempt after 2 s ($(($3 - $2)) ms)" test $(($3 - $2)) -ge 1990 -a $(($3 - $2)) -lt $((2000 + 1600 * SLOW))

is "$(ctl start bad; echo $?)" 'bad: ERROR (spawn error)
7' 'a FATAL program can be started again, and fails again'
entered bad FATAL
is "$(states bad)" "$(echo STARTING BACKOFF STARTING BACKOFF STARTING BACKOFF FATAL \
    STARTING BACKOFF STARTING BACKOFF STARTING BACKOFF FATAL)" 'with all its attempts anew'
is "$(states held)" 'STARTING BACKOFF STARTING BACKOFF STOPPED' 'what was stopped in BACKOFF is not tried again'
logged "WARN exited: bad \\(exit status 3; not expected\\)\$"
down
done_testing
