#!/usr/bin/perl
# Wait for lines in a growing file or for the end of a process, with a deadline
# and without polling: tail follows the file by inotify, a pidfd tells the end.
#
#   await.pl line SECONDS PID FILE REGEX COUNT      prints the COUNTth match
#   await.pl states SECONDS PID FILE SEEN NAME STATE...
#   await.pl state SECONDS PID FILE SEEN NAME STATE
#   await.pl history FILE NAME
#   await.pl gone SECONDS PID
#
# PID is the supervisor (0: none); when it ends, what is in the file by then is all there
# will be.  SEEN.NAME remembers how many states of NAME were already asked for.
use strict;
use warnings;
use Time::HiRes qw(time);

my $mode = shift;
my $tail;
END { if ($tail) { local $?; kill 'TERM', $tail; waitpid $tail, 0; } }

# The number is the same on every architecture.
sub pidfd {
	my $fd = syscall(434, $_[0] + 0, 0);
	return $fd < 0 ? undef : $fd;
}

sub readable {
	my ($wait, @fds) = @_;
	my $set = '';
	vec($set, $_, 1) = 1 for @fds;
	my $n = select(my $got = $set, undef, undef, $wait < 0 ? 0 : $wait);
	return $n > 0 ? { map { ($_ => vec($got, $_, 1)) } @fds } : {};
}

# Call $want->(line) until it returns true; false at the deadline or the end.
sub lines {
	my ($seconds, $pid, $file, $want) = @_;
	my $end = time + $seconds;
	pipe(my $in, my $out) or die "pipe: $!";
	$tail = fork // die "fork: $!";
	if (!$tail) {
		open(STDOUT, '>&', $out);
		open(STDERR, '>', '/dev/null');
		exec 'tail', '-n', '+1', '-F', $file;
		exit 127;
	}
	close $out;
	my $fd = $pid ? pidfd($pid) : undef;
	my $gone = $pid && !defined $fd;
	my $buf = '';
	for (;;) {
		while ($buf =~ s/^(.*)\n//) {
			my $line = $1;
			return 1 if $want->($line);
		}
		# After the end of the supervisor: a moment for what tail still has to say.
		my $wait = $gone ? 0.3 : $end - time;
		my $r = readable($wait, fileno $in, $gone || !defined $fd ? () : $fd);
		if ($r->{fileno $in}) {
			sysread $in, $buf, 65536, length $buf or return 0;
		} elsif (defined $fd && !$gone && $r->{$fd}) {
			$gone = 1;
		} elsif ($gone || time >= $end) {
			return 0;
		}
	}
}

sub state_of {
	my ($line, $name) = @_;
	my ($state, $p, $g) = $line =~ /PROCESS_STATE_(\w+) processname:(\S+) groupname:(\S+)/ or return;
	return "$g:$p" eq $name || ($g eq $p && $p eq $name) ? $state : undef;
}

sub seen_load {
	open(my $f, '<', $_[0]) or return 0;
	return <$f> + 0;
}

sub seen_save {
	open(my $f, '>', $_[0]) or die "$_[0]: $!";
	print $f $_[1];
	close $f;
}

if ($mode eq 'line') {
	my ($seconds, $pid, $file, $re, $count) = @ARGV;
	my $last = '';
	my $ok = lines($seconds, $pid, $file, sub {
		return 0 unless $_[0] =~ /$re/;
		$last = $_[0];
		return --$count <= 0;
	});
	print "$last\n" if $ok;
	exit !$ok;
}

if ($mode eq 'states' || $mode eq 'state') {
	my ($seconds, $pid, $file, $seen, $name, @want) = @ARGV;
	$seen .= ".$name";
	my $skip = seen_load($seen);
	my ($n, @got) = (0);
	my $bad;
	my $ok = lines($seconds, $pid, $file, sub {
		my $state = state_of($_[0], $name);
		return 0 if !defined $state || $n++ < $skip;
		push @got, $state;
		return $state eq $want[0] if $mode eq 'state';
		$bad = $state ne $want[$#got];
		return $bad || @got == @want;
	});
	seen_save($seen, $skip + @got);
	print "@got\n" if $mode eq 'states';
	exit(!$ok || $bad ? 1 : 0);
}

if ($mode eq 'history') {
	my ($file, $name) = @ARGV;
	open(my $f, '<', $file) or die "$file: $!";
	print join(' ', grep { defined } map { state_of($_, $name) } <$f>), "\n";
	exit 0;
}

if ($mode eq 'gone') {
	my ($seconds, $pid) = @ARGV;
	my $fd = pidfd($pid);
	exit 0 unless defined $fd;
	exit !readable($seconds, $fd)->{$fd};
}

die "await.pl: mode '$mode'?\n";
