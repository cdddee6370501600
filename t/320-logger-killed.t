#!/bin/sh
# kill -9 of the logger in the middle of 1 GiB, 50 times: nothing is lost, nothing comes
# twice, and the counters go on.
. t/lib.sh
skip_unless_supd 'supervisord writes its logs itself'
rounds=50 blocks=16384		# of 64 KiB
free=$(df -Pk "$T" | awk 'NR == 2 { print $4 }')
[ "$free" -gt 3000000 ] || { diag "little room in $T: 128 MiB"; blocks=2048; }
export BLOCKS=$blocks
script flood <<'END'
#!/usr/bin/perl
# Blocks of 64 KiB; each begins with its number.
my $rest = ('x' x 79 . "\n") x 819;
select undef, undef, undef, 0.02 while !-e "$ENV{SUPD_TEST}/go";
for my $n (0 .. $ENV{BLOCKS} - 1) {
	my $block = sprintf("%015d\n", $n) . $rest;
	for (my $at = 0; $at < length $block;) {
		$at += syswrite STDOUT, $block, length($block) - $at, $at;
	}
}
open my $f, '>', "$ENV{SUPD_TEST}/done";
print $f "done\n";
close $f;
sleep 1000;
END
# Kill each logger some milliseconds after its birth; prints how many while the program wrote.
script killer <<'END'
#!/usr/bin/perl
use Time::HiRes qw(usleep);
my ($supd, $rounds) = @ARGV;
my ($last, $done) = (0, 0);
while ($done < $rounds && !-e "$ENV{SUPD_TEST}/done") {
	open my $f, '<', "/proc/$supd/task/$supd/children" or last;
	for my $pid (split ' ', <$f> // '') {
		next if $pid == $last;
		open my $c, '<', "/proc/$pid/cmdline" or next;
		next if (<$c> // '') !~ /^supd: logger/;
		usleep(rand(15000));
		kill 'KILL', $last = $pid;
		$done++;
	}
	usleep(500);
}
print "$done\n";
END
script check <<'END'
#!/usr/bin/perl
# The files as one: every block once, in order?
my $rest = ('x' x 79 . "\n") x 819;
my ($next, $part) = (0, '');
for my $file (@ARGV) {
	open my $in, '<', $file or die "$file: $!";
	while (sysread $in, $part, 65536, length $part) {
		next if length $part < 65536;
		if (substr($part, 0, 65536, '') ne sprintf("%015d\n", $next) . $rest) {
			print "$file: wrong in block $next";
			exit 1;
		}
		$next++;
	}
}
print "$next blocks, ", length $part, " bytes over\n";
END
conf '[program:x]' "command = $T/flood" "stdout_logfile = $T/x.log" \
    'stdout_logfile_maxbytes = 20000000' 'stdout_logfile_backups = 100' 'startsecs = 0'
up_quiet
await supd.log 'success: x' >/dev/null
first=$(ctl pid supd:logger)
touch go
kills=$(./killer "$MAIN" $rounds)
await done done >/dev/null
ok "the logger was killed $kills times" test "$kills" -ge $((blocks * rounds / 16384 / 2))
eventually ctl log-stats >/dev/null
isnt "$(ctl pid supd:logger)" "$first" 'each time a new one was started'
bytes=$((blocks * 65536))
# log-stats drains the pipe first, so the files are complete after it
eventually sh -c "$CTL -c supd.conf log-stats | grep -q '^x  *stdout  *$bytes  *$bytes '"
like "$(ctl log-stats)" "^x +stdout +$bytes +$bytes +0 +0 +0 " \
    'in = written, nothing dropped, nothing in flight, no gap'
is "$(./check $(ls -r x.log.* | sort -t. -k3 -n -r) x.log)" "$blocks blocks, 0 bytes over" \
    'the files have every block once, in order'
down
done_testing
