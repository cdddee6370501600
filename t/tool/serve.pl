#!/usr/bin/perl
# A server on sockets that it was given, not made: descriptor 0 (serve.pl fcgi), or
# those of LISTEN_FDS, as sd_listen_fds(3) takes them.  Answers each connection, and
# each datagram, with its pid, the name of the socket and what it was asked.
#   serve.pl fcgi|listen [DIRECTORY]     there each answer is noted in a file PID
use strict;
use warnings;
use IO::Handle;
use IO::Select;
use Socket;

my ($how, $notes) = @ARGV;
my @names = ('fcgi');
my $first = 0;

if ($how eq 'listen') {
	die "LISTEN_PID is for another process\n" if ($ENV{LISTEN_PID} // '') ne $$;
	die "LISTEN_FDS is no number\n" if ($ENV{LISTEN_FDS} // '') !~ /^[1-9]\d*$/;
	@names = split(/:/, $ENV{LISTEN_FDNAMES} // '');
	die "LISTEN_FDNAMES has not $ENV{LISTEN_FDS} names\n" if @names != $ENV{LISTEN_FDS};
	$first = 3;
}

my (%name, $select);
$select = IO::Select->new;
for my $i (0 .. $#names) {
	my $h = IO::Handle->new_from_fd($first + $i, 'r+') or die "descriptor " . ($first + $i) . ": $!\n";
	$name{fileno($h)} = $names[$i];
	$select->add($h);
}
# what was accepted is answered, also when TERM comes
pipe(my $told, my $tell) or die "pipe: $!\n";
$SIG{TERM} = sub { syswrite($tell, '!') };
$select->add($told);
print STDERR "serving @names\n";

sub note {
	return if !defined($notes);
	open(my $f, '>>', "$notes/$$") or die "$notes/$$: $!\n";
	print $f "@_\n";
}

for (;;) {
	my @ready = $select->can_read;
	last if grep { $_ == $told } @ready;
	for my $h (@ready) {
		my $n = $name{fileno($h)};
		my $type = unpack('i', getsockopt($h, SOL_SOCKET, SO_TYPE));
		my $said = '';
		if ($type == SOCK_DGRAM) {
			my $from = recv($h, $said, 4096, 0);
			send($h, "$$ $n $said", 0, $from) if defined($from);
			next;
		}
		accept(my $c, $h) or next;
		binmode($c);
		$said = <$c> // '';
		chomp($said);
		note("$n $said");
		syswrite($c, "$$ $n $said\n");
		close($c);
	}
}
