#!/usr/bin/perl
# The Open Service Broker API: every call with its answers, and what platforms expect beyond it.
use strict;
use warnings;
use lib 't/tool';
use Gateway;
use Http;
use JSON::PP;
use MIME::Base64;
use Test::More;
use Time::HiRes qw(time);
use Varlink;

my $schema = '{"type":"object","properties":{"n":{"type":"integer"}},"additionalProperties":false}';
node('a', 'limit_ms=100');
gateway("nodes = unix:$T/a.node", 'tags = x, y', 'metadata = {"displayName":"Test"}',
    '[plan:g/small]', 'node_plan = free', "create_schema = $schema", "bind_schema = $schema",
    '[plan:g/slow]', 'node_plan = free', 'async = required', 'maximum_polling_duration = 60',
    'maintenance_version = 1.2.3', 'maintenance_description = new', 'free = false',
    '[plan:g/any]', 'node_plan = free', 'async_bindings = allowed',
    '[plan:g/alone]', 'node_plan = free', 'bindable = false',
    '[plan:g/nowhere]');
my $i = '/v2/service_instances';
my $same = "?service_id=$SERVICE&plan_id=$PLAN{small}";
my $ids = sub { "?service_id=$SERVICE&plan_id=$PLAN{$_[0]}" . ($_[1] // '') };
my $gone = {};

# ---- who may ask, and in which version ----
for my $row (['GET', '/v2/catalog'], ['PUT', "$i/x"], ['PATCH', "$i/x"], ['DELETE', "$i/x"],
    ['GET', "$i/x/last_operation"], ['PUT', "$i/x/service_bindings/y"],
    ['DELETE', "$i/x/service_bindings/y"]) {
	my ($method, $path) = @$row;
	my @body = $method =~ /^P/ ? '{}' : ();
	my ($s) = rest($method, $path, { basic('u:p') }, @body);
	is($s, 412, "$method $path: without a version");
	($s) = rest($method, $path, { 'X-Broker-API-Version' => '2.17' }, @body);
	is($s, 401, 'without a password');
	($s) = rest($method, $path, { 'X-Broker-API-Version' => '2.17', basic('u:x') }, @body);
	is($s, 401, 'with a wrong one');
}
for my $row (['1.0', 412], ['2.12', 412], ['3.0', 412], ['x', 412], ['', 412], ['2.13', 200], ['2.99', 200]) {
	my ($s) = rest('GET', '/v2/catalog', { 'X-Broker-API-Version' => $row->[0], basic('u:p') });
	is($s, $row->[1], "version '$row->[0]'");
}
{
	my (undef, undef, $r) = osb('GET', '/v2/catalog', undef, 'X-Broker-API-Request-Identity' => 'abc');
	is($r->{head}{'x-broker-api-request-identity'}, 'abc', "a request's identity comes back");
	is($r->{head}{'content-type'}, 'application/json', 'JSON');
}

# ---- catalog ----
my (undef, $catalog) = osb('GET', '/v2/catalog');
my ($s) = @{ $catalog->{services} };
my %plan = map { $_->{name} => $_ } @{ $s->{plans} };
is("$s->{name} @{ $s->{tags} } $s->{metadata}{displayName}", 'test x y Test', 'the service');
ok($s->{bindable} && $s->{instances_retrievable} && $s->{bindings_retrievable}, 'what it can');
is(join(' ', sort keys %plan), 'alone any nowhere slow small', 'its plans');
is_deeply($plan{small}{schemas}{service_instance}{create}{parameters}, decode_json($schema), 'a schema');
is_deeply($plan{slow}{maintenance_info}, { version => '1.2.3', description => 'new' }, 'maintenance');
is($plan{slow}{maximum_polling_duration}, 60, 'how long to ask');
ok(!$plan{slow}{free} && !$plan{alone}{bindable}, 'switches of plans');
{
	local $Gateway::MINOR = 13;
	my (undef, $old) = osb('GET', '/v2/catalog');
	my %keys = map { $_ => 1 } map { keys %$_ } @{ $old->{services}[0]{plans} };
	is(join(' ', sort keys %keys), 'bindable description free id name schemas', 'a plan of 2.13');
	ok(!exists $old->{services}[0]{instances_retrievable}, 'a service of 2.13');
}

# ---- provision: bodies ----
says(400, undef, 'no JSON', 'PUT', "$i/a", 'x');
says(400, undef, 'no object', 'PUT', "$i/a", '[]');
for my $key (qw(service_id plan_id organization_guid space_guid)) {
	my $body = instance('small');
	delete $body->{$key};
	says(400, undef, "without $key", 'PUT', "$i/a?accepts_incomplete=true", $body);
	says(400, undef, "$key empty", 'PUT', "$i/a", instance('small', $key => ''));
}
says(400, undef, 'unknown service', 'PUT', "$i/a", instance('small', service_id => 'x'));
says(400, undef, 'unknown plan', 'PUT', "$i/a", instance('x'));
says(400, undef, 'parameters that are no object', 'PUT', "$i/a", instance('small', parameters => [1]));
says(400, { description => 'parameters: m: is not known' }, 'parameters against the schema', 'PUT', "$i/a",
    instance('small', parameters => { m => 1 }));
says(400, undef, 'of a wrong type', 'PUT', "$i/a", instance('small', parameters => { n => 'x' }));
says(400, undef, 'nested too deep', 'PUT', "$i/a", '[' x 100000);
says(400, { description => 'parameters: 10008 bytes is more than 8192' }, 'or too long', 'PUT', "$i/a",
    instance('any', parameters => { s => 'x' x 10000 }));
says(422, undef, 'AsyncRequired comes before parameters', 'PUT', "$i/a", instance('slow', parameters => { m => 1 }));
says(404, undef, 'nothing of that has left anything', 'GET', "$i/a");
says(404, undef, 'nor an operation', 'GET', "$i/a/last_operation");
says(404, undef, 'a path that is none', 'GET', '/v2/nothing');
says(405, undef, 'a method that is none', 'POST', "$i/a", '{}');

# ---- provision, synchronous ----
my $p = { n => 1 };
says(201, {}, 'provision', 'PUT', "$i/a", instance('small', parameters => $p, context => { c => 1 }, foo => 1));
says(200, {}, 'again, the same', 'PUT', "$i/a", instance('small', parameters => $p));
says(200, {}, 'again, by who can wait', 'PUT', "$i/a?accepts_incomplete=true", instance('small', parameters => $p));
says(409, undef, 'with other parameters', 'PUT', "$i/a", instance('small', parameters => { n => 2 }));
says(409, undef, 'with another plan', 'PUT', "$i/a", instance('any', parameters => $p));
says(409, undef, 'in another space', 'PUT', "$i/a", instance('small', parameters => $p, space_guid => 'z'));
says(200, { service_id => $SERVICE, plan_id => $PLAN{small}, parameters => $p }, 'fetch', 'GET', "$i/a");
says(200, undef, 'fetch by ids', 'GET', "$i/a$same");
says(404, undef, 'fetch by other ids', 'GET', "$i/a" . $ids->('any'));
is(last_of("$i/a"), 'succeeded', 'its last operation');
is(last_of("$i/a", '?operation=provision'), 'succeeded', 'asked for in words that are not ours');
like(says(200, undef, 'says', 'GET', "$i/a/last_operation")->{description}, qr/\S/, 'something for people');

# ---- provision, asynchronous ----
says(422, { error => 'AsyncRequired', description => 'this plan needs a client that accepts asynchronous operations (accepts_incomplete=true)' },
    'a plan that takes its time', 'PUT', "$i/s", instance('slow'));
my $op = says(202, undef, 'for who can wait', 'PUT', "$i/s?accepts_incomplete=true", instance('slow', parameters => { node => 'slow' }));
ok(length $op->{operation}, 'names its operation');
is_deeply(says(202, undef, 'again meanwhile', 'PUT', "$i/s?accepts_incomplete=true", instance('slow', parameters => { node => 'slow' })),
    $op, 'the same operation');
says(409, undef, 'another meanwhile', 'PUT', "$i/s?accepts_incomplete=true", instance('any'));
says(404, undef, 'is not there yet', 'GET', "$i/s");
says(422, undef, 'cannot be bound', 'PUT', "$i/s/service_bindings/b", instance('slow'));
says(422, undef, 'nor be changed', 'PATCH', "$i/s?accepts_incomplete=true", { service_id => $SERVICE, parameters => { n => 1 } });
{
	my ($status, $body, $r) = osb('GET', "$i/s/last_operation?operation=$op->{operation}");
	is("$status $body->{state}", '200 in progress', 'it is in progress');
	ok($r->{head}{'retry-after'}, 'and says when to ask again');
}
is(await_end("$i/s"), 'succeeded', 'and ends');
says(200, {}, 'the same afterwards', 'PUT', "$i/s?accepts_incomplete=true", instance('slow', parameters => { node => 'slow' }));
says(422, undef, 'delete needs patience, too', 'DELETE', "$i/s" . $ids->('slow'));
says(202, undef, 'delete', 'DELETE', "$i/s" . $ids->('slow', '&accepts_incomplete=true'));
is(await_end("$i/s"), 'succeeded', 'ends');
is(last_of("$i/s", '?operation=deprovision'), 'succeeded', 'and may be asked about afterwards');
says(410, $gone, 'and is gone', 'DELETE', "$i/s" . $ids->('slow', '&accepts_incomplete=true'));

# ---- maintenance ----
says(422, undef, 'another maintenance version', 'PUT', "$i/m?accepts_incomplete=true",
    instance('slow', maintenance_info => { version => '1.0.0' }));
says(422, undef, 'one where there is none', 'PUT', "$i/m", instance('small', maintenance_info => { version => '1.2.3' }));
says(202, undef, 'the right one', 'PUT', "$i/m?accepts_incomplete=true", instance('slow', maintenance_info => { version => '1.2.3' }));
await_end("$i/m");
is(says(200, undef, 'is told', 'GET', "$i/m")->{maintenance_info}{version}, '1.2.3', 'in 2.17');

# ---- bindings ----
my $b = "$i/a/service_bindings";
my %bind = (service_id => $SERVICE, plan_id => $PLAN{small}, bind_resource => { app_guid => 'app' });
my $c = { credentials => { user => 'b' } };
says(404, undef, 'bind what is not there', 'PUT', "$i/zz/service_bindings/b", { %bind });
says(400, undef, 'bind without plan_id', 'PUT', "$b/b", { service_id => $SERVICE });
says(400, undef, 'bind with another plan', 'PUT', "$b/b", { %bind, plan_id => $PLAN{any} });
says(400, undef, 'bind against the schema', 'PUT', "$b/b", { %bind, parameters => { x => 1 } });
says(404, undef, 'no such binding', 'GET', "$b/b");
says(201, $c, 'bind', 'PUT', "$b/b", { %bind });
says(200, $c, 'again', 'PUT', "$b/b", { %bind });
says(409, undef, 'for another application', 'PUT', "$b/b", { %bind, bind_resource => { app_guid => 'other' } });
says(200, $c, 'fetch', 'GET', "$b/b");
is(last_of("$b/b"), 'succeeded', 'its last operation');
says(201, { credentials => { user => 'b2' } }, 'credentials of its own', 'PUT', "$b/b2", { %bind });
is(node_has('a'), 'a(b,b2) m()', 'the node has them');
says(400, undef, 'unbind without ids', 'DELETE', "$b/b");
says(200, {}, 'unbind', 'DELETE', "$b/b$same");
says(410, $gone, 'twice', 'DELETE', "$b/b$same");
is(last_of("$b/b"), 'succeeded', 'asked about afterwards');
says(410, $gone, 'what never was', 'DELETE', "$b/never$same");
says(201, {}, 'a plan that is not bindable', 'PUT', "$i/al", instance('alone'));
says(400, undef, 'is not bound', 'PUT', "$i/al/service_bindings/b", instance('alone'));
says(201, {}, 'a plan with bindings that take time', 'PUT', "$i/any", instance('any'));
$op = says(202, undef, 'bind', 'PUT', "$i/any/service_bindings/b?accepts_incomplete=true", instance('any', parameters => { node => 'slow' }));
is(join(' ', keys %$op), 'operation', 'no credentials yet');
says(404, undef, 'not there yet', 'GET', "$i/any/service_bindings/b");
is(await_end("$i/any/service_bindings/b"), 'succeeded', 'ends');
is_deeply(says(200, undef, 'fetch', 'GET', "$i/any/service_bindings/b")->{credentials}, { user => 'b' }, 'credentials');
{
	local $Gateway::MINOR = 13;
	says(201, { credentials => { user => 'old' } }, '2.13 knows no such bindings', 'PUT', "$i/any/service_bindings/old?accepts_incomplete=true", instance('any'));
}

# ---- deprovision ----
says(400, undef, 'delete without ids', 'DELETE', "$i/a");
says(400, undef, 'delete with another plan', 'DELETE', "$i/a" . $ids->('any'));
says(200, undef, 'it is still there', 'GET', "$i/a");
says(200, {}, 'delete', 'DELETE', "$i/a$same");
says(410, $gone, 'twice', 'DELETE', "$i/a$same");
says(410, $gone, 'what never was', 'DELETE', "$i/never$same");
says(404, undef, 'fetch', 'GET', "$i/a");
says(410, $gone, 'bindings go with it', 'DELETE', "$b/b2$same");
is(last_of("$i/a"), 'succeeded', 'asked about afterwards');
says(404, undef, 'nobody knows this one', 'GET', "$i/never/last_operation");
says(410, undef, 'nor, after a deletion', 'GET', "$i/never/last_operation?operation=delete-1");
is(node_has('a'), 'al() any(b,old) m()', 'the node has what is left');
says(201, {}, 'the id can be used again', 'PUT', "$i/a", instance('small'));

# ---- change ----
says(400, undef, 'change without service_id', 'PATCH', "$i/a", {});
says(400, undef, 'to an unknown plan', 'PATCH', "$i/a", { service_id => $SERVICE, plan_id => 'x' });
says(404, undef, 'of what is not there', 'PATCH', "$i/zz", { service_id => $SERVICE });
says(422, undef, 'to another plan', 'PATCH', "$i/a", { service_id => $SERVICE, plan_id => $PLAN{any} });
says(200, {}, 'to what it is already', 'PATCH', "$i/a", { service_id => $SERVICE, plan_id => $PLAN{small} });
says(422, undef, 'that the node does not know', 'PATCH', "$i/a", { service_id => $SERVICE, parameters => { node => 'cannot' } });
says(200, { service_id => $SERVICE, plan_id => $PLAN{small} }, 'has changed nothing', 'GET', "$i/a");
says(500, { description => 'because' }, 'that the node refuses', 'PATCH', "$i/a", { service_id => $SERVICE, parameters => { node => 'refuse' } });
is(last_of("$i/a"), 'failed', 'is a failure');
says(200, { service_id => $SERVICE, plan_id => $PLAN{small} }, 'of an instance that is as before', 'GET', "$i/a");
says(200, {}, 'of parameters', 'PATCH', "$i/a", { service_id => $SERVICE, parameters => { n => 3 }, previous_values => {} });
says(200, {}, 'again', 'PATCH', "$i/a", { service_id => $SERVICE, parameters => { n => 3 } });
is(ask(dial("$T/a.node"), 'org.supd.Node.Update', { name => 'a' })->{parameters}{credentials}{changes}, 2, 'which is no other change');
says(200, {}, 'of others', 'PATCH', "$i/a", { service_id => $SERVICE, parameters => { m => 4, n => 5 } });
says(200, { service_id => $SERVICE, plan_id => $PLAN{small}, parameters => { m => 4, n => 5 } }, 'is told', 'GET', "$i/a");
my $change = { service_id => $SERVICE, parameters => { node => 'slow' } };
$op = says(202, undef, 'in its time', 'PATCH', "$i/a?accepts_incomplete=true", $change);
is_deeply(says(202, undef, 'again meanwhile', 'PATCH', "$i/a?accepts_incomplete=true", $change), $op, 'the same operation');
says(422, undef, 'another meanwhile', 'PATCH', "$i/a", { service_id => $SERVICE, parameters => { n => 9 } });
says(422, undef, 'fetch meanwhile', 'GET', "$i/a");
says(422, undef, 'delete meanwhile', 'DELETE', "$i/a$same");
is(await_end("$i/a"), 'succeeded', 'which ends');

# ---- trouble ----
says(500, { description => 'because' }, 'the node refuses', 'PUT', "$i/r", instance('any', parameters => { node => 'refuse' }));
is(last_of("$i/r"), 'failed', 'which is a failure');
says(404, undef, 'of which nothing is there', 'GET', "$i/r");
says(201, {}, 'it may be tried again', 'PUT', "$i/r", instance('any'));
says(201, {}, 'a node that wants to be asked later', 'PUT', "$i/l", instance('any', parameters => { node => 'later' }));
says(201, {}, 'a node that hangs up', 'PUT', "$i/h", instance('any', parameters => { node => 'hang_up' }));
says(500, undef, 'a plan that no node has', 'PUT', "$i/n", instance('nowhere'));
says(202, undef, 'a creation', 'PUT', "$i/c?accepts_incomplete=true", instance('any', parameters => { node => 'slow' }));
says(202, undef, 'is deleted meanwhile', 'DELETE', "$i/c" . $ids->('any', '&accepts_incomplete=true'));
is(await_end("$i/c"), 'succeeded', 'which ends');
says(410, $gone, 'and it is gone', 'DELETE', "$i/c" . $ids->('any'));
says(504, undef, 'a node that does not answer', 'PUT', "$i/t", instance('any', parameters => { node => 'hang' }));
is(last_of("$i/t"), 'failed', 'is a failure');
says(200, {}, 'delete of what may be there', 'DELETE', "$i/t" . $ids->('any'));
unlike(node_has('a'), qr/\b[ct]\(/, 'nothing is left of both');
my $long = 'x' x 200;
says(201, {}, 'an id that is no name for a node', 'PUT', "$i/$long", instance('small'));
says(200, {}, 'deleted', 'DELETE', "$i/$long$same");
says(201, {}, 'an id of other characters', 'PUT', "$i/a%20%C3%BC", instance('small'));
says(200, undef, 'fetched', 'GET', "$i/a%20%C3%BC");

# ---- the UNIX socket ----
my $r = fetch("$T/gw", 'GET', '/v2/catalog', 'X-Broker-API-Version' => '2.17', basic('u:p'));
is($r->{status}, 200, 'the same at a UNIX socket');
is((stat "$T/gw")[2] & 07777, 0700, 'for its owner');
is(fetch($PORT, 'GET', '/healthz')->{body}, "ok\n", 'health needs no password');

# ---- a change of the file ----
my $conf = slurp("$T/supd.conf");
open(my $f, '>', "$T/supd.conf") or die;
print $f $conf, "[plan:g/new]\nnode_plan = free\n";
close $f;
ask(dial(), 'Update', {});
my $until = time + $DEADLINE;
do { (undef, $catalog) = osb('GET', '/v2/catalog') }
    until time > $until || grep { $_->{name} eq 'new' } @{ $catalog->{services}[0]{plans} // [] };
is(scalar(grep { $_->{name} eq 'new' } @{ $catalog->{services}[0]{plans} }), 1, 'a new plan is offered after an update');
says(200, {}, 'and what was promised stands', 'PUT', "$i/m?accepts_incomplete=true",
    instance('slow', maintenance_info => { version => '1.2.3' }));
down();
ok(!-e "$T/gw", 'and takes its socket away');
done_testing();
