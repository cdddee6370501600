# Tests of gateways: a gateway at a TCP port, and fake nodes (node.pl) behind it.
package Gateway;
use strict;
use warnings;
use Cwd 'abs_path';
use Exporter 'import';
use Http;
use JSON::PP;
use MIME::Base64;
use Test::More;
use Time::HiRes qw(time sleep);
use Varlink;

our @EXPORT = qw($PORT $SERVICE %PLAN gateway node stop_node rest v1 osb says last_of people
    learn instance await_end node_has kill_guest kill_rounds);

our $PORT = free_port();
our $SERVICE;			# its id
our %PLAN;			# name => id
our $MINOR = 17;
my $node = abs_path('t/tool/node.pl');
my $json = JSON::PP->new->canonical;
my %nodes;			# name => pid
my $line;			# a connection, kept

# node NAME [key=value...]: a fake node at $T/NAME.node
sub node {
	my ($name, @set) = @_;
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		exec 'perl', $node, "$T/$name.node", @set or exit 127;
	}
	$nodes{$name} = $pid;
	my $end = time + $DEADLINE;
	until (dial("$T/$name.node")) {
		die "no node $name\n" if time > $end;
		select undef, undef, undef, 0.02;
	}
}

sub stop_node {
	my ($name) = @_;
	my $pid = delete $nodes{$name} or return;
	kill 'KILL', $pid;
	waitpid $pid, 0;
}

END {
	my $status = $?;
	stop_node($_) for keys %nodes;
	$? = $status;
}

# gateway LINES...: a supervisor with [gateway:g] of the service "test", these keys and sections
sub gateway {
	my (@lines) = @_;
	conf('[supd]', "statedir = $T/state", '[gateway:g]', 'service = test',
	    "listen = 127.0.0.1:$PORT, unix:$T/gw", 'username = u', 'password = p', 'token = t',
	    @lines);
	up() or exit 1;
	learn();
}

# The ids of the catalog
sub learn {
	my ($status, $body) = osb('GET', '/v2/catalog');
	$SERVICE = $body->{services}[0]{id};
	%PLAN = map { $_->{name} => $_->{id} } @{ $body->{services}[0]{plans} };
}

