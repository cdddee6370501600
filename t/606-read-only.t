#!/bin/sh
# Works where nothing can be written: no log file, no pid file, no place for a socket.
. t/lib.sh
skip_unless_supd 'supervisord needs a place for its socket'
skip_unless_pid1
cat >supd.conf <<'END'
[supervisord]
user = root
logfile = /dev/stdout
logfile_maxbytes = 0
[program:x]
command = sh -c "echo from x; exec sleep 1000"
startsecs = 0
[program:chatty]
command = perl -e 'print "x" x 999, "\n" for 1 .. 1000; exit 3'
startsecs = 0
autorestart = false
[program:out]
command = sh -c "echo hello; exec sleep 1000"
startsecs = 0
stdout_logfile = /dev/stdout
stdout_logfile_maxbytes = 0
END
# Every file system read-only, as a container with a read-only root has them.
script sealed <<'END'
#!/bin/sh
mount --make-rprivate /
awk '{ print $5 }' /proc/self/mountinfo | sort -ru | while read -r at; do
	mount -o remount,bind,ro "$at" 2>/dev/null
done
for d in / /run /tmp /var/tmp /dev/shm "$SUPD_TEST"; do
	[ ! -d "$d" ] || ! touch "$d/.supd-t" 2>/dev/null || exit 99
done
unset XDG_RUNTIME_DIR
exec "$@"
END
as_pid1 "$T/sealed"
$LAUNCH $SUPD -c "$T/supd.conf" >stdout 2>stderr </dev/null &
SUP=$!
ok 'it starts' await stdout 'could not write pidfile|supervisord started with pid 1'
MAIN=$(tr -d ' ' <"/proc/$SUP/task/$SUP/children")
ok 'output of a program goes to stdout' await stdout '^hello$|hello$'
ok 'it says what it will not have' await stdout 'Read-only|read-only'
ok 'a megabyte that has nowhere to go does not block its program' await stdout 'exited: chatty .exit status 3'
is "$(ctl status | awk '{ print $1, $2 }')" 'chatty EXITED
out RUNNING
x RUNNING' 'the client finds it all the same'
is "$(ctl restart x)" 'x: stopped
x: started' 'and rules it'
like "$(ctl tail x)" 'from x' 'what has no file is kept in memory'
down
done_testing
