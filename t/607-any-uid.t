#!/bin/sh
# Runs under a uid that no passwd file knows, as some container platforms do it.
. t/lib.sh
skip_unless_root
need setpriv
sed -i '/^user = root$/d' supd.conf
conf '[program:x]' 'command = id -u' 'startsecs = 0' 'autorestart = false' "stdout_logfile = $T/x.log"
conf '[program:y]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:same]' 'command = /bin/sleep 1000' 'startsecs = 0' "user = $(id -un 65534 2>/dev/null || echo nobody)"
chown 12345 . log
LAUNCH='setpriv --reuid 12345 --regid 0 --clear-groups'
chmod 755 bin 2>/dev/null
: >supd.log
chown 12345 supd.log
up_quiet
is "$(await x.log .)" 12345 'programs run under it'
is "$(stat -c %u sock)" 12345 'the socket belongs to it'
is "$($LAUNCH $CTL -c supd.conf status y | awk '{ print $2 }')" RUNNING 'the same uid may use it'
is "$(ctl status y | awk '{ print $2 }')" RUNNING 'root as well'
down

# user= of a program may say who the supervisor is already
chown -R 65534 . log
LAUNCH='setpriv --reuid 65534 --regid 65534 --clear-groups'
: >supd.log
chown 65534 supd.log
up_quiet
eventually sh -c "$CTL -c supd.conf status same | grep -q RUNNING"
is "$(ctl status same | awk '{ print $2 }')" RUNNING 'a program with the user of the supervisor'
down
LAUNCH='setpriv --reuid 12345 --regid 0 --clear-groups'

conf '[supervisord]' 'user = nobody'
$LAUNCH $SUPD -c supd.conf >out 2>&1
is $? 2 'user= needs root'
like "$(cat out)" "^Error: Can't drop privilege as nonroot user" 'and says so'
done_testing