# rest METHOD PATH HEADERS [BODY]: status, body as a value (or text), all of the answer
sub rest {
	my ($method, $path, $head, $body) = @_;
	my %head = %$head;
	$body = $json->encode($body) if ref $body;
	my $end = time + $DEADLINE;
	my $r;
	for (;;) {		# a connection may have been closed since, or the port not be open yet
		$line //= knock($PORT);
		if ($line) {
			syswrite($line->{sock}, request($method, $path, %head,
			    defined $body ? (body => $body) : ()));
			$r = answer($line);
		}
		last if $r || time > $end;
		undef $line;
		select undef, undef, undef, 0.02;
	}
	undef $line if !$r || ($r->{head}{connection} // '') eq 'close';
	return (0, {}, {}) if !$r;
	my $value = eval { decode_json($r->{body}) } // $r->{body};
	return ($r->{status}, $value, $r);
}

sub osb {
	my ($method, $path, $body, %head) = @_;
	return rest($method, $path, { 'X-Broker-API-Version' => "2.$MINOR", basic('u:p'),
		'Content-Type' => 'application/json', %head }, $body);
}

sub v1 {
	my ($method, $path, $body, %head) = @_;
	return rest($method, $path, { 'X-VCAP-Service-Token' => 't',
		'Content-Type' => 'application/json', %head }, $body);
}

# The body of a creation: instance PLAN [key => value...]
sub instance {
	my ($plan, %more) = @_;
	return { service_id => $SERVICE, plan_id => $PLAN{$plan} // $plan,
		organization_guid => 'org', space_guid => 'space', %more };
}

# says STATUS, BODY (undef: any), NAME, METHOD, PATH, [BODY...]: one test
sub says {
	my ($status, $want, $name, @request) = @_;
	my ($got, $body) = osb(@request);
	my $good = $got == $status &&
	    (!defined $want || $json->encode($want) eq (ref $body ? $json->encode($body) : ''));
	ok($good, $name) or diag("got $got " . (ref $body ? $json->encode($body) : $body) .
	    ", want $status " . (defined $want ? $json->encode($want) : ''));
	return $body;
}

# last_of PATH: the state of its last operation
sub last_of {
	my ($path, $query) = @_;
	my ($status, $body) = osb('GET', "$path/last_operation" . ($query // ''));
	return $status == 200 ? $body->{state} : $status;
}

# Until its operation is over; the state that it has then
sub await_end {
	my ($path) = @_;
	my $end = time + $DEADLINE;
	my $state;
	while (($state = last_of($path)) eq 'in progress' && time < $end) {
		select undef, undef, undef, 0.02;
	}
	return $state;
}

# people METHOD PARAMETERS: org.supd.Gateway on the control socket
sub people {
	my ($method, $params) = @_;
	return ask(dial(), "org.supd.Gateway.$method", $params);
}

# What a fake node has: "name(binding,binding) name()"
sub node_has {
	my ($name) = @_;
	my $r = ask(dial("$T/$name.node"), 'org.supd.Node.List', {});
	return join ' ', map { "$_->{name}(" . join(',', @{ $_->{bindings} }) . ')' }
	    @{ $r->{parameters}{instances} };
}

# kill_guest NAME: kill -9; the next one takes over.  Returns when it is dead
sub kill_guest {
	my ($name) = @_;
	my $pid = ask(dial(), 'Status', { names => ["supd:$name"] })->{parameters}{processes}[0]{pid} or return;
	kill 'KILL', $pid;
	my $end = time + $DEADLINE;
	sleep 0.005 while kill(0, $pid) && time < $end;
}

# ---- asking while something is killed ----

my %there;			# what should be there: id => { binding => 1 }
my $serial = 0;

# Ask until it is answered for good; the status
sub insist {
	my (@ask) = @_;
	my $status;
	for my $try (1 .. 400) {
		($status) = osb(@ask);
		last if $status != 0 && $status != 422 && $status != 502 && $status != 503;
		sleep 0.02;
	}
	return $status;
}

# Some requests that make sense now: [method, path, body, id, binding]
sub wishes {
	my ($plan, $slow) = @_;
	my $i = '/v2/service_instances';
	my $ids = "?service_id=$SERVICE&plan_id=$PLAN{$plan}";
	my @asks;
	for my $k (1 .. 4) {
		my @ids = sort keys %there;
		my $id = $ids[rand @ids];
		my $what = @ids < 3 ? 0 : int rand 4;
		my %body = (parameters => { k => $k, ($slow && rand() < 0.3 ? (node => 'slow') : ()) });
		if ($what == 0) {
			$id = 'r' . $serial++;
			push @asks, ['PUT', "$i/$id", instance($plan, %body), $id];
		} elsif ($what == 1) {
			push @asks, ['DELETE', "$i/$id$ids", undef, $id];
			delete $there{$id};
		} elsif ($what == 2) {
			my $b = 'b' . $serial++;
			push @asks, ['PUT', "$i/$id/service_bindings/$b", instance($plan, %body), $id, $b];
		} elsif (my ($b) = sort keys %{ $there{$id} }) {
			push @asks, ['DELETE', "$i/$id/service_bindings/$b$ids", undef, $id, $b];
		}
	}
	return @asks;
}

# Ask, kill, ask again; how many answers were wrong, and how many there were
sub one_round {
	my ($round, $plan, $slow, $kill) = @_;
	my $bad = 0;
	my @asks = wishes($plan, $slow);
	my @lines = map { my $c = knock($PORT); syswrite($c->{sock}, request($_->[0], $_->[1],
	    'X-Broker-API-Version' => '2.17', basic('u:p'), $_->[2] ? (body => $json->encode($_->[2])) : ())) if $c; $c } @asks;
	sleep rand(0.02);
	$kill->();
	for my $ask (@asks) {
		my ($method, $path, $body, $id, $b) = @$ask;
		my $status = insist($method, $path, $body);
		my $good = $method eq 'PUT' ? $status == 200 || $status == 201 :
		    $status == 200 || $status == 410;
		# a binding of an instance that was deleted in this round, too
		$good ||= $status == 404 || $status == 410 if defined $b && !$there{$id};
		$bad++, diag("round $round: $method $path: $status") if !$good;
		if ($method eq 'PUT') {
			if (defined $b) { $there{$id}{$b} = 1 if $there{$id} } else { $there{$id} //= {} }
		} elsif (defined $b && $there{$id}) {
			delete $there{$id}{$b};
		}
	}
	return ($bad, scalar @asks);
}

# kill_rounds N, PLAN, KILL, [SLOW]: how many answers were wrong, of how many, and what should be there
sub kill_rounds {
	my ($rounds, $plan, $kill, $slow) = @_;
	my @sum = (0, 0);
	srand($ENV{SEED} // 1);
	for my $round (1 .. $rounds) {
		my @got = one_round($round, $plan, $slow // 1, $kill);
		$sum[$_] += $got[$_] for 0, 1;
	}
	return (@sum, %there);
}

1;
