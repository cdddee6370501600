#!/usr/bin/perl
# A node of any service at a socket, for tests of gateways: node.pl SOCKET [key=value...].
# It speaks org.supd.Node, keeps everything in memory, and misbehaves where the parameters of
# a call say so: {"node": "refuse"|"later"|"hang"|"hang_up"|"slow"|"cannot"}; hang does what is asked
# for and does not answer.  Behave {way} sets that for all provisions.
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;
use JSON::PP;
use Socket qw(SOCK_STREAM);
use Time::HiRes qw(time);

my ($path, @set) = @ARGV;
my %say = (service => 'test', plan => 'free', capacity => 1000, unit => 1, limit_ms => 1000,
    versions => '', draining => 0, map { /^(\w+)=(.*)/ ? ($1, $2) : () } @set);
my $json = JSON::PP->new->canonical->allow_nonref;
my (%instances, %in, %later, @due);
my $calls = 0;
my $behave = '';		# of all provisions

$SIG{PIPE} = 'IGNORE';
unlink $path;
my $listener = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => $path, Listen => 100) or
    die "$path: $!\n";
my $all = IO::Select->new($listener);

sub yes { return $_[0] ? JSON::PP::true : JSON::PP::false }
sub refused { return { error => "org.supd.Node.$_[0]", parameters => { text => $_[1], code => 32101 } } }

my %methods = (
	Describe => sub {
		return { node => 'test', service => $say{service}, plan => $say{plan},
			kind => 'echo', host => '127.0.0.1', capacity => 0 + $say{capacity},
			available => $say{capacity} - keys %instances, unit => 0 + $say{unit},
			instances => 0 + keys %instances, versions => [split /,/, $say{versions}],
			default_version => '', limit_ms => 0 + $say{limit_ms},
			draining => yes($say{draining}) };
	},
	Provision => sub {
		my ($p) = @_;
		my $new = !$instances{ $p->{name} };
		$instances{ $p->{name} } //= { plan => $p->{plan}, version => $p->{version},
			bindings => {} };
		return { created => yes($new), credentials =>
		    { host => '127.0.0.1', port => 5002, name => $p->{name} } };
	},
	Update => sub {
		my ($p) = @_;
		my $to = $instances{ $p->{name} } or return undef;
		$to->{changes}++;
		return { credentials => { host => '127.0.0.1', port => 5002, name => $p->{name},
			changes => $to->{changes} } };
	},
	Unprovision => sub { return { removed => yes(delete $instances{ $_[0]{name} }) } },
	Bind => sub {
		my ($p) = @_;
		my $to = $instances{ $p->{name} } or return undef;
		my $new = !$to->{bindings}{ $p->{binding} }++;
		return { created => yes($new), credentials => { user => $p->{binding} } };
	},
	Unbind => sub {
		my ($p) = @_;
		return { removed => yes(delete $instances{ $p->{name} }{bindings}{ $p->{binding} }) };
	},
	List => sub {
		return { instances => [map { { name => $_, plan => $instances{$_}{plan},
			version => $instances{$_}{version}, state => 'ready',
			bindings => [sort keys %{ $instances{$_}{bindings} }] } } sort keys %instances] };
	},
	Purge => sub {
		my ($p) = @_;
		my $n = 0;
		$n += defined delete $instances{$_} for @{ $p->{instances} };
		$n += defined delete $instances{ $_->{name} }{bindings}{ $_->{binding} }
		    for @{ $p->{bindings} };
		return { removed => $n, failed => [] };
	},
	Calls => sub { return { calls => $calls } },
	Behave => sub { $behave = $_[0]{way}; return {} },
);

sub answer {
	my ($s, $reply) = @_;
	syswrite($s, $json->encode($reply) . "\0") if $s->opened;
}

sub serve {
	my ($s, $call) = @_;
	my ($method) = $call->{method} =~ /(\w+)$/;
	my $p = $call->{parameters} // {};
	my $way = ($p->{parameters} // {})->{node} // ($method eq 'Provision' ? $behave : '');
	my $fn = $way eq 'cannot' ? undef : $methods{$method};
	$calls++ if $method =~ /ind|ision/;
	return answer($s, refused('Refused', 'because')) if $way eq 'refuse';
	return answer($s, refused('Later', 'not now')) if $way eq 'later' && !$later{ $p->{name} }++;
	return answer($s, { error => 'org.varlink.service.MethodNotFound',
		parameters => { method => $call->{method} } }) if !$fn;
	my $reply = $fn->($p);
	return if $way eq 'hang';
	if ($way eq 'hang_up' && !$later{ $p->{name} }++) {
		$all->remove($s);
		close $s;
		return;
	}
	$reply = $reply ? { parameters => $reply } : refused('Fault', 'there is no such instance');
	return push @due, [time + 0.3, $s, $reply] if $way eq 'slow';
	answer($s, $reply);
}

while (1) {
	my $wait = @due ? $due[0][0] - time : undef;
	for my $s ($all->can_read(defined $wait && $wait < 0 ? 0 : $wait)) {
		if ($s == $listener) {
			my $c = $s->accept or next;
			$all->add($c);
			$in{$c} = '';
			next;
		}
		if (!sysread($s, $in{$s}, 1 << 16, length $in{$s})) {
			$all->remove($s);
			close $s;
			next;
		}
		serve($s, $json->decode($1)) while $in{$s} =~ s/^([^\0]*)\0//;
	}
	while (@due && $due[0][0] <= time) {
		my (undef, $s, $reply) = @{ shift @due };
		answer($s, $reply);
	}
}
