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
	syswrite($c->{sock}, $request);
	1 while sysread($c->{sock}, $got, 65536, length $got);
	return $got;
}

is(guest(), 'STOPPED 0', 'who needs no HTTP does not pay for it');
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
