#!/usr/bin/perl
# Registration at a cloud controller: again and again, with the token, and once more at the end.
use strict;
use warnings;
use lib 't/tool';
use Gateway;
use Http;
use IO::Socket::INET;
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);
use Varlink;

plan(skip_all => 'built without HTTP')
    if slurp($ENV{SUPD_BIN} || ($ENV{BUILD} || 'build') . '/supd') =~ /this supd was built without HTTP/;
node('a');
my $port = free_port();
gateway("nodes = unix:$T/a.node", 'version = 2.0', 'tags = x',
    "cloud_controller_uri = http://127.0.0.1:$port", 'cloud_controller_interval = 1',
    '[plan:g/free]');

# While the controller is down the broker API works, and the older routes wait for it.
is((osb('PUT', '/v2/service_instances/a', instance('free')))[0], 201, 'a controller that is down changes nothing');
my ($s, $b) = v1('DELETE', '/gateway/v1/configurations/x');
is("$s $b->{code}", '503 30600', 'but for the older routes');

# ---- a controller ----
my $listener = IO::Socket::INET->new(Listen => 10, LocalAddr => "127.0.0.1:$port", ReuseAddr => 1) or die "$port: $!";

# The next request: { method, path, head, body }, answered with a status and a body
sub serve {
	my ($status, $answer) = @_;
	my $end = time + $DEADLINE;
	my $set = '';
	vec($set, fileno $listener, 1) = 1;
	select(my $ready = $set, undef, undef, $end - time) or return undef;
	my $c = $listener->accept;
	my $text = '';
	until ($text =~ /\r\n\r\n/ && length($') >= ($text =~ /^Content-Length: (\d+)/mi ? $1 : 0)) {
		sysread($c, $text, 1 << 16, length $text) or last;
	}
	my ($head, $body) = split /\r\n\r\n/, $text, 2;
	my ($method, $path) = $head =~ /^(\S+) (\S+)/;
	my ($token) = $head =~ /^X-VCAP-Service-Token: (\S+)/mi;
	print $c "HTTP/1.1 $status X\r\nContent-Length: " . length($answer) . "\r\nConnection: close\r\n\r\n$answer";
	close $c;
	return { line => "$method $path", token => $token, body => scalar(eval { decode_json($body) }) };
}

my %seen;
for (1 .. 20) {
	my $r = serve(200, '{"handles":[]}') or last;
	$seen{ $r->{line} } = $r;
	last if keys %seen == 2;
}
my $offer = $seen{'POST /services/v1/offerings'};
my $handles = $seen{'GET /services/v1/offerings/test-2.0/handles'};
ok($offer, 'the offering is sent');
ok($handles, 'and the handles are asked for');
is($offer->{token} . $handles->{token}, 'tt', 'with the token');
is(join(' ', map { "$_=$offer->{body}{$_}" } qw(label url default_plan provider)),
    "label=test-2.0 url=http://127.0.0.1:$PORT default_plan=free provider=core", 'what is offered');
is_deeply([@{ $offer->{body} }{qw(plans tags active)}], [['free'], ['x'], JSON::PP::true], 'and that it is active');
my $end = time + $DEADLINE;
do { ($s) = v1('DELETE', '/gateway/v1/configurations/x') } while $s == 503 && time < $end;
is($s, 404, 'then the older routes are open');

# ---- again, also after a refusal ----
my $r = serve(500, '{}');
is($r->{line}, 'POST /services/v1/offerings', 'it is sent again');
$r = serve(200, '{}');
is($r->{line}, 'POST /services/v1/offerings', 'also after a refusal');
like(slurp("$T/supd.log"), qr/gateway:g: the cloud controller refuses the registration: status 500/, 'which is logged');
my @reached = slurp("$T/supd.log") =~ /the cloud controller cannot be reached/g;
is(scalar @reached, 1, 'what lasts is logged once');

# ---- the end ----
kill 'TERM', $SUP;
while ($r = serve(200, '{}')) {
	last if !$r->{body} || !$r->{body}{active};
}
ok($r && !$r->{body}{active}, 'at the end it is not active any more');
down();
done_testing();
