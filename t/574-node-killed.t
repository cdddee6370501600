#!/usr/bin/perl
# kill -9 of the node at any point: what was answered stays so, and of everything else nothing is
# half there.  ROUNDS=300 prove t/574-node-killed.t for more of it; SEED repeats one.
use strict;
use warnings;
use lib 't/tool';
use Node;
use Test::More;
use Time::HiRes qw(time);
use Varlink;

my $rounds = $ENV{ROUNDS} // 5;
my $seed = $ENV{SEED} // time;
srand($seed);
my @names = map { "n$_" } 0 .. 5;
my $first = free_ports(scalar @names);

sub file {
	my ($name, $text) = @_;
	open(my $f, '>', "$T/$name") or die "$T/$name: $!";
	print $f $text;
	close $f;
	chmod 0755, "$T/$name";
}

# What a hook makes outside of everything that supd knows.
mkdir "$T/things";
file('hook', <<"END");
#!/bin/sh
thing="$T/things/\$SUPD_NAME\${SUPD_BINDING:+.\$SUPD_BINDING}"
case \$SUPD_OP in
provision|bind) : >"\$thing" ;;
unprovision|unbind) rm -f "\$thing" ;;
esac
END
file('server', <<'END');
#!/usr/bin/perl
socket(S, 2, 1, 0) && setsockopt(S, 1, 2, 1) && bind(S, pack('Sna4x8', 2, $ARGV[0], "\0")) && listen(S, 5)
    or die "$ARGV[0]: $!\n";
close C while accept(C, S);
END
conf('[supd]', "statedir = $T/state",
    '[template:t]', "command = $T/server %(port)d", 'startsecs = 0', 'ready = listen:tcp:%(port)d',
    'stdout_logfile = NONE', 'stderr_logfile = NONE',
    '[node:n]', 'kind = process', 'template = t', "base_dir = $T/base",
    "ports = $first-@{[ $first + $#names ]}",
    map { "$_ = $T/hook" } qw(provision unprovision bind unbind));
up() or exit 1;

sub instances { (node($_[0], 'n', 'List'))[1]{instances} }

# Nothing is on its way: every row is ready.
sub settled {
	my $c = dial() or return 0;
	my $l = instances($c) or return 0;
	return !grep { $_->{state} ne 'ready' } @$l;
}

# Everything that there is, as one text for each kind of place.
sub places {
	my $c = dial();
	my $l = instances($c);
	my $core = ask($c, 'ListInstances')->{parameters}{instances};
	return ([ map { $_->{name} } @$l ],
	    join(' ', map { $_->{name} } @$l), join(' ', entries("$T/base")),
	    join(' ', sort map { $_->{name} } @$core), join(' ', entries("$T/things")),
	    join(' ', sort map { my $i = $_; ($i->{name}, map { "$i->{name}.$_" } @{ $i->{bindings} }) } @$l),
	    join(' ', grep { !listens($_->{port}) } @$l));
}

# What is wrong now; a node that has just begun may still be removing what it has found.
sub look {
	my ($round, $must, $must_not) = @_;
	my ($names, $rows, $dirs, $core, $things, $wanted, $dead) = places();
	my %there = map { $_ => 1 } @$names;
	return join('', map { "round $round: $_\n" }
	    $dirs ne $rows ? "rows: $rows, directories: $dirs" : (),
	    $core ne $rows ? "rows: $rows, processes: $core" : (),
	    $things ne $wanted ? "rows: $wanted, things: $things" : (),
	    $dead ne '' ? "does not listen: $dead" : (),
	    (map { $there{$_} ? () : "$_ was made, and is not there" } @$must),
	    map { $there{$_} ? "$_ was removed, and is there" : () } @$must_not);
}

sub check {
	my ($round, @must) = @_;
	return "round $round: does not settle" if !until_true(\&settled);
	my $wrong = '';
	until_true(sub { ($wrong = look($round, @must)) eq '' });
	return $wrong;
}

# Some calls at once; the node is killed among them.
sub round {
	my ($n) = @_;
	my $c = dial();
	my %there = map { $_->{name} => 1 } @{ instances($c) // [] };
	my $pid = guest_pid($c, 'node:n');
	my (@calls, @must, @must_not);
	for my $name (grep { rand() < 0.6 } @names) {
		my $method = !$there{$name} ? 'Provision' : rand() < 0.5 ? 'Unprovision' : 'Bind';
		my $d = dial();
		call($d, "org.supd.Node.$method", { node => 'n', name => $name,
		    $method eq 'Bind' ? (binding => 'b' . int(rand(3))) : () });
		push @calls, [ $d, $method, $name ];
	}
	select(undef, undef, undef, rand() ** 2 * 0.3);
	kill 'KILL', $pid if $pid;
	for (@calls) {
		my ($d, $method, $name) = @$_;
		my ($how) = answer(reply($d));
		push @must, $name if $how eq 'ok' && $method ne 'Unprovision';
		push @must_not, $name if $how eq 'ok' && $method eq 'Unprovision';
	}
	system('perl', 't/tool/await.pl', 'gone', $DEADLINE, $pid) if $pid;
	until_true(sub { my $d = dial(); my $new = guest_pid($d, 'node:n'); $new && $new != $pid });
	return check($n, \@must, \@must_not);
}

my $wrong = '';
for my $n (1 .. $rounds) {
	$wrong .= round($n);
	last if $wrong ne '';
}
is($wrong, '', "$rounds rounds leave nothing half made (SEED=$seed)");
my $c = dial();
node($c, 'n', 'Purge', instances => \@names);
my ($names, @all) = places();
is(join('', @all), '', 'and all of it can be removed');
down();
done_testing();
