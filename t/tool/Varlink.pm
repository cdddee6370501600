# Protocol-level tests: start a supervisor in a directory of its own and talk to
# its socket in bytes.  Every wait has a deadline.
package Varlink;
use strict;
use warnings;
use Exporter 'import';
use Cwd 'abs_path';
use File::Temp 'tempdir';
use IO::Socket::UNIX;
use JSON::PP;
use Socket qw(SOCK_STREAM SHUT_WR MSG_NOSIGNAL);
use Test::More;
use Time::HiRes qw(time);

our @EXPORT = qw($T $SUP $SLOW $DEADLINE conf up down dial call reply ask more text results
    wait_for slurp within);

# As in lib.sh: how much more time a busy machine may take.
sub slowness {
	my ($load, undef, undef, $now) = split ' ', slurp('/proc/loadavg') || '0 0 0 0/0';
	($now) = $now =~ /^(\d+)/;
	$load = $now if $now > $load;
	return 1 + int($load / cpus());
}

sub cpus {
	my ($list) = slurp('/proc/self/status') =~ /^Cpus_allowed_list:\s*(\S+)/m or return 1;
	my $n = 0;
	$n += /(\d+)-(\d+)/ ? $2 - $1 + 1 : 1 for split /,/, $list;
	return $n;
}

our $SLOW = $ENV{SLOW} || slowness();
our $DEADLINE = 20 * $SLOW;	# seconds; far more than anything needs
our $T;				# directory of the test
our $SUP;			# pid of the supervisor
my $bin = abs_path($ENV{SUPD_BIN} || ($ENV{BUILD} || 'build') . '/supd');
my $json = JSON::PP->new->canonical;
my $tool = abs_path('t/tool');

BAIL_OUT("$bin is missing: run make first") unless -x $bin;
$SIG{PIPE} = 'IGNORE';
$T = tempdir('supd-t.XXXXXX', TMPDIR => 1, CLEANUP => 1);
# Root may have it where nobody else may look, and some tests are somebody else.
if ($> == 0 && system('setpriv', '--reuid=12345', '--clear-groups', 'test', '-x', $bin)) {
	system('cp', $bin, "$T/supd.bin") == 0 or die;
	$bin = "$T/supd.bin";
}

# conf LINE...: append to the configuration
sub conf {
	open(my $f, '>>', "$T/supd.conf") or die "$T/supd.conf: $!";
	print $f "$_\n" for @_;
	close $f;
}

conf('[supervisord]', "logfile = $T/supd.log", "pidfile = $T/pid", "childlogdir = $T",
    $> == 0 ? 'user = root' : '', '[unix_http_server]', "file = $T/sock");

# up [WORD...]: start it, behind these words when there are any
sub up {
	my @front = @_;
	$SUP = fork // die "fork: $!";
	if (!$SUP) {
		open(STDIN, '<', '/dev/null');
		open(STDOUT, '>', "$T/stdout");
		open(STDERR, '>', "$T/stderr");
		exec @front, $bin, '-c', "$T/supd.conf" or exit 127;
	}
	my $line = `perl '$tool/await.pl' line $DEADLINE $SUP '$T/supd.log' 'started with pid' 1`;
	return 1 if length $line;
	fail('the supervisor starts');
	diag(slurp("$T/stderr"));
	return 0;
}

# down: orderly stop, its exit status is 0
sub down {
	kill 'TERM', $SUP;
	my $end = time + 3 * $DEADLINE;
	system('perl', "$tool/await.pl", 'gone', 3 * $DEADLINE, $SUP);
	kill 'KILL', $SUP if time >= $end;
	waitpid $SUP, 0;
	is($?, 0, 'SIGTERM ends the supervisor');
	$SUP = undef;
}

END {
	my $status = $?;
	if ($SUP) {
		kill 'KILL', $SUP;
		waitpid $SUP, 0;
		diag(slurp("$T/supd.log"));
	}
	$? = $status;
}

# within GOT, WANTED, NAME: test that a time is less than wanted, or as much more as the
# machine is busy, by now or all along.
sub within {
	my ($got, $wanted, $name) = @_;
	my $slow = slowness();
	$slow = $SLOW if $SLOW > $slow;
	cmp_ok($got, '<', $wanted * $slow, $name);
}

sub slurp {
	open(my $f, '<', $_[0]) or return '';
	local $/;
	return scalar(<$f>) // '';
}

# ---- connections ----

# A connection: {sock, buf}
sub dial {
	my $path = shift // "$T/sock";
	my $s = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $path) or return undef;
	$s->blocking(1);
	return { sock => $s, buf => '' };
}

sub text {
	my ($method, $params, %more) = @_;
	$method = "org.supd.Control.$method" unless $method =~ /\./;
	return $json->encode({ method => $method, parameters => $params // {}, %more }) . "\0";
}

# call CONNECTION METHOD PARAMETERS [more => JSON::PP::true]
sub call {
	my ($c, @call) = @_;
	my $data = text(@call);
	while (length $data) {
		my $n = syswrite($c->{sock}, $data) // return 0;
		substr($data, 0, $n) = '';
	}
	return 1;
}

# The next reply as a Perl value; undef at the end of the connection or the deadline.
sub reply {
	my ($c, $seconds) = @_;
	my $end = time + ($seconds // $DEADLINE);
	while ((my $at = index($c->{buf}, "\0")) < 0) {
		my $set = '';
		vec($set, fileno $c->{sock}, 1) = 1;
		my $left = $end - time;
		return undef if $left < 0 || !select($set, undef, undef, $left);
		sysread($c->{sock}, $c->{buf}, 1 << 20, length $c->{buf}) or return undef;
	}
	$c->{buf} =~ s/^([^\0]*)\0//;
	return $json->decode($1);
}

sub ask {
	my ($c, @call) = @_;
	return call($c, @call) ? reply($c) : undef;
}

sub more { return (more => JSON::PP::true) }

# "a:80 g:b:10" of a reply with results, in their order
sub results {
	my $r = shift;
	return 'nothing' unless $r && $r->{parameters}{results};
	return join ' ', map { ($_->{group} eq $_->{name} ? '' : "$_->{group}:") .
	    "$_->{name}:$_->{status}" } @{ $r->{parameters}{results} };
}

# wait_for CONNECTION STATE NAME...
sub wait_for {
	my ($c, $state, @names) = @_;
	return ask($c, 'Wait', { state => $state, names => \@names,
	    timeout => 1000 * $DEADLINE });
}

1;
