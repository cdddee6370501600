#!/bin/sh
# With a writable cgroup not even a runaway without a trace of where it came from survives a stop.
. t/lib.sh
skip_unless_supd 'supervisord knows no cgroups'
skip_unless_pid1
name=supd-t-${T##*.}
unshare -m sh -c "mount -t cgroup2 none /sys/fs/cgroup && mkdir /sys/fs/cgroup/$name &&
    test -e /sys/fs/cgroup/$name/cgroup.kill" 2>/dev/null || skip_all 'needs cgroup v2'
script boxed <<END
#!/bin/sh
mount -t cgroup2 none /sys/fs/cgroup && echo 0 >/sys/fs/cgroup/$name/cgroup.procs && exec "\$@"
END
# Away from session, group, parent and environment, and deaf to TERM.
script runaway <<'END'
#!/usr/bin/perl
use POSIX ();
if (!fork) {
	POSIX::setsid();
	exit 0 if fork;
	$SIG{TERM} = 'IGNORE';
	open my $f, '>', "$ENV{SUPD_TEST}/away.pid"; print $f "$$\n"; close $f;
	%ENV = ();
	POSIX::close($_) for 0 .. 255;
	exec '/bin/sleep', '1000';
}
sleep 1 while 1;
END
conf '[program:r]' "command = $T/runaway" 'startsecs = 0' 'stopwaitsecs = 1'
conf '[program:other]' 'command = /bin/sleep 1000' 'startsecs = 0'
as_pid1 "$T/boxed"
up_quiet
logged '[Tt]ier A|cgroup'
away=$(await away.pid .)
dead() { ! inside kill -0 "$away"; }
ok 'it got away' inside kill -0 "$away"
other=$(ctl pid other)
is "$(ctl stop r)" 'r: stopped' stop
ok 'and is gone all the same' eventually dead
is "$(ctl pid other)" "$other" 'another program runs on'
# After a crash each has its own cgroup, also when the file has another order by now.
rm -f away.pid
ctl start r >/dev/null
away=$(await away.pid .)
conf_base
conf '[program:other]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:r]' "command = $T/runaway" 'startsecs = 0' 'stopwaitsecs = 1'
kill -SEGV "$MAIN"
await stderr 'SEGV|[Ss]egmentation' >/dev/null
eventually sh -c "$CTL -c supd.conf pid r | grep -q ."
ok 'the next one got away, and outlives a crash of supd' inside kill -0 "$away"
is "$(ctl stop r)" 'r: stopped' 'stop after the crash'
ok 'it is gone' eventually dead
is "$(ctl pid other)" "$other" 'and the other program runs on'
down
unshare -m sh -c "mount -t cgroup2 none /sys/fs/cgroup
find /sys/fs/cgroup/$name -mindepth 1 -type d
rmdir /sys/fs/cgroup/$name 2>&1" >left
is "$(cat left)" '' 'no cgroup is left'
done_testing
