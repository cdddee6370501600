#!/usr/bin/perl
# The store: values, compare-and-set, watching without gaps, kill -9; two writers at once.
# WRITES=10000 and KILLS=200 make the last two as long as they shall be once in a while.
use strict;
use warnings;
use lib 't/tool';
use Test::More;
use Time::HiRes qw(time);
use Varlink;

my $WRITES = $ENV{WRITES} // 400;	# of both writers together
my $KILLS = $ENV{KILLS} // 4;
my $S = 'org.supd.Store';

conf('[supd]', "statedir = $T/state", '[store]', 'history = 50000');
up() or exit 1;
my $c = dial();

sub store { my ($name, $params) = @_; return ask($c, "$S.$name", $params) }
sub why { my $r = shift; return $r ? $r->{parameters}{name} // $r->{error} // 'fine' : 'nothing' }
sub pid_of_store {
	my ($p) = grep { $_->{name} eq 'store' }
	    @{ ask(dial(), 'Status', { all => JSON::PP::true })->{parameters}{processes} };
	return $p->{pid} || die 'no store';
}

# ---- values ----

my $r = store('Set', { path => 'web/port', value => 80 });
is($r->{parameters}{revision}, 1, 'the first change');
is_deeply(store('Get', { path => 'web' })->{parameters},
    { value => { port => 80 }, revision => 1, store => 1 }, 'read back, with revisions');
$r = store('Set', { path => 'web/port', value => 'x' });
is($r->{error}, "$S.Refused", 'another type');
is_deeply($r->{parameters}, { code => 30, name => 'TYPE_MISMATCH', revision => 0,
    text => q(TYPE_MISMATCH: 'web/port' is a number, not a string) }, 'is refused with both');
is(why(store('Set', { path => 'web/port', value => 'x', force => JSON::PP::true })), 'fine',
    'but not by force');
$r = store('Set', { path => 'web/port', value => 'y', if_rev => 1 });
is(why($r), 'REV_MISMATCH', 'a stale revision');
is($r->{parameters}{revision}, 2, 'is told the present one');
is(why(store('Set', { path => 'web/port', value => 'y', if_rev => 2 })), 'fine', 'which does');
is(why(store('Get', { path => 'nothing' })), 'NOENT', 'nothing there');
is(why(store('Set', { path => 'a//b', value => 1 })), 'BAD_PATH', 'no path');
is(why(store('Set', { path => 'web/port/x', value => 1 })), 'NOTDIR', 'below a value');
is(why(store('Set', { path => 'web', value => 1 })), 'ISDIR', 'in place of a tree');
is(why(store('Set', { path => 'x' })), 'INCORRECT_PARAMETERS', 'no value');
is_deeply(store('Push', { path => 'l', text => 'a' })->{parameters},
    { revision => 4, list => ['a'] }, 'a list');
is_deeply(store('Pop', { path => 'l' })->{parameters}, { revision => 5, list => [] }, 'and back');
is(why(store('Delete', { path => 'web' })), 'fine', 'deleted');
is_deeply(store('Describe')->{parameters}, { revision => 6, first => 1,
    file => "$T/state/store/store.sqlite" }, 'what there is, and where');
is(sprintf('%o', (stat "$T/state/store/store.sqlite")[2] & 0777), '600', 'for its owner alone');
is(ask($c, 'GetState')->{parameters}{statename}, 'RUNNING',
    'a call for the core goes back to the core, on the same connection');

# ---- watching ----

sub watch {
	my ($glob, $from) = @_;
	my $w = dial();
	call($w, "$S.Watch", { glob => $glob, defined $from ? (from => $from) : () }, more());
	return $w;
}
# Changes until one of this revision, as "REV PATH".
sub saw {
	my ($w, $until) = @_;
	my (@seen, $r);
	while ($r = reply($w) and $r->{parameters}) {
		return "$r->{parameters}{name} $r->{parameters}{revision}" if $r->{error};
		push @seen, map { "$_->{revision} $_->{path}" } @{ $r->{parameters}{changes} };
		last if $r->{parameters}{revision} >= $until;
	}
	return join(', ', @seen);
}
is(saw(watch('web/**', 1), 6), '1 web/port, 2 web/port, 3 web/port, 6 web',
    'all changes of a tree, from the first on');
is(saw(watch('web', 4), 6), '6 web', 'from a revision on');
is(saw(watch('', 99), 99), 'RANGE 0', 'a revision that is far ahead');
my $w = watch('db/*');
is(saw($w, 6), '', 'from now on: nothing yet');
store('Set', { path => 'db/name', value => 'x' });
store('Set', { path => 'db', value => { name => 'y' } });
is(saw($w, 7), '7 db/name', 'a change is told');
is(saw($w, 8), '8 db', 'and one of a whole tree');
is(ask(dial(), "$S.Watch")->{error}, 'org.varlink.service.ExpectedMore', 'Watch wants more');

# ---- values as text, for programs ----

store('Set', { path => 'local/db/name', value => 'here' });
my $v = dial();
call($v, "$S.Values", { paths => ['db/name', 'db', 'l', 'no'] }, more());
is_deeply(reply($v)->{parameters}, { revision => 9,
    values => { 'db/name' => 'here', db => undef, l => '', no => undef } }, 'values as text');
store('Set', { path => 'l', value => [1, 'b', JSON::PP::true] });
store('Delete', { path => 'local' });
is_deeply([map { reply($v)->{parameters}{values} } 1, 2], [{ l => '1,b,true' }, { 'db/name' => 'y' }],
    'again as they change');

# ---- two writers ----

# Each adds 1 to the same number so often, and sets, deletes and pushes things of its own in
# between.
sub write_so_often {
	my ($me, $n) = @_;
	$c = dial();
	for my $i (1 .. $n) {
		my $before = store('Get', { path => 'sum' })->{parameters};
		my $r = store('Set', { path => 'sum', value => $before->{value} + 1,
		    if_rev => $before->{revision} });
		redo if why($r) eq 'REV_MISMATCH';
		return 1 if why($r) ne 'fine';
		store($i % 5 == 0 ? ('Delete', { path => "own/$me" }) : $i % 5 == 1 ?
		    ('Push', { path => 'both', text => $me }) :
		    ('Set', { path => "own/$me", value => $i }));
	}
	return 0;
}
store('Set', { path => 'sum', value => 0 });
my @writers = map {
	my $me = $_;
	my $pid = fork // die;
	if (!$pid) { my $s = write_so_often($me, $WRITES / 4); require POSIX; POSIX::_exit($s) }
	$pid;
} qw(a b);
is(join(' ', map { waitpid $_, 0; $? } @writers), '0 0', "two writers, $WRITES writes");
is(store('Get', { path => 'sum' })->{parameters}{value}, $WRITES / 2, 'no update is lost');
is(scalar @{ store('Get', { path => 'both' })->{parameters}{value} },
    2 * grep({ $_ % 5 == 1 } 1 .. $WRITES / 4), 'nor a push');

# ---- kill -9 ----

# Write until the store dies; return what was acknowledged last.  It lives for more than 200 ms:
# one that lives less is started later and later.
sub write_until_killed {
	my ($n, $me) = @_;
	my $acknowledged = $n;
	my $d = dial();
	my $victim = pid_of_store();
	my $end = time + 0.22 + rand(0.1);
	while (1) {
		kill 'KILL', $victim if time >= $end;
		call($d, "$S.Set", { path => 'n', value => $acknowledged + 1 }) or last;
		my $r = reply($d) or last;
		return undef if $r->{error};
		$acknowledged++;
	}
	return $acknowledged;
}
# A call may reach the store that dies, before the core has noticed; reading can be repeated.
sub sure {
	my $r;
	for (1 .. 10) {
		$c = dial();
		$r = store(@_) or next;
		# it pauses before it starts a guest that dies again and again
		return $r if ($r->{parameters}{text} // '') !~ /is being restarted/;
	}
	die "no answer to @_";
}
my $n = 0;
my $start = store('Describe')->{parameters}{revision} + 1;
my ($lost, @told) = (0);
$w = watch('n', $start);
for my $round (1 .. $KILLS) {
	my $acknowledged = write_until_killed($n);
	my $got = sure('Get', { path => 'n' })->{parameters}{value} // 0;
	# the change that was in flight may have been made, and not told
	$lost++ if !defined $acknowledged || ($got != $acknowledged && $got != $acknowledged + 1);
	$n = $got;
	# the watcher reads what that store has told to its end, and goes on from there
	while (my $r = reply($w)) {
		push @told, map { $_->{value} } @{ $r->{parameters}{changes} };
		$start = $r->{parameters}{revision} + 1 if $r->{parameters}{revision} >= $start;
	}
	$w = watch('n', $start);
}
is($lost, 0, "$KILLS times kill -9: no acknowledged write is lost");
my $last = sure('Describe')->{parameters}{revision};
while ($start <= $last and my $r = reply($w)) {
	push @told, map { $_->{value} } @{ $r->{parameters}{changes} };
	$start = $r->{parameters}{revision} + 1;
}
is("@told", join(' ', 1 .. $n), 'a watcher that goes on from its revision sees each change once');

# ---- the end ----

down();
unlike(slurp("$T/supd.log"), qr/killing the guest/, 'the store ends by itself');
unlink "$T/supd.log";		# up() waits for a line in it
up() or exit 1;
$c = dial();
is(store('Get', { path => 'n' })->{parameters}{value}, $n, 'and has everything when it is back');
down();

# ---- a file that is none ----

unlink glob("$T/state/store/*");
open(my $f, '>', "$T/state/store/store.sqlite") or die;
print $f 'this is no database ' x 100;
close $f;
unlink "$T/supd.log";
up() or exit 1;
$c = dial();
$r = store('Set', { path => 'a', value => 1 });
is($r->{parameters}{text}, 'FAILED: store.sqlite: file is not a database', 'a broken file is told');
down();

done_testing();
