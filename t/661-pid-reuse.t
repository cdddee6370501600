#!/bin/sh
# With few pids they are used again at once: nobody's end is taken for another's, and a full table passes.
. t/lib.sh
skip_unless_supd 'supervisord is no init'
skip_unless_pid1
# Since Linux 6.14 the limit belongs to the PID namespace; before, to the machine.
uname -r | awk -F '[.-]' '{ exit !($1 > 6 || $1 == 6 && $2 >= 14) }' ||
    skip_all 'kernel.pid_max is that of the whole machine before Linux 6.14'
before=$(cat /proc/sys/kernel/pid_max)
script few <<'END'
#!/bin/sh
echo 400 >/proc/sys/kernel/pid_max && exec "$@"
END
# Ends with its own status and leaves three children, which end a little later with 99.
script crowd <<'END'
#!/usr/bin/perl
for (1 .. 3) {
	my $pid = fork // exit $ARGV[0];
	next if $pid;
	select undef, undef, undef, rand 0.02;
	exit 99;
}
exit $ARGV[0];
END
# Takes every pid that there is until it is told to stop.
script hog <<'END'
#!/usr/bin/perl
while (defined(my $pid = fork)) {
	if (!$pid) { sleep 1000; exit 0 }
}
open my $f, '>', "$ENV{SUPD_TEST}/hog.full"; print $f "full\n"; close $f;
sleep 1000;
END
conf '[program:steady]' 'command = /bin/sleep 1000' 'process_name = s%(process_num)d' 'numprocs = 5' 'startsecs = 0'
conf '[program:c]' "command = $T/crowd 1%(process_num)d" 'process_name = c%(process_num)d' 'numprocs = 5' \
    'startsecs = 0' 'autorestart = true'
conf '[program:hog]' "command = $T/hog" 'startsecs = 0' 'autostart = false' 'stopasgroup = true' 'killasgroup = true'
conf '[program:late]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autostart = false' 'startretries = 100'
as_pid1 "$T/few"
up_quiet
await supd.log 'success: s4' >/dev/null
pids() { ctl status 'steady:*' | grep -o 'pid [0-9]*'; }
steady=$(pids)
is "$(echo "$steady" | wc -l)" 5 'five run'
ok 'pids have been used many times over' await supd.log 'exited: c' 1000
ctl stop 'c:*' >/dev/null
unlike "$(ctl status 'c:*')" 'RUNNING|STARTING|BACKOFF' 'one stop holds them all, wherever it meets them'
is "$(cat /proc/sys/kernel/pid_max)" "$before" 'the machine has its own limit'
ok 'none is above 400' test "$(sed -n "s/.*spawned: .* with pid //p" supd.log | sort -n | tail -n 1)" -le 400
is "$(sed -n 's/.*exited: c\([0-9]\) (exit status \([0-9]*\);.*/\1 \2/p' supd.log | sort -u)" '0 10
1 11
2 12
3 13
4 14' 'every end is that of its own program'
is "$(grep -c 'exited: s' supd.log)" 0 'a steady one is never taken for dead'
is "$(pids)" "$steady" 'and none was hit by a signal'

ctl start hog >/dev/null
await hog.full full >/dev/null
ctl start late >late.out 2>&1 &
logged 'Too many processes in process table to spawn .late'
like "$(ctl status late)" 'BACKOFF' 'no pid is free: it is tried again'
is "$(pids)" "$steady" 'the others run on'
is "$(ctl stop hog)" 'hog: stopped' 'the hog obeys'
ok 'then it starts' eventually sh -c "$CTL -c supd.conf status late | grep RUNNING"
down
done_testing
