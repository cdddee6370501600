#!/usr/bin/perl
# Calls for the logger travel to it on their connection, and back; also while the
# logger is killed.
use strict;
use warnings;
use lib 't/tool';
use Test::More;
use Time::HiRes qw(time);
use Varlink;

conf('[program:a]', q(command = /bin/sh -c 'echo hello; exec /bin/cat'), 'startsecs = 0',
    "stdout_logfile = $T/a.log");
up() or exit 1;
my $c = dial();
wait_for($c, 'RUNNING', 'a');
sub tail { return text('org.supd.Log.Tail', { name => 'a', channel => 'stdout', bytes => 100 }) }
sub said {
	my $c = shift;
	for (1 .. 1000) {
		syswrite($c->{sock}, tail()) or return undef;
		my $r = reply($c) // return undef;
		return $r->{parameters}{text} if $r->{error} || length $r->{parameters}{text};
	}
}
is(said($c), "hello\n", 'a call for the logger');
is(ask($c, 'GetState')->{parameters}{pid}, $SUP, 'then one for the core');
my $mixed = text('GetState') . tail() . text('GetState') . tail() . tail() .
    text('Status', { names => ['a'] });

# "core log ..." for the next six replies
sub kinds {
	return join ' ', map {
		my $r = reply($c);
		$r->{error} // (exists $r->{parameters}{text} ? 'log' : 'core');
	} 1 .. 6;
}
syswrite($c->{sock}, $mixed);
is(kinds(), 'core log core log log core', 'answers come in the order of the calls');
my $cut = length(text('GetState')) + 20;
syswrite($c->{sock}, substr($mixed, 0, $cut));
select(undef, undef, undef, 0.05);
syswrite($c->{sock}, substr($mixed, $cut));
is(kinds(), 'core log core log log core', 'also when a call is cut in two');

my ($logger) = @{ ask($c, 'Status', { names => ['supd:logger'] })->{parameters}{processes} };
ok($logger->{guest}, 'the logger is a guest');
cmp_ok($logger->{pid}, '>', 1, 'it runs');
is(scalar(grep { $_->{guest} } @{ ask($c, 'Status')->{parameters}{processes} }), 0,
    'guests are not among all');
# Kill the logger once it has been up for its startsecs: then it is back at once.
sub kill_logger {
	for (1 .. 100 * $DEADLINE) {
		my ($l) = @{ ask($c, 'Status', { names => ['supd:logger'] })->{parameters}{processes} };
		return kill 'KILL', $l->{pid} if $l->{statename} eq 'RUNNING';
		select(undef, undef, undef, 0.01);
	}
}
for (1 .. 2) {
	kill_logger();
	my $t = time;
	# a call that the dying one has taken is lost with its connection
	my $said;
	for (1 .. 5) {
		last if defined($said = said(dial()));
	}
	is($said, "hello\n", 'killed: the next one answers');
	within(time - $t, 4, 'soon');
	my @d = map { dial() } 1 .. 10;
	kill_logger();
	syswrite($_->{sock}, tail() . text('GetState')) for @d;
	my $answered = 0;
	for my $d (@d) {
		my $r = reply($d);
		$answered++ if !$r || $r->{error} || exists $r->{parameters}{text};
	}
	is($answered, 10, 'each call has an answer, or its connection ends');
}
ok(ask($c, 'GetState'), 'and the core never waited');
down();
done_testing();
