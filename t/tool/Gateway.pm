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
use Time::HiRes qw(time);
use Varlink;

our @EXPORT = qw($PORT $SERVICE %PLAN gateway node stop_node rest v1 osb says last_of people
    learn instance await_end node_has);

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

1;
