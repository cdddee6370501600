#!/usr/bin/perl
# A node whose instances are processes: a real server, fifty at once, no port left, probes.
use strict;
use warnings;
use lib 't/tool';
use IO::Socket::INET;
use Node;
use Test::More;
use Time::HiRes qw(time);
use Varlink;

my $n = 50;
my $first = free_ports($n + 1);
my $redis_port = $first + $n;
my $redis = (grep { -x } '/usr/bin/redis-server', '/usr/local/bin/redis-server')[0];

sub file {
	my ($name, $text, $mode) = @_;
	open(my $f, '>', "$T/$name") or die "$T/$name: $!";
	print $f $text;
	close $f;
	chmod $mode // 0644, "$T/$name";
}

# bare: fifty of them are to begin at once
file('server', <<'END', 0755);
#!/usr/bin/perl
socket(S, 2, 1, 0) && setsockopt(S, 1, 2, 1) && bind(S, pack('Sna4x8', 2, $ARGV[0], "\0")) && listen(S, 5)
    or die "$ARGV[0]: $!\n";
close C while accept(C, S);
END
file('redis.conf.in', "port %(port)d\nbind 127.0.0.1\ndir %(instance_dir)s/data\nrequirepass %(password)s\nsave \"\"\n");
file('probe', "#!/bin/sh\n! [ -e $T/sick-\$SUPD_NAME ]\n", 0755);
conf('[supd]', "statedir = $T/state",
    '[template:many]', "command = $T/server %(port)d", 'startsecs = 0', 'ready = listen:tcp:%(port)d',
    'stdout_logfile = NONE', 'stderr_logfile = NONE',
    '[node:many]', 'kind = process', "base_dir = $T/many", "ports = $first-@{[ $first + $n - 1 ]}",
    "monitor = $T/probe", 'monitor_interval = 1', 'monitor_failures = 1',
    '[template:redis]', 'command = ' . ($redis // '/bin/false') . ' %(instance_dir)s/config/redis.conf',
    'startsecs = 0', 'ready = listen:tcp:%(port)d', 'stdout_logfile = NONE',
    '[node:redis]', 'kind = process', "base_dir = $T/redis", "ports = $redis_port-$redis_port",
    "conf_template = $T/redis.conf.in", 'credentials = password=%(password)s',
    '[template:broken]', 'command = /bin/false', 'startretries = 0',
    '[node:broken]', 'kind = process', "base_dir = $T/broken", "ports = $redis_port-$redis_port");
up() or exit 1;
my $c = dial();

sub instances {
	return sort map { $_->{name} } @{ ask($c, 'ListInstances', { template => $_[0] })->{parameters}{instances} };
}

# ---- a real server ----

# One command of the redis protocol, and its answer's first line.
sub redis {
	my ($sock, @words) = @_;
	print $sock join(' ', @words) . "\r\n";
	my $line = <$sock> // '';
	$line = <$sock> if $line =~ /^\$\d/;
	return $line =~ s/\r\n//r;
}

SKIP: {
	skip('redis-server is not installed', 7) if !$redis;
	my ($how, $p) = node($c, 'redis', 'Provision', name => 'r1');
	my $dial = sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $redis_port) };
	my $s = $dial->();
	is("$how $p->{credentials}{port}", "ok $redis_port", 'a redis server is made');
	is(redis($s, 'PING'), '-NOAUTH Authentication required.', 'it serves when the answer comes');
	is(redis($s, 'AUTH', $p->{credentials}{password}), '+OK', 'who has its credentials');
	is(redis($s, 'SAVE'), '+OK', 'in its own directory');
	ok(-e "$T/redis/r1/data/dump.rdb", 'which is there');
	is((node($c, 'redis', 'Disable', name => 'r1'))[0] . listens($redis_port), 'ok', 'disabled it does not serve');
	is((node($c, 'redis', 'Enable', name => 'r1'))[0] . listens($redis_port), 'ok1', 'enabled it does');
}

# ---- one that does not start ----

my ($how, $p) = node($c, 'broken', 'Provision', name => 'x');
if ($redis) {
	is("$how $p->{text}", "NoCapacity no port of $redis_port-$redis_port is free", 'a port is one instance\'s, whoever has it');
	is((node($c, 'redis', 'Unprovision', name => 'r1'))[1]{removed}, 1, 'redis is removed');
	ok(!listens($redis_port) && !-e "$T/redis/r1", 'dead, and its directory gone');
	($how, $p) = node($c, 'broken', 'Provision', name => 'x');
}
is($how, 'Refused', 'a process that does not run is refused');
like($p->{text}, qr/its process does not run/, 'and why');
is(join(' ', entries("$T/broken"), instances('broken'),
    map { $_->{name} } @{ (node($c, 'broken', 'List'))[1]{instances} }), '', 'and nothing is left of it');

# ---- many at once ----

my @calls = map { my $d = dial(); call($d, 'org.supd.Node.Provision', { node => 'many', name => "m$_" }); $d } 1 .. $n;
my @got = map { [ answer(reply($_)) ] } @calls;
is(scalar(grep { $_->[0] eq 'ok' } @got), $n, "$n at once are made");
my %port = map { ($_->[1]{credentials}{port} // 0) => 1 } @got;
is(join(' ', sort { $a <=> $b } keys %port), join(' ', $first .. $first + $n - 1), 'with a port each');
is(scalar(grep { listens($_) } keys %port), $n, 'where they serve');
($how, $p) = node($c, 'many', 'Provision', name => 'more');
is("$how $p->{text}", "NoCapacity no port of $first-@{[ $first + $n - 1 ]} is free", 'then there is no port left');
ok(!-e "$T/many/more" && !grep({ $_ eq 'more' } instances('many')), 'and nothing left behind');
my $pid = guest_pid($c, 'node:many');
kill 'KILL', $pid;
system('perl', 't/tool/await.pl', 'gone', $DEADLINE, $pid);
is(scalar(grep { listens($_) } keys %port), $n, 'they do not need their node');
until_true(sub { $c = dial(); my $new = guest_pid($c, 'node:many'); $new && $new != $pid }, 'which comes back');

# ---- probes ----

sub pid_of { (ask($c, 'Status', { names => [ $_[0] ] })->{parameters}{processes} // [])->[0]{pid} // 0 }
$c = dial();
my $before = pid_of('many:m7');
file('sick-m7', '');
until_true(sub { my $now = pid_of('many:m7'); $now && $now != $before }, 'one that fails its probes is started again');
unlink "$T/sick-m7";

# ---- the supervisor itself ----

$before = pid_of('many:m1');
kill 'SEGV', $SUP;
until_true(sub { $c = dial() or return 0; (node($c, 'many', 'Describe'))[0] eq 'ok' }, 'after a crash of the supervisor the node is there');
is(pid_of('many:m1'), $before, 'and nothing has happened to an instance');
is(scalar(@{ (node($c, 'many', 'List'))[1]{instances} }), $n, 'of which it knows all');

# ---- and away ----

my $d = dial();
call($d, 'org.supd.Node.Purge', { node => 'many', instances => [ map { "m$_" } 1 .. $n ] });
is_deeply((answer(reply($d)))[1], { removed => $n, failed => [] }, 'all are removed');
is(join(' ', entries("$T/many"), instances('many'), grep { listens($_) } keys %port), '', 'and nothing is left');
down();
done_testing();
