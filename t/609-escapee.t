#!/bin/sh
# After a stop nothing is left of a program: neither a child in its group nor a daemon that got away.
. t/lib.sh
skip_unless_supd 'supervisord signals the process only'
# Forks twice, leaves session and group, closes all: a classic daemon.
script daemon <<'END'
#!/usr/bin/perl
use POSIX ();
if (!fork) {
	POSIX::setsid();
	exit 0 if fork;
	$SIG{TERM} = 'IGNORE' if $ARGV[1];
	chdir '/';
	open my $f, '>', "$ENV{SUPD_TEST}/$ARGV[0].pid"; print $f "$$\n"; close $f;
	POSIX::close($_) for 0 .. 255;
	sleep 1 while 1;
}
1 while wait > 0;
sleep 1 while 1;
END
script family <<'END'
#!/bin/sh
sleep 1000 &
echo $! >"$SUPD_TEST/$1.pid"
wait
END
script leaves <<'END'
#!/usr/bin/perl
if (!fork) {
	POSIX::setsid() if require POSIX;
	open my $f, '>', "$ENV{SUPD_TEST}/$ARGV[0].pid"; print $f "$$\n"; close $f;
	sleep 1 while 1;
}
sleep 1 until -e "$ENV{SUPD_TEST}/$ARGV[0].pid";
exit 0;
END
conf '[program:d]' "command = $T/daemon d" 'startsecs = 0' 'stopwaitsecs = 1'
conf '[program:deaf]' "command = $T/daemon deaf 1" 'startsecs = 0' 'stopwaitsecs = 1'
conf '[program:f]' "command = $T/family f" 'startsecs = 0' 'stopwaitsecs = 1'
conf '[program:other]' 'command = /bin/sleep 1000' 'startsecs = 0'
for how in subreaper pid1; do
	if [ $how = pid1 ]; then
		[ "$(id -u)" = 0 ] || break
		as_pid1
	fi
	rm -f *.pid
	up_quiet
	for p in d deaf f; do await $p.pid . >/dev/null; done
	other=$(ctl pid other)
	alive() { if [ $how = pid1 ]; then inside kill -0 "$1"; else kill -0 "$1"; fi; }
	dead() { ! alive "$1"; }
	for p in d deaf f; do ok "$how: $p is there" alive "$(cat $p.pid)"; done
	is "$(ctl stop f)" 'f: stopped' "$how: stop"
	ok "$how: the child in the same group is gone" eventually dead "$(cat f.pid)"
	is "$(ctl stop d)" 'd: stopped' "$how: stop"
	ok "$how: the daemon is gone" eventually dead "$(cat d.pid)"
	is "$(ctl stop deaf)" 'deaf: stopped' "$how: stop"
	ok "$how: the one that ignores TERM as well" eventually dead "$(cat deaf.pid)"
	ok "$how: another program was not touched" alive "$other"
	ctl start d f >/dev/null
	down
	[ $how = pid1 ] || for p in d f; do ok "$how: shutdown leaves no $p" gone "$(cat $p.pid)" 1; done
done
done_testing
