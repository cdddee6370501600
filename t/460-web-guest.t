#!/usr/bin/perl
# Life of the web guest: who it runs as, that it is killed without harm, what it costs.
use strict;
use warnings;
use lib 't/tool';
use Http;
use POSIX ();
use Test::More;
use Time::HiRes qw(time);
use Varlink;

my $port = free_port();
conf('[inet_http_server]', "port = 127.0.0.1:$port", '[program:a]',
    'command = /bin/sleep 1000', 'startsecs = 0');
up() or exit 1;
wait_for(dial(), 'RUNNING', 'a');

sub program { return ask(dial(), 'Status', { names => ['a'] })->{parameters}{processes}[0] }

my $web = guest('RUNNING');
ok($web->{guest}, 'it is a guest, and runs from the beginning');
like(slurp("$T/supd.log"), qr/CRIT Server 'inet_http_server' running without any HTTP authentication checking\n/,
    'a TCP server without a password is told');
is(fetch($port, 'GET', '/ok.html')->{status}, 200, 'it answers over TCP');
is(fetch("$T/sock", 'GET', '/ok.html')->{status}, 200, 'and on the control socket');
is(varlink($port, 'GetState')->{parameters}{pid}, $SUP, 'it asks the core');
is(varlink($port, 'org.supd.Log.Tail', { name => '', channel => 'main', bytes => 10 })
    ->{parameters}{overflow}, JSON::PP::true, 'and the logger');
like(slurp("/proc/$web->{pid}/status"),
    qr/^Uid:(?:\s+65534){4}\nGid:(?:\s+65534){4}\n(?:.*\n)*?Groups:\s*\n/m, 'as nobody')
    if $> == 0;

# ---- killed under load ----

my $before = program();
my @children;
pipe(my $from, my $to);
for (1 .. 6) {
	my $pid = fork // die "fork: $!";
	if ($pid) {
		push @children, $pid;
		next;
	}
	close $from;
	my ($good, $lost, $worst, $end) = (0, 0, 0, time + 3);
	my ($c, $since);
	while (time < $end) {
		$c //= knock($_ % 2 ? $port : "$T/sock");
		$since //= time;
		my $r = $c && fetch($c, 'POST', '/varlink',
		    body => '{"method":"org.supd.Control.Status","parameters":{"names":["a"]}}');
		if ($r && $r->{status} == 200 && $r->{body} =~ /RUNNING/) {
			$worst = time - $since if time - $since > $worst;
			$good++;
			undef $since;
		} else {
			$lost++;
			undef $c;
			select(undef, undef, undef, 0.01);
		}
	}
	syswrite($to, "$good $lost " . ($since ? 99 : $worst) . "\n");
	POSIX::_exit(0);
}
close $to;
my $killed = 0;
for (1 .. 4) {
	select(undef, undef, undef, 0.6);
	my $now = guest('RUNNING');
	$killed++ if $now->{pid} > 0 && kill 'KILL', $now->{pid};
}
my @said = map { chomp; [split] } <$from>;
waitpid $_, 0 for @children;
is($killed, 4, 'killed four times');
is(scalar(@said), 6, 'while six clients asked');
cmp_ok((sort { $a <=> $b } map { $_->[0] } @said)[0], '>', 10, 'each got its answers');
cmp_ok((sort { $b <=> $a } map { $_->[2] } @said)[0], '<', 1 * $SLOW, 'none later than a second');
my $after = program();
is("$after->{pid} $after->{start}", "$before->{pid} $before->{start}", 'the program noticed nothing');
cmp_ok(guest('RUNNING')->{pid}, '!=', $web->{pid}, 'another guest is there');
unlike(slurp("$T/supd.log"), qr/ (?:ERRO|CRIT) (?!Server)/, 'nothing is wrong');

# ---- what it costs ----

sub switches {
	my ($pid) = @_;
	my %of = slurp("/proc/$pid/task/$pid/status") =~ /^(\w*ctxt_switches):\s+(\d+)/mg;
	return join ' ', map { $of{$_} } sort keys %of;
}
my $pid = guest('RUNNING')->{pid};
fetch($port, 'GET', '/ok.html');
my ($was, $rest) = ('', 0);
for (1 .. 200) {		# idle control connections are closed after half a minute
	select(undef, undef, undef, 0.5);
	my $now = switches($pid);
	$rest = $now eq $was ? $rest + 1 : 0;
	$was = $now;
	last if $rest == 4;
}
is($rest, 4, 'idle, it does not run at all');
SKIP: {
	my ($pss) = slurp("/proc/$pid/smaps_rollup") =~ /^Pss:\s+(\d+) kB/m;
	skip 'the kernel does not tell', 1 unless $pss;
	skip 'sanitizers need more', 1 if ($ENV{BUILD} // '') =~ /asan/;
	cmp_ok($pss, '<=', 1536, "it needs $pss kB");
}

# ---- the end ----

my $waits = knock($port);
syswrite($waits->{sock}, request('POST', '/varlink', body =>
    '{"method":"org.supd.Control.Subscribe","more":true}'));
is(answer($waits, head => 1)->{status}, 200, 'somebody watches');
my $idle = knock($port);
# what comes later is answered, so the supervisor has heard of the watcher
is(fetch($port, 'POST', '/varlink', body => '{"method":"org.supd.Control.GetState"}')->{status},
    200, 'and another one asks');
kill 'HUP', $SUP;
my $bytes = '';
1 while sysread($waits->{sock}, $bytes, 65536, length $bytes);
$bytes = $waits->{buf} . $bytes;
like($bytes, qr/SUPERVISOR_STATE_CHANGE_STOPPING.*\r\n0\r\n\r\n\z/s,
    'a restart ends his stream in order');
is(sysread($idle->{sock}, my $nothing, 1), 0, 'and idle connections');
my $end = time + $DEADLINE;
my $r;
until (($r = fetch($port, 'GET', '/ok.html')) || time > $end) {
	select(undef, undef, undef, 0.02);
}
is($r->{status}, 200, 'then the same port answers again');
down();
is(knock($port), undef, 'after the end nobody listens');
unlike(slurp("$T/supd.log"), qr/killing 'web'/, 'the guest went by itself');
done_testing();
