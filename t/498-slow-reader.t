#!/usr/bin/perl
# A reader of /events that does not read costs nobody anything, and is told exactly how many it missed.
use strict;
use warnings;
use lib 't/tool';
use Test::More;
use Time::HiRes qw(time);
use Varlink;

my $events = 2000;
my $size = 8000;		# bytes of data in each: more in all than anybody keeps
conf('[program:x]', 'command = /bin/sleep 1000', 'startsecs = 0');
up() or exit 1;
my $c = dial();
wait_for($c, 'RUNNING', 'x');

# Read until $want matches what has come; the rest stays in it.
my $in = '';
sub until_seen {
	my ($s, $want) = @_;
	my $end = time + $DEADLINE;
	while ($in !~ $want && time < $end) {
		my $set = '';
		vec($set, fileno $s, 1) = 1;
		select($set, undef, undef, $end - time) or last;
		sysread($s, $in, 1 << 20, length $in) or last;
	}
	return $in =~ $want;
}

my $reader = dial()->{sock};
print $reader "GET /events?types=REMOTE_COMMUNICATION HTTP/1.1\r\nHost: h\r\n\r\n";
$reader->flush;
ok(until_seen($reader, qr/retry: \d+\n\n/), 'a reader is there');

my $first = ask($c, 'Metrics')->{parameters};
my $answered = 0;
for (1 .. $events) {
	$answered++ if ask($c, 'SendRemoteCommEvent', { type => "n$_", data => 'x' x $size });
}
is($answered, $events, 'who does not read holds nobody up');
my ($web) = grep { $_->{name} eq 'web' } @{ ask($c, 'Metrics')->{parameters}{processes} };
my ($kb) = slurp("/proc/$web->{pid}/status") =~ /^VmRSS:\s+(\d+)/m;
cmp_ok($kb, '<', 16 * 1024, "the guest keeps little for it ($kb kB)");

ok(ask($c, 'SendRemoteCommEvent', { type => 'last', data => '' }), 'the last one');
ok(until_seen($reader, qr/type:last\\n/), 'it reads on, to the end');
my $told = () = $in =~ /"event":"REMOTE_COMMUNICATION"/g;
my $missed = 0;
$missed += $1 while $in =~ /"event":"EVENTS_MISSED".*?"missed":(\d+)/g;
cmp_ok($missed, '>', 0, "$missed are missing");
is($told + $missed, $events + 1, 'and each is told, or counted as missed');
my @serials = $in =~ /"serial":(\d+)/g;
is_deeply(\@serials, [sort { $a <=> $b } @serials], 'in order');
is(ask($c, 'Metrics')->{parameters}{events_lost} - $first->{events_lost}, $missed, 'the counter agrees');
down();
done_testing();
