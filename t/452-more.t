#!/usr/bin/perl
# Calls that last: results in the order of completion, streamed with "more"; waiting;
# callers that go away; events from the past.
use strict;
use warnings;
use lib 't/tool';
use Test::More;
use Varlink;

sub program {
	my ($name, $command, @more) = @_;
	conf("[program:$name]", "command = $command", 'autostart = false', @more);
}
program('slow', '/bin/sleep 1000', 'startsecs = 2');
program('quick', '/bin/sleep 1000', 'startsecs = 1');
program('now', '/bin/sleep 1000', 'startsecs = 0');
program('bad', q(/bin/sh -c 'sleep 0.3; exit 1'), 'startretries = 0');
program('none', '/no/such/file');
program('x', '/bin/sleep 1000', 'startsecs = 0');
program('y', '/bin/sleep 1000', 'startsecs = 0');
conf('[group:g]', 'programs = x,y');
program('stubborn', q(/bin/sh -c 'trap "" TERM; echo; while :; do sleep 0.1; done'),
    'startsecs = 0', 'stopwaitsecs = 1');
up() or exit 1;
my $c = dial();
my $watch = dial();
# since 0: what it asks for may be looked at after what the other connection asks for
call($watch, 'Subscribe', { types => ['PROCESS_STATE'], since => 0 }, more());

my @all = qw(slow quick none bad now zz);
is(results(ask($c, 'Start', { names => \@all })), 'none:20 zz:10 now:80 bad:50 quick:80 slow:80',
    'several starts: results in the order of completion');
my @seen = map { my $r = reply($watch, 5); "$r->{parameters}{event} $r->{parameters}{payload}" }
    1 .. 9;
is(scalar(grep { /^PROCESS_STATE_STARTING processname:slow groupname:slow from_state:STOPPED tries:0$/ }
    @seen), 1, 'events come meanwhile');
is(scalar(grep { /^PROCESS_STATE_RUNNING processname:slow .* pid:\d+$/ } @seen), 1, 'with payload');

is(results(ask($c, 'Start', { names => ['slow', 'now'] })), 'slow:60 now:60', 'already started');
call($c, 'Stop', { names => [@all] }, more());
my @got;
for (;;) {
	my $r = reply($c) or last;
	push @got, results($r);
	last unless $r->{continues};
}
is(pop @got, '', 'more: the last reply is empty');
is(join(' ', sort @got), 'bad:70 none:70 now:80 quick:80 slow:80 zz:10',
    'before it one reply for each');

is(join(' ', sort split ' ', results(ask($c, 'Start', { names => ['g:*'] }))), 'g:x:80 g:y:80',
    'a group');
is(results(ask($c, 'Start', { names => ['g:'] })), '', 'of which all run');
is(results(ask($c, 'Stop', { names => ['g:x'] })), 'g:x:80', 'one of it');
is(results(ask($c, 'Signal', { signal => 'CONT', names => ['g:*', 'g:x'] })), 'g:y:80 g:x:70',
    'a signal for those that run');
is(results(ask($c, 'Signal', { signal => 'BAD', names => ['g:*'] })), 'g:y:11', 'a bad one');
is(results(ask($c, 'Stop', { all => JSON::PP::true })), 'g:y:80', 'all that run');

# a caller that goes away in the middle
ask($c, 'Start', { names => ['stubborn'] });
my $gone = dial();
call($gone, 'Stop', { names => ['stubborn'] });
is(results(wait_for($c, 'STOPPING', 'stubborn')), 'stubborn:80', 'a stop is under way');
undef $gone;
is(results(wait_for($c, 'STOPPED', 'stubborn')), 'stubborn:80',
    'and goes on when the caller has gone');

# two callers wait for the same
ask($c, 'Start', { names => ['stubborn'] });
my $other = dial();
call($c, 'Stop', { names => ['stubborn'] });
call($other, 'Wait', { state => 'STOPPED', names => ['stubborn'] });
is(results(reply($c)), 'stubborn:80', 'two wait for one: the first');
is(results(reply($other)), 'stubborn:80', 'and the second');

my $r = ask($c, 'Wait', { state => 'RUNNING', names => ['x', 'g:x'], timeout => 100 });
is(results($r), 'x:10 g:x:30', 'waiting ends with the time');
like($r->{parameters}{results}[1]{description}, qr/^FAILED: it is STOPPED, not RUNNING/,
    'and says what there is instead');

is(results(ask($c, 'Start', { names => ['slow'], wait => JSON::PP::false })), 'slow:80',
    'without waiting');
is(ask($c, 'Status', { names => ['slow'] })->{parameters}{processes}[0]{statename}, 'STARTING',
    'it is only STARTING');
is(results(ask($c, 'Stop', { names => ['slow'] })), 'slow:80', 'stopped meanwhile');

# the past
my $past = dial();
$r = ask($past, 'Subscribe', { types => ['SUPERVISOR_STATE_CHANGE'], since => 0 }, more());
is($r->{parameters}{event}, 'SUPERVISOR_STATE_CHANGE_RUNNING', 'since 0: the first event');
my $end = dial();
call($end, 'Subscribe', { types => ['SUPERVISOR_STATE_CHANGE'] }, more());
ask($c, 'Start', { names => ['slow'], wait => JSON::PP::false });
call($c, 'Wait', { state => 'RUNNING', names => ['g:x'] });
is_deeply(ask($other, 'Shutdown'), { parameters => {} }, 'Shutdown answers, then acts');
is(reply($end)->{parameters}{event}, 'SUPERVISOR_STATE_CHANGE_STOPPING', 'watchers see it');
waitpid $SUP, 0;
is($?, 0, 'the supervisor has ended');
$SUP = undef;
is(reply($end), undef, 'and so has the connection');
ok(!-e "$T/sock", 'the socket is removed');
done_testing();
