#!/usr/bin/perl
# With hardly any descriptors, and clients and programs that want them all: what dies is reaped and
# started again, control goes on, the logger has its share, and everything recovers.
use strict;
use warnings;
use lib 't/tool';
use Test::More;
use Varlink;

my $most = 96;
conf('[program:cat]', 'command = /bin/cat', 'startsecs = 0', 'autorestart = true',
    map { ("[program:p$_]", 'command = /bin/sleep 1000', 'startsecs = 0', 'autostart = false') } 1 .. 30);
open(my $f, '>', "$T/limited") or die;
print $f "#!/bin/sh\nulimit -n $most && exec \"\$@\"\n";
close $f;
chmod 0755, "$T/limited";
# Without the rights to raise the limit again.
my @front = $> == 0 ? ('setpriv', '--reuid=12345', '--regid=12345', '--clear-groups') : ();
if ($> == 0) {
	conf('[supervisord]');
	my $conf = slurp("$T/supd.conf");
	$conf =~ s/^user = root$//m;
	open($f, '>', "$T/supd.conf") or die;
	print $f $conf;
	close $f;
	chmod 0777, $T;
}
up(@front, "$T/limited") or exit 1;
# A call that is made again on a new connection when the old one had to give way.
my $c;
sub sure {
	for my $end (time + $DEADLINE) {
		while (time < $end) {
			$c //= dial();
			my $r = $c && ask($c, @_);
			return $r->{parameters} if $r;
			$c = undef;
		}
	}
	BAIL_OUT("no answer to $_[0]");
}
sub process { return sure('Status', { names => [@_] })->{processes}[0] }
sub stab {
	my $p = process($_[0]);
	$p->{pid} > 1 or BAIL_OUT("$_[0] is $p->{statename}: $p->{spawnerr}");
	kill 'KILL', $p->{pid};
	my $now = $p;
	for (my $end = time + $DEADLINE; time < $end && $now->{pid} == $p->{pid}; ) {
		$now = process($_[0]);
	}
	is_up($_[0]);
	return $p->{pid};
}
sub is_up { return sure('Wait', { state => 'RUNNING', names => [@_], timeout => 1000 * $DEADLINE }) }
is_up('cat');
is((slurp("/proc/$SUP/limits") =~ /^Max open files\s+(\d+)/m)[0], $most, "$most descriptors");

# clients take what they get
my @many = grep { defined } map { dial() } 1 .. 100;
call($_, 'GetState') for @many;
@many = grep { reply($_, 0.01) } @many;
cmp_ok(scalar @many, '>', 4, 'of 100 clients at once ' . @many . ' are served at once and stay');
my $pid = stab('cat');
isnt(process('cat')->{pid}, $pid, 'meanwhile a program is reaped and started again');

# programs take the rest
my @p = map { "p$_" } 1 .. 30;
sure('Start', { names => \@p, wait => JSON::PP::false });
my ($running, $end) = (0, time + $DEADLINE);
while (1) {
	my %n;
	$n{ $_->{statename} }++ for @{ sure('Status')->{processes} };
	$running = $n{RUNNING};
	last if $running > 5 && !$n{STARTING} && !$n{STOPPED} || time > $end;
	select undef, undef, undef, 0.02;
}
cmp_ok($running, '>', 5, "$running of 31 programs run");
cmp_ok($running, '<', 31, 'not all of them');
like(slurp("$T/supd.log"), qr/too many open files to spawn/, 'the log says why');
my ($late) = grep { $_->{statename} ne 'RUNNING' } @{ sure('Status')->{processes} };
like($late->{statename}, qr/BACKOFF|FATAL/, "$late->{name} waits or was given up");
for my $name ('cat', 'supd:logger') {
	$pid = stab($name);
	isnt(process($name)->{pid}, $pid, "$name dies at the limit and is started again");
}

# room again
@many = ();
sure('Stop', { names => \@p });
is(sure('Start', { names => ['p30'] })->{results}[0]{status}, 80, 'with room again a start works');
is(process('cat')->{statename}, 'RUNNING', 'everything runs');
down();
done_testing();
