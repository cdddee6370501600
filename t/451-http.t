#!/usr/bin/perl
# Who speaks HTTP to the socket is handed to the web guest, which is started for him; who
# speaks varlink is not.
use strict;
use warnings;
use lib 't/tool';
use Test::More;
use Varlink;

up() or exit 1;

sub guest {
	my $p = ask(dial(), 'Status', { names => ['supd:web'] })->{parameters}{processes}[0];
	return "$p->{statename} $p->{pid}";
}

# What comes back, until the server ends the connection.
sub talk {
	my ($request) = @_;
	my $c = dial();
	my $got = '';
	while (length $request) {
		my $n = syswrite($c->{sock}, $request) // last;
		substr($request, 0, $n) = '';
	}
	1 while sysread($c->{sock}, $got, 65536, length $got);
	return $got;
}

is(guest(), 'STOPPED 0', 'who needs no HTTP does not pay for it');
my $call = '{"method":"org.supd.Control.GetState"' . ' ' x 150000 . '}';
like(talk("POST /varlink HTTP/1.0\r\nContent-Length: " . length($call) . "\r\n\r\n$call"),
    qr/\r\n\r\n\{"parameters":\{"pid":$SUP,/, 'what is sent before the guest is there is not lost');
for my $request ("GET /ok.html HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "\r\nGET /ok.html HTTP/1.0\r\n\r\n") {
	my ($line) = $request =~ /(GET.*)\r/;
	my $got = talk($request);
	like($got, qr{^HTTP/1\.1 200 OK\r\n}, "$line: answered");
	like($got, qr{\r\n\r\nOK\z}, 'by what is there');
}
like(guest(), qr/^RUNNING [1-9]/, 'the guest runs now');
like(talk("GET /\r\n\r\n"), qr{^HTTP/1\.[01] 400 Bad Request\r\n}, 'what is no HTTP is told so');
SKIP: {
	skip 'curl is not installed', 1 if system('curl --version >/dev/null 2>&1');
	is(`curl -s -o $T/body -w '%{http_code}' --unix-socket $T/sock http://localhost/ok.html`,
	    '200', 'curl agrees');
}
ok(ask(dial(), 'GetState'), 'varlink works beside it');
down();
done_testing();
