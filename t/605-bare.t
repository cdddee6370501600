#!/bin/sh
# Works without any environment and with standard descriptors closed.
. t/lib.sh
skip_unless_supd 'nobody promised it for supervisord'
conf '[program:x]' 'command = env' 'startsecs = 0' 'autorestart = false' "stdout_logfile = $T/x.log"
conf '[program:fds]' 'command = ls -l /proc/self/fd' 'startsecs = 0' 'autorestart = false' "stdout_logfile = $T/fds.log"
LAUNCH='env -i'
up_quiet
await x.log SUPERVISOR_ENABLED >/dev/null
is "$(sed 's/=.*//' x.log | sort | tr '\n' ' ')" \
    'SUPD_MARK SUPERVISOR_ENABLED SUPERVISOR_GROUP_NAME SUPERVISOR_PROCESS_NAME SUPERVISOR_SERVER_URL ' \
    'no environment: commands are found and get only ours'
down

LAUNCH=
rm -f x.log fds.log
: >supd.log
$SUPD -c "$T/supd.conf" <&- >&- 2>&- &
SUP=$!
started
logged 'exited: fds'
is "$(for n in 0 1 2; do readlink "/proc/$SUP/fd/$n"; done | sort -u)" /dev/null \
    'closed descriptors: nothing else got their numbers'
is "$(awk '/ [0-9]+ -> / { print $(NF - 2) }' fds.log | tr '\n' ' ')" '0 1 2 3 ' 'programs get theirs'
is "$(ctl status x | awk '{ print $2 }')" EXITED 'the client is answered'
down
done_testing
