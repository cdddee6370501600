#!/usr/bin/perl
# Who speaks HTTP to the socket gets an answer that an HTTP client understands.
use strict;
use warnings;
use lib 't/tool';
use Test::More;
use Varlink;

up() or exit 1;
for my $request ("GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST /RPC2 HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" . 'x' x 300000,
    "\r\nGET / HTTP/1.0\r\n\r\n", "nonsense\n") {
	my $c = dial();
	my ($name) = $request =~ /(\S+)/;
	syswrite($c->{sock}, $request);
	my $got = '';
	1 while sysread($c->{sock}, $got, 65536, length $got);
	my ($head, $body) = split /\r\n\r\n/, $got, 2;
	like($head, qr{^HTTP/1\.1 503 Service Unavailable\r$}m, "$name: 503");
	like($head, qr/^Connection: close\r?$/m, 'the connection closes');
	my ($length) = $head =~ /^Content-Length: (\d+)/m;
	is(length $body, $length, 'the length is right');
	like($body, qr/^[^\n]+HTTP[^\n]+\n$/, 'one line says why');
}
SKIP: {
	skip 'curl is not installed', 1 if system('curl --version >/dev/null 2>&1');
	is(`curl -s -o $T/body -w '%{http_code}' --unix-socket $T/sock http://localhost/RPC2`,
	    '503', 'curl agrees');
}
ok(ask(dial(), 'GetState'), 'varlink works beside it');
down();
done_testing();
