#!/bin/sh
# What somebody executes in the container from outside is nobody's program: no stop kills it, its orphans
# are reaped, and it ends with the container.
. t/lib.sh
skip_unless_supd 'supervisord leaves no survivor to look for'
skip_unless_pid1
conf '[program:x]' 'command = /bin/sh -c "sleep 1000 & wait"' 'startsecs = 0'
as_pid1
up_quiet
await supd.log 'success: x' >/dev/null
# A shell and its daemon, which PID 1 inherits.
inside sh -c '(setsid sh -c "echo \$\$ >$0/daemon.pid; exec sleep 1000" &) ; echo $$ >$0/shell.pid; exec sleep 1000' "$T" &
shell=$!
for f in daemon shell; do await $f.pid . >/dev/null; done
daemon=$(cat daemon.pid)
orphan() { [ "$(inside ps -o ppid= -p "$daemon" | tr -d ' ')" = 1 ]; }
ok 'its daemon has come to PID 1' eventually orphan
for what in stop start restart stop; do ctl $what x >/dev/null; done
ok 'stops of a program do not touch the visitor' inside kill -0 "$(cat shell.pid)"
ok 'nor its daemon' inside kill -0 "$daemon"
inside kill -KILL "$daemon"
logged "reaped unknown pid $daemon \(terminated by SIGKILL\)"
is "$(ctl status x | awk '{ print $2 }')" STOPPED 'and is taken for no program'
down
ok 'the visitor ends with the container' gone $shell
done_testing
