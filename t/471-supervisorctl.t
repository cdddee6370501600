#!/bin/sh
# Python's supervisorctl works with ours as with supervisord: each command, each error,
# over the UNIX socket and over TCP, with the same words and exit codes.
. t/both.sh

both_conf '[program:cat]' 'command = /bin/cat' 'stdout_logfile = %(here)s/cat.out' 'startsecs = 0' \
    '[program:sleep]' 'command = /bin/sleep 1000' 'numprocs = 2' \
    'process_name = %(program_name)s_%(process_num)02d' 'startsecs = 0' \
    '[program:none]' 'command = /bin/sleep 1000' 'autostart = false' 'startsecs = 0' \
    'stdout_logfile = NONE' 'stderr_logfile = NONE' \
    '[program:bad]' 'command = /nonexistent/x' 'autostart = false' \
    '[program:noexec]' 'command = /etc/passwd' 'autostart = false' \
    '[program:fails]' 'command = /bin/false' 'autostart = false' 'startretries = 0' \
    '[program:a]' 'command = /bin/sleep 1000' 'autostart = false' 'startsecs = 0' \
    '[program:b]' 'command = /bin/sleep 1000' 'autostart = false' 'startsecs = 0' \
    '[group:g]' 'programs = a,b' 'priority = 7'
export PYTHONUNBUFFERED=1
both_up

# Each line of standard input is a command; with its exit code.
commands() {
	while read -r _line; do
		echo "\$ $_line"
		eval "/usr/bin/supervisorctl -s $SERVER $_line" </dev/null
		echo "= $?"
	done
}
over_unix() { SERVER=unix://$DIR/sock commands | no_pids; }
over_tcp() { SERVER=$URL commands | no_pids; }
# Alone on a line stand pids only.
no_pids() { sed -E 's/^(supervisor> )?[1-9][0-9]+$/\1PID/'; }
# Lines that may come in any order: what several processes do.
sorted() { "$@" | sort; }

same 'status' over_unix <<'X'
status
status cat sleep:*
status nope
status nope:* cat
status g:nope
status all
pid
X

same 'start' over_unix <<'X'
start none
start none
start bad
start noexec
start fails
start nope
start nope:*
start cat none
start
status fails
X

same 'start several' sorted over_unix <<'X'
start g:*
start a b
start g:a g:b
X

same 'stop, restart' over_unix <<'X'
stop none
stop none
stop nope
stop nope:*
stop
restart cat
restart none
restart bad
restart nope
restart
stop g:a
X

same 'stop several' sorted over_unix <<'X'
stop g:*
restart sleep:*
X

same 'signal, pid, clear' over_unix <<'X'
signal CONT cat
signal 18 sleep:*
signal NOPE cat
signal CONT nope
signal CONT nope:*
signal CONT bad
signal CONT
signal
pid none
pid nope
clear cat
clear nope
clear sleep:*
clear
X

same 'avail, reread, update' over_unix <<'X'
avail
reread
update
avail x
reread x
X

# say TEXT: cat gets a line, and has put it into its log
say() {
	echo "s.sendProcessStdin('cat', '$1\\\\n')
text('cat', '$1')" | /usr/bin/python3 "$TOOL/rpc.py" "$URL"
}
log_lines() { say one && say two; over_unix; }
same 'tail' log_lines <<'X'
tail cat
tail -5 cat
tail cat stdout
tail cat stderr
tail cat nope
tail none
tail nope
tail
tail a b c
tail -x cat
tail g:*
X

main() { over_unix | sed -n '1p; $p'; }
same 'maintail' main <<'X'
maintail
X

for d in ours theirs; do
	printf '%s\n' '[program:new]' 'command = /bin/sleep 1000' 'startsecs = 0' >>$d/supd.conf
	sed -i -e '/^\[program:noexec/,/^autostart/d' \
	    -e 's/^command = .bin.false$/command = \/bin\/false x/' $d/supd.conf
done
same 'a changed file' over_unix <<'X'
reread
avail
add new
add new
add nope
remove new
remove nope
remove noexec
stop new
remove new
update
update
update nope
status
X

# The same over TCP, in one session.
session_tcp() { { /usr/bin/supervisorctl -s "$URL"; echo "= $?"; } | no_pids; }
same 'a session over TCP' session_tcp <<'X'
status
start none
start nope
stop none
restart cat
signal CONT cat
pid cat nope
tail cat
tail -3 cat stdout
clear cat
avail
reread
update
add new
remove cat
help
help tail
nonsense
reload x
quit
X

same 'errors over TCP' over_tcp <<'X'
status cat
status nope
start bad
start cat
pid nope
tail nope
-u a -p b status cat
X

# Following, and being in the foreground: until interrupted.
follow() {
	behind out /usr/bin/supervisorctl -s "$1" tail -f cat
	await out 'Ctrl-C' >/dev/null
	say "seen over $2" >/dev/null
	await out "seen over $2" >/dev/null
	kill -INT $BG
	gone $BG
	cat out
}
follow_unix() { follow "unix://$DIR/sock" unix; }
follow_tcp() { follow "$URL" tcp; }
same 'tail -f over the UNIX socket' follow_unix </dev/null
same 'tail -f over TCP' follow_tcp </dev/null
same 'tail -f of nothing' over_unix <<'X'
tail -f nope
fg nope
fg
fg none
fg cat sleep
X

foreground() {
	mkfifo "$DIR/in"
	exec 9<>"$DIR/in"
	BGIN=$DIR/in behind out /usr/bin/supervisorctl -s "$URL" fg cat 9>&-
	await out 'Ctrl-C' >/dev/null
	echo 'typed in' >&9
	await out 'typed in' >/dev/null
	kill -INT $BG
	await out Exiting >/dev/null
	kill -KILL $BG		# it looks half a minute for more
	exec 9>&-
	cat out
}
same 'fg' foreground </dev/null

same 'the end' over_unix <<'X'
shutdown
X
gone $THEIRS $((3 * DEADLINE))
gone $OURS
wait $OURS
is $? 0 'ours has ended'
same 'nobody there' over_unix <<'X'
status
start cat
shutdown
reread
X
same 'nobody there, over TCP' over_tcp <<'X'
status
start cat
shutdown
X
done_testing
