#!/usr/bin/perl
# Instances over the control socket, as a node adds them: many, the same again, one that cannot start, one
# that is slow to go; and what a thousand cost.
use strict;
use warnings;
use File::Temp qw(tempdir);
use IO::Socket::UNIX;
use JSON::PP;
use Test::More;

my $bin = $ENV{SUPD_BIN} // ($ENV{BUILD} // 'build') . '/supd';
-x $bin or plan skip_all => "$bin is missing";
my $dir = tempdir(CLEANUP => 1);
my $slow = 1 + ((-r '/proc/loadavg') ? int((split ' ', `cat /proc/loadavg`)[0] / 2) : 0);
my $pid;

END { if ($pid) { my $s = $?; kill TERM => $pid; waitpid $pid, 0; $? = $s } }

sub write_file { my ($name, $text) = @_; open(my $f, '>', "$dir/$name") or die "$name: $!"; print $f $text; close $f }

# A supervisor with this file and a connection to it.
sub start {
	my ($name, $more) = @_;
	my $user = $> == 0 ? "user=root\n" : '';
	write_file("$name.conf", "[supervisord]\nlogfile=$dir/$name.log\npidfile=$dir/$name.pid\n$user" .
	    "[unix_http_server]\nfile=$dir/$name.sock\n[supd]\nstatedir=$dir/$name.state\n$more");
	my $p = fork // die;
	if (!$p) { open STDOUT, '>', "$dir/$name.out"; open STDERR, '>&', \*STDOUT; exec $bin, '-c', "$dir/$name.conf" }
	for (1 .. 400 * $slow) {
		my $s = IO::Socket::UNIX->new(Peer => "$dir/$name.sock");
		return ($p, $s) if $s;
		select undef, undef, undef, 0.02;
	}
	die "it does not serve\n";
}

sub call {
	my ($s, $method, $params) = @_;
	print $s encode_json({ method => "org.supd.Control.$method", parameters => $params // {} }), "\0";
	local $/ = "\0";
	local $SIG{ALRM} = sub { die "no answer to $method\n" };
	alarm 30 * $slow;
	my $r = <$s>;
	alarm 0;
	chomp $r;
	$r = decode_json($r);
	return $r->{error} ? { error => $r->{error}, %{$r->{parameters}} } : $r->{parameters};
}

# Private memory in KiB.
sub memory {
	my ($p) = @_;
	my $sum = 0;
	open(my $f, '<', "/proc/$p/smaps_rollup") or return;
	while (<$f>) { $sum += $1 if /^Private_\w+:\s+(\d+)/ }
	return $sum;
}

my $stubborn = "$dir/stubborn";
write_file('stubborn', "#!/bin/sh\ntrap '' TERM\necho up >$dir/stubborn.up\nwhile :; do sleep 1; done\n");
chmod 0755, $stubborn;
my $logs = "stdout_logfile=NONE\nstderr_logfile=NONE\n";
my $s;
($pid, $s) = start('inst', "[template:x]\ncommand=/bin/sleep %(port)d\nautostart=false\n$logs" .
    "[template:bad]\ncommand=/no/such/file %(name)s\nstartretries=0\n$logs" .
    "[template:slow]\ncommand=$stubborn\nstopwaitsecs=1\nstartsecs=0\nkillasgroup=true\n$logs");

my $r = call($s, 'AddInstance', { template => 'bad', name => 'a', wait => JSON::PP::true });
ok($r->{added}, 'an instance that cannot be started is added');
is($r->{results}[0]{status}, 50, 'and its result says SPAWN_ERROR');
$r = call($s, 'RemoveInstance', { template => 'bad', name => 'a' });
is(encode_json([ $r->{removed} ]), '[true]', 'it can be removed');

call($s, 'AddInstance', { template => 'slow', name => 'a', wait => JSON::PP::true });
for (1 .. 200 * $slow) { last if -s "$dir/stubborn.up"; select undef, undef, undef, 0.02 }
$r = call($s, 'RemoveInstance', { template => 'slow', name => 'a', wait => JSON::PP::false });
ok($r->{removed} && -e "$dir/inst.state/instances.d/slow_a.ini", 'while it still runs its file is there');
$r = call($s, 'AddInstance', { template => 'slow', name => 'a' });
is($r->{name}, 'STILL_RUNNING', 'and its name is not free');
$r = call($s, 'RemoveInstance', { template => 'slow', name => 'a' });
ok($r->{removed} && !-e "$dir/inst.state/instances.d/slow_a.ini", 'dead and gone, also for who asks a second time');

is(call($s, 'AddInstance', { template => 'x', name => 'a', holes => { port => [] } })->{error},
    'org.varlink.service.InvalidParameter', 'a hole is filled with a text or a number');
$r = call($s, 'AddInstance', { template => 'x', name => 'a' });
is($r->{parameter}, 'port', 'a hole that nobody fills is the wrong parameter');
$r = call($s, 'AddInstance', { template => 'x', name => 'a', holes => { port => "1\n2" } });
is($r->{parameter}, 'port', 'one line only');

# ---- a thousand ----

my $before = memory($pid);
my ($again, $bad) = (0, 0);
for my $i (1 .. 1000) {
	my $ask = { template => 'x', name => "instance-$i", holes => { port => 7000 + $i,
	    instance_dir => "/srv/instances/x/instance-$i", password => '0123456789abcdef' } };
	$r = call($s, 'AddInstance', $ask);
	$bad++ unless $r->{added} && $r->{remembered};
	$again++ if $i % 100 == 0 && !call($s, 'AddInstance', $ask)->{added};
}
is($bad, 0, 'a thousand instances, all remembered');
is($again, 10, 'the same once more is nothing new');
is(scalar @{call($s, 'ListInstances', { template => 'x' })->{instances}}, 1000, 'all are listed');
is(scalar(() = glob("$dir/inst.state/instances.d/x_*.ini")), 1000, 'each has a file');
is(scalar @{call($s, 'Plan')->{steps}}, 0, 'an update has nothing to do');
my $instances = memory($pid);
kill TERM => $pid;
waitpid $pid, 0;

SKIP: {
	skip 'no /proc/PID/smaps_rollup', 1 unless defined $instances;
	skip 'a sanitizer counts too', 1 if $bin =~ /asan/;
	($pid, $s) = start('prog', join '', map "[program:p$_]\ncommand=/bin/sleep 1000\nautostart=false\n$logs", 1 .. 1000);
	call($s, 'GetState');
	my $programs = memory($pid);
	($pid, my $empty) = do { kill TERM => $pid; waitpid $pid, 0; start('none', '') };
	call($empty, 'GetState');
	my $each = ($instances - $before) - ($programs - memory($pid));
	cmp_ok($each, '<=', 4096, "an instance costs at most 4 KiB more than a program: $each bytes, of "
	    . ($instances - $before) . ' KiB for all');
}
done_testing();
