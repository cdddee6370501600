#!/bin/sh
# kill -9 of the logger while a program floods its log: nothing is lost, nothing comes
# twice, and the counters go on.
. t/lib.sh
skip_unless_supd 'supervisord writes its logs itself'
script flood <<'END'
#!/usr/bin/perl
# 200,000,000 bytes: 12,500,000 numbered lines of 16
$| = 1;
select undef, undef, undef, 0.02 while !-e "$ENV{SUPD_TEST}/go";
my $n = 0;
while ($n < 12_500_000) {
	my $chunk = join '', map { sprintf "%015d\n", $_ } $n .. $n + 4999;
	for (my $at = 0; $at < length $chunk;) {
		$at += syswrite STDOUT, $chunk, length($chunk) - $at, $at;
	}
	$n += 5000;
}
open my $f, '>', "$ENV{SUPD_TEST}/done";
print $f "done\n";
close $f;
sleep 1000;
END
script check <<'END'
#!/usr/bin/perl
# The files as one: every line once, in order?
my ($next, $part) = (0, '');
for my $file (@ARGV) {
	open my $in, '<', $file or die "$file: $!";
	local $/ = \65536;
	while (defined(my $data = <$in>)) {
		$part .= $data;
		my $n = int(length($part) / 16);
		for my $i (0 .. $n - 1) {
			my $line = substr $part, 16 * $i, 16;
			if ($line ne sprintf "%015d\n", $next) {
				print "$file: wrong after line $next: $line";
				exit 1;
			}
			$next++;
		}
		$part = substr $part, 16 * $n;
	}
}
print "$next lines, ", length $part, " bytes over\n";
END
conf '[program:x]' "command = $T/flood" "stdout_logfile = $T/x.log" \
    'stdout_logfile_maxbytes = 20000000' 'stdout_logfile_backups = 100' 'startsecs = 0'
up_quiet
logger() { ctl pid supd:logger; }
_is_new() { _now=$(logger) && [ "$_now" != 0 ] && [ "$_now" != "$1" ]; }
first=$(logger)
touch go
kills=0
while [ ! -e done ] && [ $kills -lt 40 ]; do
	pid=$(logger)
	eventually test -s x.log
	kill -KILL "$pid" 2>/dev/null && kills=$((kills + 1))
	eventually _is_new "$pid"
done
await done done >/dev/null
ok "the logger was killed $kills times" test $kills -ge 3
isnt "$(logger)" "$first" 'each time a new one was started'
# log-stats drains the pipe first, so the files are complete after it
eventually sh -c "$CTL -c supd.conf log-stats | grep -q '^x  *stdout  *200000000  *200000000 '"
like "$(ctl log-stats)" '^x +stdout +200000000 +200000000 +0 +0 +0 ' \
    'in = written, nothing dropped, nothing in flight, no gap'
is "$(./check $(ls -r x.log.* | sort -t. -k3 -n -r) x.log)" '12500000 lines, 0 bytes over' \
    'the files have every line once, in order'
down
done_testing
