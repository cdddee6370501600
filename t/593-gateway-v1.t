#!/usr/bin/perl
# The older routes of gateways: what they need, what they answer, and their numbers.
use strict;
use warnings;
use lib 't/tool';
use Gateway;
use Http;
use JSON::PP;
use Test::More;
use Varlink;

node('a', 'versions=1.0,2.0', 'limit_ms=100');
node('full', 'plan=full', 'capacity=0');
gateway("nodes = unix:$T/a.node, unix:$T/full.node", 'version = 1.0',
    '[plan:g/free]', '[plan:g/full]', '[plan:g/nowhere]', '[plan:g/any]', 'node_plan = free',
    'allow_over_provisioning = true');
my $c = '/gateway/v1/configurations';

# v1says STATUS, CODE (0: none), NAME, METHOD, PATH, [BODY, HEADERS...]: one test; the body
sub v1says {
	my ($status, $code, $name, @request) = @_;
	my ($got, $body) = v1(@request);
	my $said = ref $body ? $body->{code} // 0 : -1;
	ok($got == $status && $said == $code, $name) or diag("got $got, " . (ref $body ? encode_json($body) : $body));
	return $body;
}

# ---- media type, then token ----
my ($s, $b) = rest('POST', $c, {}, '{}');
is("$s $b->{code}", '400 30000', 'no media type');
($s, $b) = rest('POST', $c, { 'Content-Type' => 'text/plain', 'X-VCAP-Service-Token' => 'x' }, '{}');
is("$s $b->{code}", '400 30000', 'another one comes before the token');
($s, $b) = rest('POST', $c, { 'Content-Type' => 'application/json' }, '{}');
is("$s $b->{code}", '401 30100', 'no token');
($s, $b) = rest('DELETE', "$c/x", { 'Content-Type' => 'application/json;charset=utf-8', 'X-VCAP-Service-Token' => 'tt' });
is("$s $b->{code}", '401 30100', 'a wrong one');
is(ref $b->{error}{backtrace}, 'ARRAY', 'an error has the shape of old');

# ---- provision ----
v1says(400, 30001, 'no JSON', 'POST', $c, 'x');
v1says(400, 30001, 'without a name', 'POST', $c, { unique_id => $PLAN{free} });
v1says(400, 30001, 'without unique_id', 'POST', $c, { name => 'n' });
v1says(400, 30002, 'an unknown unique_id', 'POST', $c, { unique_id => 'x', name => 'n' });
v1says(400, 30003, 'an unknown plan', 'POST', $c, { unique_id => $SERVICE, name => 'n', plan => 'x' });
v1says(400, 30003, 'a plan of no node', 'POST', $c, { unique_id => $PLAN{nowhere}, name => 'n' });
v1says(400, 30004, 'a version of no node', 'POST', $c, { unique_id => $PLAN{free}, name => 'n', version => '3.0' });
v1says(500, 30500, 'a node without room', 'POST', $c, { unique_id => $PLAN{full}, name => 'n' });
my $made = v1says(200, 0, 'provision', 'POST', $c, { unique_id => $SERVICE, name => 'n', plan => 'free', version => '2.0', email => 'e' });
is_deeply($made->{configuration}, { plan => 'free', version => '2.0' }, 'its configuration');
is($made->{credentials}{name}, $made->{service_id}, 'its credentials');
is($made->{credentials}{node_id}, "unix:$T/a.node", 'with the node');
my $twice = v1says(200, 0, 'again', 'POST', $c, { unique_id => $PLAN{free}, name => 'n' });
isnt($twice->{service_id}, $made->{service_id}, 'is another instance');
my @request = ('POST', $c, { unique_id => $PLAN{free}, name => 'n' }, 'X-VCAP-Request-ID' => 'r1');
my $first = v1says(200, 0, 'a request with an id', @request);
is_deeply(v1says(200, 0, 'repeated', @request), $first, 'has the same answer');

# ---- bind ----
my $i = "$c/$made->{service_id}";
my %bind = (service_id => $made->{service_id}, label => 'test-1.0', email => 'e', binding_options => { a => 1 });
for my $key (sort keys %bind) {
	my %less = %bind;
	delete $less{$key};
	v1says(400, 30001, "bind without $key", 'POST', "$i/handles", { %less });
}
v1says(404, 30300, 'bind what is not there', 'POST', "$c/x/handles", { %bind });
my $bound = v1says(200, 0, 'bind', 'POST', "$i/handles", { %bind, app_id => 'app' });
is($bound->{credentials}{user}, $bound->{service_id}, 'credentials of its own');
is_deeply($bound->{configuration}{data}, { binding_options => { a => 1 } }, 'its options');
my $h = "$i/handles/$bound->{service_id}";
my %unbind = (service_id => $made->{service_id}, handle_id => $bound->{service_id}, binding_options => {});
v1says(400, 30001, 'unbind without a body', 'DELETE', $h);
v1says(404, 30300, 'unbind what is not there', 'DELETE', "$i/handles/x", { %unbind });
v1says(200, 0, 'unbind', 'DELETE', $h, { %unbind });
v1says(404, 30300, 'twice', 'DELETE', $h, { %unbind });

# ---- over the same rows ----
is((osb('GET', "/v2/service_instances/$made->{service_id}"))[0], 200, 'the broker API has it too');
is(scalar @{ people('List', {})->{parameters}{instances} }, 3, 'so have people');
v1says(200, 0, 'unprovision', 'DELETE', $i);
v1says(404, 30300, 'twice', 'DELETE', $i);
is((osb('DELETE', "/v2/service_instances/$twice->{service_id}?service_id=$SERVICE&plan_id=$PLAN{free}"))[0], 200, 'and the other way round');
v1says(404, 30300, 'it is gone', 'DELETE', "$c/$twice->{service_id}");

# ---- what there is not ----
v1says(501, 30501, 'snapshots', 'POST', "$i/snapshots", {});
v1says(501, 30501, 'of a kind', 'GET', "$i/snapshots/1");
v1says(501, 30501, 'serialized', 'PUT', "$i/serialized/url", {});
v1says(501, 30501, 'jobs', 'GET', "$i/jobs/1");
v1says(501, 30501, 'restore', 'POST', '/service/internal/v1/restore', {});
v1says(501, 30501, 'migration', 'GET', '/service/internal/v1/migration/n/instances');
v1says(404, 30300, 'a path that is none', 'GET', '/gateway/v1/nothing');
v1says(404, 30300, 'and an internal one', 'GET', '/service/internal/v1/nothing');

# ---- trouble ----
ask(dial("$T/a.node"), 'org.supd.Node.Behave', { way => 'refuse' });
v1says(500, 32101, "the service's own number", 'POST', $c, { unique_id => $PLAN{any}, name => 'n' });
ask(dial("$T/a.node"), 'org.supd.Node.Behave', { way => 'hang' });
v1says(504, 30700, 'a node that does not answer', 'POST', $c, { unique_id => $PLAN{any}, name => 'n' });
ask(dial("$T/a.node"), 'org.supd.Node.Behave', { way => '' });
down();
done_testing();
