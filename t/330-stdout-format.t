#!/bin/sh
# [supd] stdout_format: whole lines of many programs on the supervisor's stdout.
. t/lib.sh
. "$TOOL/emit.sh"
skip_unless_supd 'supervisord copies chunks'
conf '[supervisord]' "logfile = $T/supd.log" 'silent = true'
# a begins a line, b says a whole one, a ends its own, each after the logger has taken what
# the other wrote.  A line that waits for its end is shown after a tenth of a second: a
# round that took longer shows nothing, and there is another one.
script talk <<'END'
#!/usr/bin/perl
use Time::HiRes qw(time usleep);
my ($who, $left) = ($ARGV[0], '');
open my $mine, '+<', "$ENV{SUPD_TEST}/$who.fifo" or die;
open my $other, '+<', "$ENV{SUPD_TEST}/" . ($who eq 'a' ? 'b' : 'a') . '.fifo' or die;
sub put {
	syswrite STDOUT, $_[0];
	do {			# FIONREAD: what the reader of a pipe has not taken
		$left = pack 'L', 0;
		ioctl(STDOUT, 0x541b, $left) or die;
	} while (unpack('L', $left) > 0 && usleep(100));
}
while (<$mine>) {
	if ($who eq 'b') {
		put("line of b\n");
		syswrite $other, "go on\n";
		next;
	}
	my $begin = time;
	put('begin ');
	syswrite $other, "your turn\n";
	<$mine>;
	put("and end\n");
	open my $f, '>>', "$ENV{SUPD_TEST}/rounds" or die;
	print $f time - $begin < 0.08 ? "in time\n" : "late\n";
}
END
for p in a b; do
	mkfifo $p.fifo
	conf "[program:$p]" "command = $T/talk $p" 'stdout_logfile = /dev/stdout' \
	    'stdout_logfile_maxbytes = 0' 'startsecs = 0'
done
conf '[program:e]' "command = $T/emit $T/e.cmd stderr" 'stderr_logfile = /dev/stderr' \
    'stderr_logfile_maxbytes = 0' 'startsecs = 0'
conf '[group:g]' 'programs = b'
talk() {
	: >rounds
	for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		echo go >a.fifo
		await rounds . $round >/dev/null
		await stdout 'and end' $round >/dev/null
		[ "$(tail -n 1 rounds)" != 'in time' ] || break
	done
	tail -n 2 stdout >last
	emit e 0 'error\n'
	await stderr error >/dev/null
}
for format in raw tagged json; do
	sed -i '/^\[supd\]/,$d' supd.conf
	conf '[supd]' "stdout_format = $format"
	up_quiet -s
	talk
	[ "$(tail -n 1 rounds)" = 'in time' ] || {
		skip "$format: the machine is too busy to end a line in time"
		down
		continue
	}
	case $format in
	raw)	is "$(cat last)" 'line of b
begin and end' 'raw: lines as they are'
		is "$(cat stderr)" error 'stderr apart' ;;
	tagged)	is "$(cat last)" 'g:b | line of b
a | begin and end' 'tagged: who said it'
		is "$(cat stderr)" 'e ! error' 'stderr apart' ;;
	json)	time='"time":"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z"'
		like "$(sed -n 1p last)" "^\\{$time,\"name\":\"b\",\"group\":\"g\",\"channel\":\"stdout\",\"text\":\"line of b\"\\}\$" 'json: an object per line'
		like "$(sed -n 2p last)" '"text":"begin and end"}$' 'a line is whole'
		like "$(cat stderr)" '"channel":"stderr","text":"error"}$' 'stderr apart' ;;
	esac
	down
done
done_testing
