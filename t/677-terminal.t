#!/bin/sh
# On a terminal, as with docker run -it: one Ctrl-C is an orderly stop of each program, not its interruption.
. t/lib.sh
skip_unless_supd 'what a terminal sends is tested on ours'
need script
script polite <<'END'
#!/usr/bin/perl
for my $sig ('INT', 'TERM', 'HUP', 'TSTP') {
	$SIG{$sig} = sub {
		open my $f, '>>', "$ENV{SUPD_TEST}/told"; print $f "$sig\n"; close $f;
		exit 0 if $sig eq 'TERM';
	};
}
open my $r, '>', "$ENV{SUPD_TEST}/ready"; print $r "ready\n"; close $r;
sleep 1 while 1;
END
conf '[program:p]' "command = $T/polite" 'startsecs = 0'
mkfifo keys
exec 3<>keys
: >supd.log
BGIN=keys
# exec: whichever shell $SHELL names, Ctrl-C must not meet it in front of ours
behind screen script -qefc "exec $SUPD -n -c $T/supd.conf" /dev/null
terminal=$BG
await supd.log 'success: p' >/dev/null
await ready ready >/dev/null
SUP=$(cat pid)
printf '\003' >&3
ok 'Ctrl-C ends it' gone "$SUP"
gone "$terminal"
wait "$terminal"
is $? 0 'with exit status 0'
SUP=
is "$(cat told)" TERM 'its program was asked to stop, once, and nothing else'
is "$(grep -c 'received SIGINT indicating exit request' supd.log)" 1 'by one SIGINT'
like "$(cat screen)" 'stopped: p' 'and the terminal shows it'
done_testing
