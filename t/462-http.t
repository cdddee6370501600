#!/usr/bin/perl
# HTTP as bytes: versions, persistent connections, several requests at once, what is
# refused and how; IPv6.
use strict;
use warnings;
use lib 't/tool';
use Http;
use IO::Socket::IP;
use Test::More;
use Time::HiRes qw(time);
use Varlink;

my $port = free_port();
my $six = IO::Socket::IP->new(Listen => 1, LocalHost => '::1', LocalPort => 0);
my $port6 = $six ? $six->sockport : 0;
close $six if $six;
conf('[inet_http_server]', "port = $port");
conf('[inet_http_server:six]', "port = [::1]:$port6") if $port6;
up() or exit 1;

# ---- one connection ----

my $c = knock($port);
for my $n (1 .. 3) {
	syswrite($c->{sock}, request('GET', '/ok.html'));
	is(answer($c)->{body}, 'OK', "request $n on one connection");
}
syswrite($c->{sock}, request('GET', '/ok.html') . request('GET', '/nothing') .
    request('POST', '/varlink', body => '{"method":"org.supd.Control.GetState"}') .
    request('HEAD', '/ok.html') . request('GET', '/ok.html'));
is(answer($c)->{body}, 'OK', 'five requests at once: the first');
is(answer($c)->{status}, 404, 'the second');
like(answer($c)->{body}, qr/^\{"parameters":\{"pid":$SUP,/, 'the third');
my $head = answer($c, head => 1);
is("$head->{status} $head->{head}{'content-length'}", '200 2', 'HEAD tells the length');
is(answer($c)->{body}, 'OK', 'and has no body');
syswrite($c->{sock}, "\r\n\r\n" . request('GET', '/ok.html'));
is(answer($c)->{body}, 'OK', 'blank lines before a request are skipped');
my $text = request('POST', '/varlink', body => '{"method":"org.supd.Control.GetState"}');
for (split //, $text) {
	syswrite($c->{sock}, $_);
	select(undef, undef, undef, 0.0005);
}
is(answer($c)->{status}, 200, 'a request that comes byte by byte');
syswrite($c->{sock}, request('POST', '/varlink', Expect => '100-continue', 'Content-Length' => 38));
is(answer($c, head => 1)->{status}, 100, 'go on');
syswrite($c->{sock}, '{"method":"org.supd.Control.GetState"}');
is(answer($c)->{status}, 200, 'then the body');
syswrite($c->{sock}, request('GET', '/ok.html', Connection => 'close'));
is(answer($c)->{head}{connection}, 'close', 'who wants to close');
is(sysread($c->{sock}, my $none, 1), 0, 'is closed');

# ---- HTTP/1.0 ----

$c = knock($port);
syswrite($c->{sock}, "GET /ok.html HTTP/1.0\r\n\r\n");
is(answer($c)->{body}, 'OK', '1.0');
is(sysread($c->{sock}, $none, 1), 0, 'closes');
$c = knock($port);
for (1 .. 2) {
	syswrite($c->{sock}, "GET /ok.html HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	is(answer($c)->{body}, 'OK', 'unless asked not to');
}
$c = knock($port);
syswrite($c->{sock}, "POST /varlink HTTP/1.0\r\nContent-Length: 50\r\n\r\n" .
    '{"method":"org.supd.Control.Subscribe","more":true');
close $c->{sock};		# in the middle of it
$c = knock($port);
my $watch = '{"method":"org.supd.Control.Subscribe","more":true,"parameters":{"types":["TICK_5"]}}';
syswrite($c->{sock}, "POST /varlink HTTP/1.0\r\nContent-Length: " . length($watch) . "\r\n\r\n$watch");
my $r = answer($c, head => 1);
is($r->{head}{'transfer-encoding'}, undef, 'a stream to 1.0 is not in chunks');
is($r->{head}{'content-length'}, undef, 'and ends with the connection');
close $c->{sock};

# ---- refusals ----

for (
    [ 411, 'no length', request('POST', '/varlink') ],
    [ 411, 'chunks', request('POST', '/varlink', 'Transfer-Encoding' => 'chunked') . "0\r\n\r\n" ],
    [ 413, 'more than a megabyte', request('POST', '/varlink', 'Content-Length' => 1048577) ],
    [ 413, 'much more', request('POST', '/varlink', 'Content-Length' => '999999999999999') ],
    [ 413, 'more than a number holds', request('POST', '/varlink', 'Content-Length' => '9' x 30) ],
    [ 400, 'a length that is none', request('POST', '/varlink', 'Content-Length' => '-1') ],
    [ 400, 'two lengths', "POST /varlink HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}" ],
    [ 431, 'a long header', request('GET', '/ok.html', 'X-Long' => 'x' x 20000) ],
    [ 431, 'many headers', request('GET', '/ok.html', map { ("X-$_" => 'x' x 20) } 1 .. 1000) ],
    [ 414, 'a long address', request('GET', '/' . 'x' x 20000) ],
    [ 400, 'a method that nobody knows', request('BREW', '/ok.html') ],
    [ 400, 'a form for nothing', request('POST', '/no/such/thing', body => 'x') ],
    [ 400, 'a NUL in the path', request('GET', '/ok.html%00') ],
    [ 400, 'no version', "GET /ok.html\r\n\r\n" ],
    [ 505, 'a version to come', "GET /ok.html HTTP/3.0\r\nHost: x\r\n\r\n" ]) {
	my ($status, $what, $request) = @$_;
	$c = knock($port);
	syswrite($c->{sock}, $request);
	$r = answer($c);
	is($r ? $r->{status} : 'nothing', $status, "$status: $what");
}
$c = knock($port);
syswrite($c->{sock}, request('POST', '/varlink', body => ' ' x 1048576));
is(answer($c)->{status}, 400, 'a megabyte is taken');
syswrite($c->{sock}, request('GET', '/ok.html'));
is(answer($c)->{body}, 'OK', 'and the connection goes on');

# ---- other ways in ----

SKIP: {
	skip 'no IPv6 here', 2 unless $port6;
	my $s = IO::Socket::IP->new(PeerHost => '::1', PeerPort => $port6);
	ok($s, 'IPv6');
	syswrite($s, request('GET', '/ok.html'));
	is(answer({ sock => $s, buf => '' })->{body}, 'OK', 'the same there');
}
is(scalar(grep { varlink("$T/sock", 'GetState') } 1 .. 50), 50, 'one connection after the other');
down();
done_testing();
