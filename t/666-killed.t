#!/bin/sh
# kill -9 of the supervisor itself: as PID 1 it takes all along, else the programs run on, the logger
# writes what they said, and the next start is not hindered.
. t/lib.sh
skip_unless_supd 'its logger is ours'
script talk <<'END'
#!/usr/bin/perl
$| = 1;
$SIG{PIPE} = 'IGNORE';
$SIG{USR1} = sub { print "more\n" for 1 .. 10000; open my $f, '>', "$ENV{SUPD_TEST}/said"; print $f "said\n" };
print "hello\n" for 1 .. 1000;
sleep 1 while 1;
END
conf '[program:talk]' "command = $T/talk" 'startsecs = 0' "stdout_logfile = $T/talk.log"
up_quiet
await talk.log hello 1000 >/dev/null
talk=$(ctl pid talk) logger=$(ctl pid supd:logger)
kill -STOP "$logger"
kill -USR1 "$talk"
kill -KILL "$SUP"
wait "$SUP" 2>/dev/null
SUP=
kill -CONT "$logger"
ok 'the logger ends by itself' gone "$logger"
ok 'the program does not' kill -0 "$talk"
ok 'nor does it hang in a pipe that nobody reads' await said said
ok 'what it had said by then is in its log' await talk.log more
up_quiet
is "$(ctl status talk | awk '{ print $2 }')" RUNNING 'the next start works'
isnt "$(ctl pid talk)" "$talk" 'with a process of its own'
is "$(cat pid)" "$SUP" 'and its own pid file'
kill -KILL "$talk"
ok 'the old one was nobody to it' sh -c "! grep 'exited: talk' supd.log"
down
if [ "$(id -u)" = 0 ]; then
	as_pid1
	up_quiet
	await supd.log 'success: talk' >/dev/null
	inner=$(tr ' ' '\n' <"/proc/$MAIN/task/$MAIN/children" | tr '\n' ' ')
	kill -KILL "$MAIN"
	ok 'PID 1: the namespace ends' gone "$SUP"
	wait "$SUP" 2>/dev/null
	SUP=
	for pid in $inner; do ok "PID 1: process $pid with it" gone "$pid"; done
fi
done_testing
