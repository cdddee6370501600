#!/usr/bin/perl
# POST /varlink: one control call per request, streams as JSON text sequences.
use strict;
use warnings;
use lib 't/tool';
use Http;
use JSON::PP;
use Test::More;
use Varlink;

my $port = free_port();
conf('[inet_http_server]', "port = 127.0.0.1:$port", 'username = u', 'password = p',
    '[program:a]', 'command = /bin/sh -c "echo hello; exec sleep 1000"', 'startsecs = 0',
    "stdout_logfile = $T/a.log");
up() or exit 1;
wait_for(dial(), 'RUNNING', 'a');
my @me = basic('u:p');

# What the control socket says, and what HTTP says
sub same {
	my ($method, $params) = @_;
	my $text = text($method, $params // {});
	my $c = dial();
	syswrite($c->{sock}, $text);
	my $want = reply($c);
	chop $text;
	my $r = fetch($port, 'POST', '/varlink', @me, body => $text);
	is($r->{status}, 200, "$method: an answer");
	is($r->{head}{'content-type'}, 'application/json', 'JSON');
	is_deeply(decode_json($r->{body}), $want, 'as on the control socket');
}
same('GetState');
same('GetConfig');
same('Start', { names => ['nobody', 'a'] });
same('Start', { names => 5 });
same('NoSuchMethod');
same('org.example.Nothing');
same('org.varlink.service.GetInfo');
same('org.supd.Log.Tail', { name => 'a', channel => 'stdout', bytes => 100 });
same('org.supd.Log.Tail', { name => 'nobody', channel => 'stdout', bytes => 100 });
same('org.supd.Log.Follow', { name => 'a', channel => 'stdout', bytes => 100 });

for (
    [ 400, 'Authenticate', '{"method":"org.supd.Control.Authenticate","parameters":{"username":"u","password":"p"}}' ],
    [ 400, 'oneway', '{"method":"org.supd.Control.GetState","oneway":true}' ],
    [ 400, 'no JSON', 'hello' ],
    [ 400, 'nothing', '' ],
    [ 400, 'two calls', '{"method":"a.B"}{"method":"a.B"}' ],
    [ 400, 'a call and its NUL', "{\"method\":\"org.supd.Control.GetState\"}\0" ],
    [ 400, 'too deep', '{"method":"a.B","parameters":{"x":' . '[' x 40 . ']' x 40 . '}}' ]) {
	my ($status, $what, $body) = @$_;
	my $r = fetch($port, 'POST', '/varlink', @me, body => $body);
	is($r->{status}, $status, "$status: $what");
	like($r->{body}, qr/\w+ \w+/, 'in words');
}
is(fetch($port, 'GET', '/varlink', @me)->{status}, 400, 'GET makes no call');
is(fetch($port, 'POST', '/varlink', body => '{"method":"org.supd.Control.Shutdown"}')->{status}, 401,
    'nor does who has no password');

# ---- streams ----

# All records of a stream
sub records {
	my ($method, $params) = @_;
	my $text = text($method, $params // {}, more());
	chop $text;
	my $r = fetch($port, 'POST', '/varlink', @me, body => $text);
	is($r->{head}{'content-type'}, 'application/json-seq', "$method: a sequence");
	my @records = split /\x1e/, $r->{body}, -1;
	is(shift @records, '', 'each record begins with RS');
	is(scalar(grep { !/\n\z/ } @records), 0, 'and ends with LF');
	return map { decode_json($_) } @records;
}
my @r = records('Stop', { names => ['a'] });
is($r[0]{parameters}{results}[0]{status}, 80, 'a result when it is known');
ok($r[0]{continues} && !$r[-1]{continues}, 'the last record says so');
@r = records('Start', { names => ['a', 'nobody'] });
is(scalar(@r), 3, 'two results and the end');
@r = records('NoSuchMethod');
is($r[0]{error}, 'org.varlink.service.MethodNotFound', 'an error is a record, too');

my $c = knock($port);
syswrite($c->{sock}, request('POST', '/varlink', @me, body =>
    '{"method":"org.supd.Control.Subscribe","more":true,"parameters":{"types":["PROCESS_STATE"]}}'));
is(answer($c, head => 1)->{status}, 200, 'a stream without an end');
sub event {
	my $end = time + $DEADLINE;
	until ($c->{buf} =~ /\x1e[^\n]*\n/) {
		Http::more_bytes($c, $end) or return 'nothing';
	}
	$c->{buf} =~ s/\x1e([^\n]*)\n//;
	return decode_json($1)->{parameters}{event};
}
varlink($port, 'Stop', { names => ['a'] }, @me);
is(event(), 'PROCESS_STATE_STOPPING', 'events come');
is(event(), 'PROCESS_STATE_STOPPED', 'as they happen');
my $why = varlink($port, 'Why', { name => 'a' }, @me)->{parameters};
like($why->{transitions}[-2]{cause}, qr/asked for over the network/, 'why knows that the network asked');

# ---- the supervisor ends ----

my $wait = knock($port);
syswrite($wait->{sock}, request('POST', '/varlink', @me, body =>
    '{"method":"org.supd.Control.Wait","parameters":{"names":["a"],"state":"FATAL"}}'));
is_deeply(varlink($port, 'Shutdown', {}, @me), { parameters => {} }, 'Shutdown answers first');
my $last = answer($wait);
ok($last && $last->{body} =~ /SHUTDOWN_STATE/, 'who waits is told') or
    diag($last ? $last->{body} : 'nothing');
my $end = time + $DEADLINE;
waitpid $SUP, 0;
is($?, 0, 'and it ends');
$SUP = undef;
done_testing();
