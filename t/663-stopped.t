#!/bin/sh
# What SIGSTOP holds gets its stop signal all the same, and a logger that is held delays nobody's stop.
. t/lib.sh
skip_unless_supd 'supervisord waits for stopwaitsecs and kills'
script tidy <<'END'
#!/usr/bin/perl
$SIG{TERM} = sub { open my $f, '>', "$ENV{SUPD_TEST}/$ARGV[0].tidy"; print $f "tidied up\n"; close $f; exit 0 };
open my $f, '>', "$ENV{SUPD_TEST}/$ARGV[0].up"; print $f "up\n"; close $f;
sleep 1 while 1;
END
# Its child holds still in the same group, and another one away from it.
script parent <<'END'
#!/usr/bin/perl
use POSIX ();
$SIG{TERM} = sub { exit 0 };
for my $away (0, 1) {
	next if fork;
	POSIX::setsid() if $away;
	$SIG{TERM} = 'DEFAULT';
	open my $f, '>>', "$ENV{SUPD_TEST}/held"; print $f "$$\n"; close $f;
	kill 'STOP', $$;
	sleep 1000;
}
sleep 1 while 1;
END
conf '[program:a]' "command = $T/tidy a" 'startsecs = 0' 'stopwaitsecs = 600'
conf '[program:b]' "command = $T/tidy b" 'startsecs = 0' 'stopwaitsecs = 600'
conf '[program:p]' "command = $T/parent" 'startsecs = 0' 'stopwaitsecs = 600'
up_quiet
for p in a b; do await $p.up up >/dev/null; done
kill -STOP "$(ctl pid a)"
is "$(ctl stop a)" 'a: stopped' 'a program that is held stops'
is "$(cat a.tidy)" 'tidied up' 'in an orderly manner'
await held . 2 >/dev/null
is "$(ctl stop p)" 'p: stopped' 'so do children that are held'
for pid in $(cat held); do ok 'nothing is left' gone "$pid" 1; done

logger=$(ctl pid supd:logger)
kill -STOP "$logger"
ctl start a >/dev/null
is "$(ctl stop a)" 'a: stopped' 'the logger is held: stop and start work'
kill -STOP "$(ctl pid b)"
begin=$(date +%s)
down
within 10 "$begin" 'and the shutdown waits only a little for it'
is "$(cat b.tidy)" 'tidied up' 'shutdown lets a held program tidy up, too'
ok 'the logger is gone' gone "$logger" 1
done_testing
