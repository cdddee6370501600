#!/bin/sh
# As PID 1 of a user namespace, as rootless containers have it: programs run, stop, and users that do not exist are refused.
. t/lib.sh
skip_unless_supd 'supervisord is no init'
need setpriv
front=
[ "$(id -u)" != 0 ] || front='setpriv --reuid 12345 --regid 12345 --clear-groups'
$front unshare --user --map-root-user --pid --fork --mount-proc true 2>/dev/null || skip_all 'needs user namespaces'
conf '[program:x]' 'command = /bin/sh -c "id -u; exec sleep 1000"' 'startsecs = 0' "stdout_logfile = $T/x.log"
conf '[program:other]' 'command = /bin/sleep 1000' 'user = nobody' 'startsecs = 0' 'startretries = 0'
: >supd.log
[ -z "$front" ] || chown 12345 . log supd.log
LAUNCH="$front unshare --user --map-root-user --pid --fork --kill-child --mount-proc"
up_quiet
is "$(await x.log .)" 0 'it is root of its own world'
is "$(ctl pid)" 1 'and PID 1'
logged "couldn't setuid to [0-9]+: "
is "$(ctl restart x)" 'x: stopped
x: started' 'restart'
is "$(ctl status | awk '{ print $1, $2 }')" 'other FATAL
x RUNNING' 'status'
down
done_testing
