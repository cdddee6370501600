#!/bin/sh
# supervisord without -n goes to the background: own session, nothing on the terminal, pid file, exit status 0.
. t/lib.sh
mkdir home
conf '[program:x]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[supervisord]' "directory = $T/home" 'umask = 077'
: >supd.log
$SUPERVISORD -c "$T/supd.conf" >out 2>err </dev/null
is $? 0 'the parent exits at once with 0'
is "$(cat out err)" '' 'and prints nothing'
await supd.log 'supervisord started with pid' >/dev/null
SUP=$(cat pid)
is "$(ctl pid)" "$SUP" 'the pid file names who answers'
isnt "$(ps -o sid= -p "$SUP")" "$(ps -o sid= -p $$)" 'in another session than the test'
is "$(for n in 0 1 2; do readlink "/proc/$SUP/fd/$n"; done)" '/dev/null
/dev/null
/dev/null' 'on /dev/null'
is "$(readlink "/proc/$SUP/cwd")" "$T/home" 'directory of [supervisord] holds in the background'
await supd.log "spawned: 'x'" >/dev/null
x=$(ctl pid x)
is "$(readlink "/proc/$x/cwd")" "$T/home" 'and for its programs'
is "$(sed -n 's/^Umask:\t*//p' "/proc/$x/status")" 0077 'so does umask'
is "$(stat -c %a pid)" 600 'which the pid file shows'
kill -TERM "$SUP"
ok 'TERM ends it' gone "$SUP"
SUP=
ok 'its program is gone' gone "$x" 1
ok 'the pid file is removed' test ! -e pid
logged 'INFO daemonizing the supervisord process$'
done_testing
