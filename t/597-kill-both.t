#!/usr/bin/perl
# Gateway and node are killed at random points: rows, instances and processes agree afterwards.
# ROUNDS=300 does it so often.
use strict;
use warnings;
use lib 't/tool';
use Gateway;
use Test::More;
use Time::HiRes qw(time sleep);
use Varlink;

my $rounds = $ENV{ROUNDS} // 3;
gateway('double_check_orphan_interval = 0', '[plan:g/free]',
    '[template:sleep]', 'command = /bin/sleep 100000', 'startsecs = 0', 'stdout_logfile = NONE',
    'stderr_logfile = NONE', '[node:sleep]', 'service = test', 'kind = process', "base_dir = $T/base");

my $n = 0;
my ($bad, $tried, %there) = kill_rounds($rounds, 'free', sub {
	kill_guest('gateway:g') if $n % 3 != 1;
	kill_guest('node:sleep') if $n % 3 != 0;
	$n++;
}, 0);
is($bad, 0, "$rounds rounds: all of $tried requests end as if nothing had been killed");
my $want = join ' ', map { "$_(" . join(',', sort keys %{ $there{$_} }) . ')' } sort keys %there;

sub rows {
	return join ' ', map { "$_->{id}(" . join(',', sort map { $_->{id} } @{ $_->{bindings} }) . ')' }
	    grep { $_->{state} eq 'ready' } @{ people('List', {})->{parameters}{instances} };
}

sub instances {
	return join ' ', map { "$_->{name}(" . join(',', sort @{ $_->{bindings} }) . ')' }
	    sort { $a->{name} cmp $b->{name} } @{ ask(dial(), 'org.supd.Node.List', {})->{parameters}{instances} };
}

sub processes {
	return join ' ', sort map { $_->{name} } @{ ask(dial(), 'ListInstances', { template => 'sleep' })->{parameters}{instances} };
}

# eventually GOT, WANTED, NAME: what was begun may still be undone
sub eventually {
	my ($got, $wanted, $name) = @_;
	my $end = time + $DEADLINE;
	my $is;
	sleep 0.02 while ($is = $got->()) ne $wanted && time < $end;
	is($is, $wanted, $name);
}

is(rows(), $want, 'the rows have what was promised');
eventually(\&instances, $want, 'so has the node');
eventually(\&processes, join(' ', sort keys %there), 'and the core has a process for each');
eventually(sub { my $l = people('Orphans', {})->{parameters}{orphans}; join ' ', map { "$_->{name} $_->{binding}" } @$l }, '',
    'no orphan, nothing missing');
opendir(my $d, "$T/base");
is(join(' ', sort grep { !/^\./ } readdir $d), join(' ', sort keys %there), 'and a directory');
down();
done_testing();
