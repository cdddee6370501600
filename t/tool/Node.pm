# What tests of nodes share: ports, calls of org.supd.Node, and what there is.
package Node;
use strict;
use warnings;
use Exporter 'import';
use IO::Socket::INET;
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);
use Varlink;

our @EXPORT = qw(free_ports node answer listens until_true guest_pid entries);

# The first of so many ports in a row that nobody listens at.
sub free_ports {
	my ($n) = @_;
	for my $first (map { 20000 + ($$ * 67 + $_ * 80) % 12000 } 0 .. 100) {
		my @open = grep { defined } map { IO::Socket::INET->new(LocalPort => $_, Listen => 1) }
		    $first .. $first + $n - 1;
		return $first if @open == $n;
	}
	die "no free ports\n";
}

# What a reply says: ("ok", {...}), ("Refused", {...}), or ("nothing", {}) from a dead connection.
sub answer {
	my ($r) = @_;
	return ('nothing', {}) if !$r;
	return (($r->{error} // 'ok') =~ s/^org\.supd\.Node\.//r, $r->{parameters});
}

# node CONNECTION NODE METHOD NAME => VALUE...
sub node {
	my ($c, $node, $method, %p) = @_;
	return answer(ask($c, "org.supd.Node.$method", { node => $node, %p }));
}

sub listens {
	my ($port) = @_;
	return defined IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
}

# until_true SUB NAME: it becomes true before the deadline.
sub until_true {
	my ($is, $name) = @_;
	my $end = time + $DEADLINE;
	my $good;
	select(undef, undef, undef, 0.02) while !($good = $is->()) && time < $end;
	return ok($good, $name) if defined $name;
	return $good;
}

# The pid of a guest that lives; 0: there is none.
sub guest_pid {
	my ($c, $name) = @_;
	my $r = ask($c, 'Status', { all => JSON::PP::true() }) or return 0;
	my ($p) = grep { $_->{guest} && $_->{name} eq $name } @{ $r->{parameters}{processes} };
	return $p ? $p->{pid} : 0;
}

# Names in a directory, hidden ones too.
sub entries {
	my ($dir) = @_;
	opendir(my $d, $dir) or return ();
	return sort grep { !/^\.\.?$/ } readdir $d;
}

1;
