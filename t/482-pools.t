#!/usr/bin/perl
# Pools: changed by an update without a restart, counted by GetPools; listeners live through
# the death of the logger and a crash of the core, and their output is in their logs.
use strict;
use warnings;
use lib 't/tool';
use Test::More;
use Varlink;

my $hear = "$T/hear.pl";
open(my $f, '>', $hear) or die;
print $f <<'E';
$| = 1;
binmode STDIN, ':utf8';	# len counts characters
print STDERR "here I am\n";
while (1) {
	print "READY\n";
	my $h = <STDIN> // exit;
	my ($n) = $h =~ /len:(\d+)/;
	read STDIN, my $p, $n if $n;
	open my $o, '>>:utf8', $ARGV[0] or die;
	print $o join(' ', $h =~ /\b(?:serial|poolserial|eventname):(\S+)/g, $n ? $p =~ s/\n/|/gr : '') . "\n";
	close $o;
	print "RESULT 2\nOK";
}
E
close $f;
sub pool {
	my ($name, $events, @more) = @_;
	conf("[eventlistener:$name]", "command = perl $hear $T/$name.out", "events = $events",
	    'startsecs = 0', "stdout_logfile = $T/$name.log", "stderr_logfile = $T/$name.err", @more);
}
sub edit {
	my ($from, $to) = @_;
	my $text = slurp("$T/supd.conf");
	$text =~ s/$from/$to/ or die "no $from";
	open(my $o, '>', "$T/supd.conf") or die;
	print $o $text;
	close $o;
}
sub await {
	my ($file, $what, $count) = @_;
	$count //= 1;
	my $tool = 't/tool/await.pl';
	return length `perl '$tool' line $DEADLINE $SUP '$file' '$what' $count`;
}
sub lines { split /\n/, slurp($_[0]) }

