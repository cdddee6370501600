#!/bin/sh
# As PID 1: signals work, programs run, the namespace ends with it.
. t/lib.sh
skip_unless_pid1
conf '[program:x]' 'command = /bin/sleep 1000' 'startsecs = 0'
as_pid1
for sig in TERM INT QUIT; do
	up_quiet
	await supd.log 'success: x' >/dev/null
	is "$(ctl pid)" 1 'it is PID 1'
	x=$(ctl pid x)
	is "$(inside ps -o ppid= -p "$x" | tr -d ' ')" 1 'and parent of its program'
	is "$(inside ps -o pgid= -p "$x" | tr -d ' ')" "$x" 'which leads its process group'
	if [ $sig = TERM ]; then
		kill -HUP "$MAIN"
		await supd.log 'success: x' 2 >/dev/null
		is "$(ctl pid)" 1 'SIGHUP: still PID 1'
		isnt "$(ctl pid x)" "$x" 'with a new program'
		mv supd.log old.log
		kill -USR2 "$MAIN"
		ok 'SIGUSR2: a new log' eventually test -e supd.log
		cat supd.log >>old.log
		cat old.log >supd.log
		for other in USR1 PIPE ALRM WINCH; do kill -$other "$MAIN"; done
		is "$(ctl pid)" 1 'no other signal hurts'
	fi
	kill -$sig "$MAIN"
	ended 0 "SIG$sig: exit status 0"
done
done_testing
