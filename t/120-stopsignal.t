#!/bin/sh
# stop sends the signal of stopsignal, spelled in any way supervisord takes.
. t/lib.sh
# Says which signal came, then ends.
script prog <<'END'
#!/usr/bin/perl
for my $s (qw(TERM INT QUIT HUP USR1 USR2)) {
	$SIG{$s} = sub { open my $f, '>', "$ARGV[0].got"; print $f "$s\n"; exit 0 };
}
open my $f, '>', "$ARGV[0].up"; print $f "up\n"; close $f;
sleep 1 while 1;
END
i=0
for s in TERM INT SIGQUIT hup 10 sigusr2; do
	i=$((i + 1))
	conf "[program:p$i]" "command = $T/prog $T/p$i" "stopsignal = $s" 'startsecs = 0'
done
conf '[program:kill]' "command = $T/prog $T/kill" 'stopsignal = KILL' 'startsecs = 0'
up
for p in p1 p2 p3 p4 p5 p6 kill; do await "$p.up" up >/dev/null; done
is "$(ctl stop p1 p2 p3 p4 p5 p6 kill | sort | tr '\n' ' ')" \
'kill: stopped p1: stopped p2: stopped p3: stopped p4: stopped p5: stopped p6: stopped ' 'stop them'
is "$(cat p1.got p2.got p3.got p4.got p5.got p6.got | tr '\n' ' ')" 'TERM INT QUIT HUP USR1 USR2 ' \
    'each got its signal'
ok 'KILL cannot be caught' test ! -e kill.got
logged 'INFO stopped: p2 \(exit status 0\)$'
logged 'WARN stopped: kill \(terminated by SIGKILL\)$'
down
done_testing
