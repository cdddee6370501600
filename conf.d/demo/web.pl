# A small HTTP server for demo.conf: answers every request with one page.
# Takes the port on the command line, or one of the next ten when it is taken.
use strict;
use warnings;
use IO::Socket::INET;

$| = 1;
$SIG{PIPE} = 'IGNORE';
my ($first, $served, $server, $port) = ($ARGV[0] // 8080, 0);
for ($first .. $first + 10) {
	$port = $_;
	$server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port,
	    Listen => 64, ReuseAddr => 1) and last;
}
die "no port of $first to $port is free: $!\n" unless $server;
print "serving http://127.0.0.1:$port/\n";

while (1) {
	my $client = $server->accept or next;
	$client->timeout(5);
	my $request = <$client> // '';
	while (defined(my $line = <$client>)) {	# the header, up to its empty line
		last if $line =~ /^\r?\n$/;
	}
	$served++;
	my $body = sprintf("process %s of %s, pid %d, request %d\n",
	    $ENV{SUPERVISOR_PROCESS_NAME} // '-', $ENV{SUPERVISOR_GROUP_NAME} // '-', $$, $served);
	printf $client "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n" .
	    "Content-Length: %d\r\n\r\n%s", length($body), $body;
	close($client);
	$request =~ s/[^\x20-\x7e]+//g;
	print "$request\n";
}