pool('l', 'REMOTE_COMMUNICATION', 'buffer_size = 7');
pool('other', 'PROCESS_STATE_EXITED');
conf('[program:turns]', 'command = /bin/sleep 1000', 'startsecs = 0');
up() or exit 1;
my $c = dial();
# The core crashes, and answers again.
sub crashes {
	kill 'SEGV', $SUP;
	for (1 .. 400) {
		reply($c) if $c;	# the old connection ends
		last if ($c = dial()) && ask($c, 'GetState');
		select undef, undef, undef, 0.05;
	}
}
sub send_event { ask($c, 'SendRemoteCommEvent', { type => $_[0], data => $_[1] // '' }) }
sub pools { map { $_->{name} => $_ } @{ ask($c, 'GetPools')->{parameters}{pools} } }
sub pid { ask($c, 'Status', { names => [$_[0]] })->{parameters}{processes}[0]{pid} }

wait_for($c, 'RUNNING', 'l', 'other', 'turns');
is_deeply(send_event('hello', "two\nlines é"), { parameters => {} }, 'an event from outside');
ok(await("$T/l.out", 'REMOTE'), 'is heard');
is(slurp("$T/l.out"), "0 0 REMOTE_COMMUNICATION type:hello|two|lines \xc3\xa9\n", 'as it was sent');
send_event('x', 'y' x 200000);
ok(await("$T/l.out", 'REMOTE', 2), 'a long one as well');
is(length((lines("$T/l.out"))[1]), length('1 1 REMOTE_COMMUNICATION type:x|') + 200000, 'all of it');
send_event("\xf0\x9f\x98\x80", 'ü' x 3);
ok(await("$T/l.out", 'REMOTE', 3), 'characters, not bytes, are counted');

# what it says is in its log, what it says on stderr as well
ok(await("$T/l.log", '^OKREADY', 3), 'stdout of a listener is in its log');
is(slurp("$T/l.log"), "READY\n" . "RESULT 2\nOKREADY\n" x 3, 'word by word');
ok(await("$T/l.err", 'here I am'), 'and stderr');

my %p = pools();
is_deeply($p{l}, { name => 'l', events => ['REMOTE_COMMUNICATION'], buffer_size => 7, waiting => 0,
    waiting_bytes => 0, accepted => 3, sent => 3, processed => 3, rejected => 0, dropped => 0,
    listeners => [ { name => 'l', state => 'READY' } ] }, 'GetPools counts');

# an update without a restart
my $pid = pid('l');
edit('buffer_size = 7', 'buffer_size = 3');
edit('REMOTE_COMMUNICATION', 'PROCESS_STATE_STOPPED');
my @steps = map { join ' ', @$_{qw(group name action key from to)} } @{ ask($c, 'Plan')->{parameters}{steps} };
is_deeply(\@steps, ['l  change buffer_size 7 3'], 'a plan names the first change');
is_deeply(ask($c, 'Reread')->{parameters}, { added => [], changed => ['l'], removed => [] }, 'reread: changed');
is_deeply(ask($c, 'Update')->{parameters}{done}, [{ group => 'l', action => 'updated' }], 'updated');
is(pid('l'), $pid, 'and not restarted');
send_event('nobody', 'wants it');
ask($c, 'Stop', { names => ['turns'] });
ok(await("$T/l.out", 'STOPPED'), 'other events now');
is((lines("$T/l.out"))[-1] =~ s/pid:\d+/pid:N/r,
    '3 3 PROCESS_STATE_STOPPED processname:turns groupname:turns from_state:STOPPING pid:N', 'and none before');
is({ pools() }->{l}{buffer_size}, 3, 'the buffer too');

# more than fits: the oldest are dropped, and counted
ask($c, 'Signal', { signal => 'STOP', names => ['l'] });
for (1 .. 6) {
	ask($c, 'Start', { names => ['turns'] });
	ask($c, 'Stop', { names => ['turns'] });
}
%p = pools();
is(join(' ', @{ $p{l} }{qw(waiting dropped sent accepted)}), '3 2 5 10', 'one is with it, three wait, two are gone');
is($p{l}{listeners}[0]{state}, 'BUSY', 'it is BUSY');
ok(await("$T/supd.log", 'pool l event buffer overflowed, discarding event 5'), 'said in the log');
like(join('|', @{ ask($c, 'Why', { name => 'l' })->{parameters}{text} }),
    qr/it works on an event \(BUSY\)\|it got event 4, PROCESS_STATE_STOPPED\|its pool l: 3 of at most 3 events wait, 2 were dropped/,
    'and by why');
ask($c, 'Signal', { signal => 'CONT', names => ['l'] });
ok(await("$T/l.out", 'STOPPED', 5), 'the others come when it goes on');
is(join(' ', map { (split)[0] } (lines("$T/l.out"))[-4 .. -1]), '4 7 8 9', 'in order');

# the logger dies: nobody here needs it
my $logger = pid('supd:logger');
kill 'KILL', $logger;
ask($c, 'Start', { names => ['turns'] });
ask($c, 'Stop', { names => ['turns'] });
ok(await("$T/l.out", 'STOPPED', 6), 'without a logger events go on');
ok(await("$T/l.log", 'OKREADY', 9), 'and the log has all');

# the core crashes: the listener and its state survive
crashes();
is(pid('l'), $pid, 'after a crash of the core it is the same process');
is({ pools() }->{l}{listeners}[0]{state}, 'READY', 'in the same state');
ask($c, 'Start', { names => ['turns'] });
ask($c, 'Stop', { names => ['turns'] });
ok(await("$T/l.out", 'STOPPED', 7), 'and hears of events');
is((split ' ', (lines("$T/l.out"))[-1])[0], '11', 'the serial goes on');
down();

# crashes while a listener has an event, whole or in part
sub crash {
	my ($how) = @_;
	up() or exit 1;
	$c = dial();
	wait_for($c, 'RUNNING', 'l');
	1 until { pools() }->{l}{listeners}[0]{state} eq 'READY';
	$pid = pid('l');
	ask($c, 'Signal', { signal => 'STOP', names => ['l'] });
	$how->();
	is({ pools() }->{l}{listeners}[0]{state}, 'BUSY', 'a listener has an event');
	crashes();
}
edit('PROCESS_STATE_STOPPED', 'REMOTE_COMMUNICATION');
unlink "$T/l.out";
crash(sub { send_event('short', 'one') });
is(pid('l'), $pid, 'the same process after a crash');
is({ pools() }->{l}{listeners}[0]{state}, 'BUSY', 'still BUSY');
ask($c, 'Signal', { signal => 'CONT', names => ['l'] });
send_event('next', 'one');
ok(await("$T/l.out", 'type:next'), 'it answers what nobody remembers, and gets the next');
down();
unlink "$T/l.out", "$T/supd.log";
crash(sub { send_event('long', 'x' x 200000) });
ok(await("$T/supd.log", 'l: was in the middle of a message, killing it'), 'half an event: it cannot go on');
1 while pid('l') == $pid;
wait_for($c, 'RUNNING', 'l');
send_event('fresh', 'one');
ok(await("$T/l.out", 'type:fresh'), 'but a new one can');
down();

# a program that becomes a pool, and back
edit('\[program:turns\]', "[eventlistener:turns]\nevents = TICK_3600\n");
up() or exit 1;
$c = dial();
wait_for($c, 'RUNNING', 'turns');
ok({ pools() }->{turns}, 'it is a pool');
edit('\[eventlistener:turns\]', '[program:turns]');
is_deeply(ask($c, 'Update')->{parameters}{done}, [map { { group => 'turns', action => $_ } }
    qw(stopped removed added)], 'an update makes a program of it');
ok(!{ pools() }->{turns}, 'it is none any more');
edit('\[program:turns\]', '[eventlistener:turns]');
is_deeply(ask($c, 'Update')->{parameters}{done}, [map { { group => 'turns', action => $_ } }
    qw(stopped removed added)], 'and a pool again');
is(results(ask($c, 'Stop', { names => ['l'] })), 'l:80', 'a listener is stopped like any other');
is(results(ask($c, 'Start', { names => ['l'] })), 'l:80', 'and started');
is_deeply(ask($c, 'Stop', { names => ['turns'] }) && ask($c, 'RemoveGroup', { name => 'turns' }), { parameters => {} },
    'and removed');
is_deeply(ask($c, 'AddGroup', { name => 'turns' }), { parameters => {} }, 'and added');
is({ pools() }->{turns}{events}[0], 'TICK_3600', 'with its keys');
down();
done_testing();
