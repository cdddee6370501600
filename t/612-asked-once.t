#!/bin/sh
# Several processes outlive a stop: each is asked once, also while others of them end.
. t/lib.sh
need perl
skip_unless_supd 'supervisord leaves them alone'

# Each notes the TERMs that it gets, and ends a while after the first one.
script leaver <<'E'
#!/usr/bin/perl
use Time::HiRes qw(time sleep);
for my $n (1 .. 5) {
	next if fork();
	setpgrp;
	my ($told, $ends) = (0);
	$SIG{TERM} = sub { $told++; $ends //= time() + 0.2 * $n };
	open(my $f, '>', "ready.$n"); print $f "ready\n"; close($f);
	sleep(0.02) until defined($ends) && time() >= $ends;
	open($f, '>', "told.$n"); print $f "$told\n"; close($f);
	exit;
}
sleep(1000);
E
conf '[program:x]' "command = $T/leaver" "directory = $T" 'startsecs = 0' 'stopwaitsecs = 20'
up
saw x STARTING RUNNING
for n in 1 2 3 4 5; do await ready.$n ready >/dev/null; done
is "$(ctl stop x)" 'x: stopped' 'the stop waits for what was left behind'
is "$(cat told.? 2>&1 | tr '\n' ' ')" '1 1 1 1 1 ' 'and each was asked once'
down
done_testing
