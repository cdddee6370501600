#!/bin/sh
# A crash of the core is told in one line and survived: the programs go on under the same pids.
. t/lib.sh
skip_unless_supd 'an own promise'
conf '[program:a]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:talks]' 'command = sh -c "while read -r l; do echo got $l; done"' 'startsecs = 0' "stdout_logfile = $T/talks.log"
conf '[program:off]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:fatal]' 'command = /no/such/file' 'startretries = 0'
for how in plain pid1; do
	if [ $how = pid1 ]; then
		[ "$(id -u)" = 0 ] || break
		as_pid1
	fi
	rm -f talks.log
	up_quiet
	await supd.log 'success: off' >/dev/null
	await supd.log 'success: a' >/dev/null
	await supd.log 'gave up: fatal' >/dev/null
	ctl stop off >/dev/null
	pid=$(ctl pid) a=$(ctl pid a) talks=$(ctl pid talks)
	kill -SEGV "$MAIN"
	ok "$how: one line about it" await stderr 'SEGV|[Ss]egmentation'
	is "$(grep -Ec 'SEGV|[Ss]egmentation' stderr)" 1 "$how: and only one"
	eventually sh -c "$CTL -c supd.conf pid a | grep -q ."
	is "$(ctl pid)" "$pid" "$how: the same supervisor"
	is "$(ctl pid a) $(ctl pid talks)" "$a $talks" "$how: the programs are the same"
	is "$(ctl status | awk '{ print $1, $2 }')" 'a RUNNING
fatal FATAL
off STOPPED
talks RUNNING' "$how: and every state"
	if [ $how = plain ]; then
		kill -KILL "$a"
		ok "$how: an end is noticed" eventually sh -c "$CTL -c supd.conf pid a | grep -vqx -e 0 -e $a"
	fi
	is "$(ctl restart talks)" 'talks: stopped
talks: started' "$how: and programs obey"
	down
done
done_testing
