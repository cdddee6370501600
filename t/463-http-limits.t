#!/usr/bin/perl
# Many, slow, silent and greedy clients of the web guest: bounded, and nobody else suffers.
use strict;
use warnings;
use lib 't/tool';
use Http;
use Test::More;
use Time::HiRes qw(time);
use Varlink;

my $port = free_port();
conf('[inet_http_server]', "port = 127.0.0.1:$port", '[program:slow]', 'command = /bin/sleep 1000',
    'startsecs = 100', 'autostart = false', '[program:flood]', 'command = /usr/bin/yes flood',
    'autostart = false', 'startsecs = 0', "stdout_logfile = $T/flood.log",
    'stdout_logfile_maxbytes = 1MB', 'stdout_logfile_backups = 1', '[program:big]',
    q(command = perl -e '$| = 1; print "x" x 600000; sleep 1000'), 'startsecs = 0',
    "stdout_logfile = $T/big.log");
up() or exit 1;

sub resident {
	my ($kb) = slurp('/proc/' . guest('RUNNING')->{pid} . '/smaps_rollup') =~ /^Pss:\s+(\d+)/m;
	return $kb // 0;
}
sub descriptors { return scalar(() = glob("/proc/$_[0]/fd/*")) }
sub until_true {
	my ($what) = @_;
	my $end = time + $DEADLINE;
	until ($what->()) {
		return 0 if time > $end;
		select(undef, undef, undef, 0.02);
	}
	return 1;
}

# ---- a thousand at once ----

system("ulimit -n 4096 2>/dev/null") == 0 or plan(skip_all => 'too few descriptors');
my $idle = resident();
my @many = map { knock($_ % 2 ? $port : "$T/sock") } 1 .. 1000;
is(scalar(grep { $_ } @many), 1000, 'a thousand connections');
$_ && syswrite($_->{sock}, request('GET', '/ok.html')) for @many;
is(scalar(grep { my $r = $_ && answer($_); $r && $r->{body} eq 'OK' } @many), 1000,
    'each gets its answer');
my $full = resident();
cmp_ok($full, '<=', 1536 + 1000 * 24, "in $full kB") unless ($ENV{BUILD} // '') =~ /asan/;
@many = ();
ok(until_true(sub { descriptors(guest('RUNNING')->{pid}) < 40 }), 'they go without a trace');

# ---- slow ones ----

my @slow = map { knock($_ % 2 ? $port : "$T/sock") } 1 .. 400;
syswrite($slow[$_]{sock}, ('GET /ok.html HT', "GET /ok.html HTTP/1.1\r\nHost: x\r\nX-", '',
    "POST /varlink HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{\"met")[$_ % 4]) for 0 .. $#slow;
my $begin = time;
is(scalar(grep { fetch($port, 'GET', '/ok.html')->{status} == 200 } 1 .. 50), 50,
    'behind 400 that never finish their request, 50 are served');
cmp_ok(time - $begin, '<', 5 * $SLOW, 'soon');
@slow = ();

# ---- who leaves while he waits ----

my $control = descriptors($SUP);
my @waits = map { knock($_ % 2 ? $port : "$T/sock") } 1 .. 20;
syswrite($_->{sock}, request('POST', '/varlink', body =>
    '{"method":"org.supd.Control.Wait","parameters":{"names":["slow"],"state":"FATAL"}}'))
    for @waits;
ok(until_true(sub { descriptors($SUP) >= $control + 15 }), 'twenty wait for a process');
@waits = ();
ok(until_true(sub { descriptors($SUP) < $control + 5 }), 'nothing is kept when they leave');

# ---- who does not read ----

my $lazy = knock($port);
syswrite($lazy->{sock}, request('POST', '/varlink', body =>
    '{"method":"org.supd.Log.Follow","parameters":{"name":"flood","bytes":0},"more":true}'));
is(answer($lazy, head => 1)->{status}, 200, 'somebody follows a log, and reads no more');
varlink($port, 'Start', { names => ['flood'] });
ok(until_true(sub { (-s "$T/big.log" // 0) == 600000 }), 'there is a long log');
my @busy = map { knock($port) } 1 .. 20;
syswrite($_->{sock}, request('POST', '/varlink', body =>
    '{"method":"org.supd.Log.Read","parameters":{"name":"big","offset":0,"length":600000}}'))
    for @busy;
select(undef, undef, undef, 1);		# let it flood
my $most = resident();
cmp_ok($most, '<', $idle + 40000, "the guest does not grow for them: $most kB")
    unless ($ENV{BUILD} // '') =~ /asan/;
is(varlink("$T/sock", 'Stop', { names => ['flood'] })->{parameters}{results}[0]{status}, 80,
    'and others are served');
my $got = answer($busy[0]);
is($got && $got->{body}, '{"parameters":{"text":"' . 'x' x 600000 . '"}}' . "\n",
    'a long answer is whole when it is read late');
@busy = ();
close $lazy->{sock};

# ---- no more places ----

down();
$SUP = undef;
unlink "$T/supd.log";
up('sh', '-c', 'ulimit -n 400; exec "$@"', 'sh') or exit 1;
guest('RUNNING');
my @all;
for (1 .. 150) {
	my $c = knock($port) or last;
	push @all, $c;
}
is(scalar(@all), 150, 'more than there is room for come');
syswrite($_->{sock}, request('GET', '/ok.html')) for @all;
select(undef, undef, undef, 1);
my @served = grep { my $r = answer($_, seconds => 0.001); $r && $r->{status} == 200 } @all;
cmp_ok(scalar(@served), '<', 150, scalar(@served) . ' of 150 are served');
is(fetch("$T/sock", 'GET', '/ok.html')->{status}, 200, 'places are left on the control socket');
close $_->{sock} for @served;
@served = ();
my $late = knock($port);
syswrite($late->{sock}, request('GET', '/ok.html'));
is(answer($late)->{body}, 'OK', 'who waited gets in when others leave');
down();
done_testing();
