#!/usr/bin/perl
# A client: ask.pl tcp://host:port|udp://host:port|unix:///path WORDS... connects, says the
# words, prints the answer.  Exits with 1, and says why, when it was not served.
# Before "--", -n N asks N times, one connection after the other, and prints how many
# were not served; -w FILE ends that when FILE exists.
use strict;
use warnings;
use Errno qw(EINTR);
use Socket qw(:DEFAULT getaddrinfo pack_sockaddr_un);

$SIG{PIPE} = 'IGNORE';
my ($times, $until);
while (@ARGV && $ARGV[0] =~ /^-([nw])$/) {
	$1 eq 'n' ? ($times = $ARGV[1]) : ($until = $ARGV[1]);
	splice(@ARGV, 0, 2);
}
my ($url, @words) = @ARGV;

sub address {
	my ($path) = $url =~ m{^unix://(/.*)};
	return (AF_UNIX, SOCK_STREAM, pack_sockaddr_un($path)) if defined($path);
	my ($kind, $host, $port) = $url =~ m{^(tcp|udp)://\[?(.*?)\]?:(\d+)$} or die "$url?\n";
	my $type = $kind eq 'udp' ? SOCK_DGRAM : SOCK_STREAM;
	my ($e, @a) = getaddrinfo($host, $port, { socktype => $type });
	die "$url: $e\n" if $e;
	return ($a[0]{family}, $type, $a[0]{addr});
}

# The answer, or undef and $@.
sub ask {
	my ($family, $type, $to) = address();
	my $answer;
	return eval {
		local $SIG{ALRM} = sub { die "no answer\n" };
		alarm(20);
		socket(my $s, $family, $type, 0) or die "socket: $!\n";
		if (!connect($s, $to)) {
			die "connect: $!\n" if $! != EINTR;
		}
		syswrite($s, "@words\n") or die "write: $!\n";
		if ($type == SOCK_DGRAM) {
			recv($s, $answer, 4096, 0) // die "recv: $!\n";
		} else {
			$answer = <$s>;
		}
		alarm(0);
		die "closed without an answer\n" if !defined($answer) || $answer eq '';
		$answer;
	};
}

if (!defined($times)) {
	my $answer = ask();
	die "$url: $@" if !defined($answer);
	print $answer;
	exit;
}
my ($asked, $failed) = (0, 0);
while ($asked < $times && !(defined($until) && -e $until)) {
	$asked++;
	next if defined(ask());
	$failed++;
	print STDERR "$asked: $@";
}
print "$failed of $asked\n";
