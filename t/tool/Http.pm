# HTTP in bytes, over the control socket or TCP, for tests of the web guest.
package Http;
use strict;
use warnings;
use Exporter 'import';
use IO::Socket::INET;
use IO::Socket::UNIX;
use MIME::Base64;
use Socket qw(SOCK_STREAM);
use Time::HiRes qw(time);
use Varlink;

our @EXPORT = qw(free_port knock request answer fetch varlink basic guest);

# A TCP port that nobody uses now.
sub free_port {
	my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => $_[0] // '127.0.0.1') or
	    die "no port: $!";
	return $s->sockport;
}

# A connection: to a path, or to a port of this machine; undef: refused
sub knock {
	my ($where) = @_;
	my $s = $where =~ m{/} ? IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $where) :
	    IO::Socket::INET->new(PeerAddr => "127.0.0.1:$where");
	return $s ? { sock => $s, buf => '' } : undef;
}

# request METHOD PATH [header => value...] [body => text]: as HTTP/1.1
sub request {
	my ($method, $path, %head) = @_;
	my $body = delete $head{body};
	$head{Host} //= 'x';
	$head{'Content-Length'} //= length $body if defined $body;
	return join("\r\n", "$method $path HTTP/1.1", map({ "$_: $head{$_}" } sort keys %head),
	    '', '') . ($body // '');
}

# More bytes, into the buffer; 0 at the end or the deadline
sub more_bytes {
	my ($c, $end) = @_;
	my $set = '';
	vec($set, fileno $c->{sock}, 1) = 1;
	my $left = $end - time;
	return 0 if $left < 0 || !select($set, undef, undef, $left);
	return sysread($c->{sock}, $c->{buf}, 1 << 16, length $c->{buf}) // 0;
}

# The next answer: { status, head => { lower-case name => value }, body }; undef: none came
sub answer {
	my ($c, %how) = @_;
	my $end = time + ($how{seconds} // $DEADLINE);
	until ($c->{buf} =~ /\r\n\r\n/) {
		more_bytes($c, $end) or return undef;
	}
	my ($top, $rest) = split /\r\n\r\n/, $c->{buf}, 2;
	my ($line, @lines) = split /\r\n/, $top;
	my %head = map { /^([^:]+):\s*(.*)/ ? (lc $1 => $2) : () } @lines;
	my ($status) = $line =~ m{^HTTP/1\.[01] (\d+)} or return undef;
	my $r = { status => $status, head => \%head, line => $line, body => '' };
	$c->{buf} = $rest;
	return $r if $how{head};
	if (defined $head{'content-length'}) {
		while (length $c->{buf} < $head{'content-length'}) {
			more_bytes($c, $end) or return undef;
		}
		$r->{body} = substr($c->{buf}, 0, $head{'content-length'}, '');
	} elsif (($head{'transfer-encoding'} // '') eq 'chunked') {
		for (;;) {
			until ($c->{buf} =~ /^[0-9a-fA-F]+\r\n/) {
				more_bytes($c, $end) or return undef;
			}
			$c->{buf} =~ s/^(\w+)\r\n//;
			my $n = hex $1;
			while (length $c->{buf} < $n + 2) {
				more_bytes($c, $end) or return undef;
			}
			$r->{body} .= substr($c->{buf}, 0, $n, '');
			$c->{buf} =~ s/^\r\n//;
			last if $n == 0;
		}
	} else {
		1 while more_bytes($c, $end);
		$r->{body} = $c->{buf};
		$c->{buf} = '';
	}
	return $r;
}

# fetch WHERE METHOD PATH ...: one request on a connection of its own
sub fetch {
	my ($where, @request) = @_;
	my $c = ref $where ? $where : knock($where) or return undef;
	syswrite($c->{sock}, request(@request));
	return answer($c);
}

# varlink WHERE METHOD PARAMETERS [header => value...]: its reply as a Perl value
sub varlink {
	my ($where, $method, $params, %head) = @_;
	my $text = text($method, $params // {});
	chop $text;
	my $r = fetch($where, 'POST', '/varlink', %head, body => $text);
	return $r && $r->{status} == 200 ? JSON::PP::decode_json($r->{body}) : undef;
}

sub basic {
	return (Authorization => 'Basic ' . encode_base64($_[0], ''));
}

# The web guest as Status shows it, once it is in this state.
sub guest {
	my ($state) = @_;
	my $c = dial();
	my $end = time + $DEADLINE;
	for (;;) {
		my $p = ask($c, 'Status', { names => ['supd:web'] })->{parameters}{processes}[0];
		return $p if !$state || $p->{statename} eq $state || time > $end;
		select(undef, undef, undef, 0.01);
	}
}

1;
