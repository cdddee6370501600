#!/bin/sh
# A daemon that got away from a program which is then killed: the program is started again, the daemon
# belongs to it all the same and dies with its stop; in a cgroup even without a trace.
. t/lib.sh
skip_unless_supd 'supervisord knows the process only'
skip_unless_pid1
name=supd-t-${T##*.}
script boxed <<END
#!/bin/sh
mount -t cgroup2 none /sys/fs/cgroup && echo 0 >/sys/fs/cgroup/$name/cgroup.procs && exec "\$@"
END
# Deaf, in a session of its own, without descriptors; without its environment when asked.
script daemon <<'END'
#!/usr/bin/perl
use POSIX ();
if (!fork) {
	POSIX::setsid();
	exit 0 if fork;
	$SIG{TERM} = 'IGNORE';
	open my $f, '>>', "$ENV{SUPD_TEST}/away"; print $f "$$\n"; close $f;
	%ENV = () if $ARGV[0];
	POSIX::close($_) for 0 .. 255;
	exec '/bin/sleep', '1000';
}
sleep 1 while 1;
END
for tier in A B; do
	trace=
	if [ $tier = A ]; then
		unshare -m sh -c "mount -t cgroup2 none /sys/fs/cgroup && mkdir /sys/fs/cgroup/$name &&
		    test -e /sys/fs/cgroup/$name/cgroup.kill" 2>/dev/null || { skip 'needs cgroup v2' 8; continue; }
		as_pid1 "$T/boxed"
		trace=none
	else
		as_pid1
	fi
	conf_base
	conf '[program:d]' "command = $T/daemon $trace" 'startsecs = 0' 'stopwaitsecs = 1'
	[ $tier = A ] || conf '[supd]' 'cgroup = off'
	rm -f away
	up_quiet
	logged "by tier $tier"
	first=$(await away .)
	d=$(ctl pid d)
	inside kill -KILL "$d"
	second=$(await away . 2)
	isnt "$(ctl pid d)" "$d" "$tier: started again"
	isnt "$second" "$first" "$tier: with another daemon"
	ok "$tier: the first one is deaf and lives" inside kill -0 "$first"
	is "$(ctl stop d)" 'd: stopped' "$tier: stop"
	dead() { ! inside kill -0 "$1"; }
	ok "$tier: the first is gone" eventually dead "$first"
	ok "$tier: the second is gone" eventually dead "$second"
	down
done
unshare -m sh -c "mount -t cgroup2 none /sys/fs/cgroup
find /sys/fs/cgroup/$name -depth -type d 2>/dev/null | xargs -r rmdir 2>&1" >left
is "$(cat left)" '' 'no cgroup is left in use'
done_testing
