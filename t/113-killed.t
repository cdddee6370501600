#!/bin/sh
# A program that dies by a signal of any kind is seen, named and restarted.
. t/lib.sh
conf '[program:x]' 'command = /bin/sleep 1000' 'startsecs = 0'
up
saw x STARTING RUNNING
sigs="KILL SEGV HUP USR1 ABRT"
ours && sigs="$sigs PIPE"	# ignored in children of the original
for sig in $sigs; do
	kill -$sig "$(ctl pid x)"
	saw x EXITED STARTING RUNNING
	logged "WARN exited: x \\(terminated by SIG$sig.*; not expected\\)\$"
done
down
done_testing
