#!/usr/bin/perl
# A gateway spreads instances over nodes, survives kill -9 with every promise kept, and finds orphans.
# ROUNDS=300 kills it so often.
use strict;
use warnings;
use lib 't/tool';
use Gateway;
use Http;
use JSON::PP;
use Test::More;
use Time::HiRes qw(time sleep);
use Varlink;

my $rounds = $ENV{ROUNDS} // 3;
my $i = '/v2/service_instances';
node('a', 'capacity=3');
node('b', 'capacity=2');
node('c', 'capacity=1');
node('other', 'service=other');
node('big', 'plan=big');
node('shared', 'plan=shared');
gateway("nodes = unix:$T/a.node, unix:$T/b.node, unix:$T/c.node, unix:$T/other.node, unix:$T/big.node, unix:$T/shared.node",
    'double_check_orphan_interval = 0',
    '[plan:g/free]', '[plan:g/big]', '[plan:g/shared]',
    '[gateway:h]', 'service = test', "nodes = unix:$T/shared.node", '[plan:h/shared]');
my $ids = sub { "?service_id=$SERVICE&plan_id=$PLAN{$_[0]}&accepts_incomplete=true" };

# ---- which node ----

# Send requests on connections of their own; then the statuses in order
sub together {
	my @lines = map { my $c = knock($PORT); syswrite($c->{sock}, $_); $c } @_;
	return map { my $r = answer($_); $r ? $r->{status} : 0 } @lines;
}

sub put {
	my ($id, $plan, %more) = @_;
	return request('PUT', "$i/$id", 'X-Broker-API-Version' => '2.17', basic('u:p'),
	    body => encode_json(instance($plan, %more)));
}

my @got = together(map { put("n$_", 'free', parameters => { node => 'slow' }) } 1 .. 7);
is(join(' ', sort @got), '201 201 201 201 201 201 500', 'six of seven find a place');
is(join(' ', map { scalar(my @all = split / /, node_has($_)) } qw(a b c other)), '3 2 1 0',
    'on nodes with room for three, two and one');
my ($full) = grep { $got[$_ - 1] == 500 } 1 .. 7;
my ($free) = grep { $got[$_ - 1] == 201 } 1 .. 7;
osb('DELETE', "$i/n$free" . $ids->('free'));
await_end("$i/n$free");
is((osb('PUT', "$i/n$full", instance('free')))[0], 201, 'what is removed leaves room');
for (1 .. 7) {
	osb('DELETE', "$i/n$_" . $ids->('free'));
	await_end("$i/n$_");
}
is(join('', map { node_has($_) } qw(a b c)), '', 'all of them go');

# ---- killed ----

# kill -9 while something is in progress; the next one has the line, and its socket, again
sub kill_gateway { kill_guest('gateway:g') }

my (undef, $op) = osb('PUT', "$i/k?accepts_incomplete=true", instance('big', parameters => { node => 'slow' }));
kill_gateway();
is((osb('PUT', "$i/k?accepts_incomplete=true", instance('big', parameters => { node => 'slow' })))[0], 202, 'a creation goes on');
my (undef, $last) = osb('GET', "$i/k/last_operation?operation=$op->{operation}");
is($last->{state}, 'in progress', 'it says so');
is(await_end("$i/k"), 'succeeded', 'and ends');
is(node_has('big'), 'k()', 'once');
osb('DELETE', "$i/k" . $ids->('big'));
kill_gateway();
is(await_end("$i/k"), 'succeeded', 'so does a deletion');
is(node_has('big'), '', 'also at the node');

# Whatever is asked for: asked again after the kill until there is an answer, it is as if nothing had been.
my ($bad, $tried, %there) = kill_rounds($rounds, 'big', \&kill_gateway);
is($bad, 0, "$rounds kills: all of $tried requests end as if there had been none");
my $want = join ' ', map { "$_(" . join(',', sort keys %{ $there{$_} }) . ')' } sort keys %there;
is(node_has('big'), $want, 'the node has what was promised');
my $rows = join ' ', map { my $r = $_; "$r->{id}(" . join(',', sort map { $_->{id} } @{ $r->{bindings} }) . ')' }
    grep { $_->{state} eq 'ready' && $_->{plan} eq 'big' } @{ people('List', { gateway => 'g' })->{parameters}{instances} };
is($rows, $want, 'the rows say the same');
is_deeply(people('Orphans', { gateway => 'g' })->{parameters}{orphans}, [], 'and there is no orphan');

# ---- orphans ----

sub orphans {
	my ($gateway, %how) = @_;
	my $r = people('Orphans', { gateway => $gateway, %how })->{parameters};
	return join(' ', sort map { "$_->{name}" . ($_->{binding} ? "/$_->{binding}" : '') . '=' .
	    ($_->{missing} ? 'missing' : $_->{certain} ? 'orphan' : 'suspected') } @{ $r->{orphans} }) .
	    ($r->{removed} ? " -$r->{removed}" : '');
}

osb('PUT', "$i/mine", instance('shared'));
my $node = dial("$T/shared.node");
ask($node, 'org.supd.Node.Provision', { name => 'lost' });
ask($node, 'org.supd.Node.Bind', { name => 'mine', binding => 'lost' });
is(orphans('h'), 'lost=suspected mine=suspected', 'what is seen once is suspected');
is(orphans('h', purge => JSON::PP::true), 'lost=suspected mine=suspected', 'and not removed');
is(node_has('shared'), 'lost() mine(lost)', 'indeed');
is(orphans('g'), 'lost=orphan mine/lost=orphan', 'what is seen twice is an orphan');
is(node_has('shared'), 'lost() mine(lost)', 'removed by who asks for it');
is(orphans('g', purge => JSON::PP::true), ' -2', 'only then');
is(node_has('shared'), 'mine()', 'and nothing else with it');
ask($node, 'org.supd.Node.Provision', { name => 'again' });
is((v1('POST', '/service/internal/v1/check_orphan', {}))[0], 200, 'the old route looks');
is((v1('DELETE', '/service/internal/v1/purge_orphan',
    { orphan_instances => { "unix:$T/shared.node" => ['again', 'mine'] }, orphan_bindings => {} }))[0], 200, 'and removes');
my $end = time + $DEADLINE;
sleep 0.02 while node_has('shared') ne 'mine()' && time < $end;
is(node_has('shared'), 'mine()', 'but nothing that is known');
ask($node, 'org.supd.Node.Unprovision', { name => 'mine' });
is(orphans('g'), 'mine=missing', 'the other way round is told');

# ---- nobody there ----
stop_node('big');
is((osb('PUT', "$i/late?accepts_incomplete=true", instance('big')))[0], 202, 'a creation waits for its node');
my ($id) = sort keys %there;
is((osb('DELETE', "$i/$id" . $ids->('big')))[0], 202, 'a deletion waits for it');
is(last_of("$i/$id"), 'in progress', 'and waits');
node('big', 'plan=big');
is(await_end("$i/$id"), 'succeeded', 'until it is there again');
is(await_end("$i/late"), 'succeeded', 'so does the creation');
down();
done_testing();
