#!/bin/sh
# Any signal at any time after the first instruction: PID 1 lives on and a stop still stops it.
. t/lib.sh
skip_unless_supd 'supervisord sets its handlers late'
skip_unless_pid1
conf '[program:x]' 'command = /bin/sleep 1000' 'startsecs = 0'
# early SIGNAL MICROSECONDS: start, signal after that time, then TERM; prints its status.
# The kernel throws away what comes for PID 1 before its first instruction, so TERM waits
# until it is caught, or held back while a new image begins.
cat >early.pl <<'END'
use Time::HiRes qw(usleep time);
my ($sig, $after, @command) = @ARGV;
my $pid = fork // die;
if (!$pid) {
	open STDOUT, '>', '/dev/null'; open STDERR, '>', '/dev/null'; open STDIN, '<', '/dev/null';
	exec @command;
}
my ($main, $end) = ('', time + $ENV{DEADLINE});
sub heard {
	open my $f, '<', "/proc/$main/status" or return 1;	# it has ended
	local $/;
	my $status = <$f> // '';
	return $status eq '' || $status =~ /^State:\s+Z/m ||
	    grep { hex($_) & 1 << 14 } $status =~ /^Sig(?:Cgt|Blk):\s*[0-9a-f]{8}([0-9a-f]{8})/mg;
}
until ($main) {		# until unshare has become supd's parent and supd is itself
	open my $f, '<', "/proc/$pid/task/$pid/children" or next;
	($main) = split ' ', (<$f> // '');
	$main = '' if $main && (readlink("/proc/$main/exe") // '') ne $ENV{SUPD_FILE};
	die if time > $end;
}
usleep $after;
kill $sig, $main;
usleep 1000;
until (heard()) {
	usleep 200;
	die if time > $end;
}
kill 'TERM', $main;
local $SIG{ALRM} = sub { kill 'KILL', $pid; print "stuck "; };
alarm $ENV{DEADLINE};
waitpid $pid, 0;
print $? >> 8 || $? & 127;
END
SUPD_FILE=$(readlink -f "$SUPD")
export SUPD_FILE DEADLINE
bad=
try() {
	_got=$(perl early.pl "$1" "$2" unshare --pid --fork --kill-child --mount-proc "$SUPD" -c "$T/supd.conf")
	[ "$_got" = 0 ] || bad="$bad $1 after $2: $_got"
}
for sig in $(seq 1 64); do
	case $sig in 9|19|32|33) continue ;; esac		# not to be caught; libc's own
	try "$sig" $((sig * 997 % 5000))
done
is "$bad" '' 'signals 1 to 64: the exit is an orderly one'
bad=
for i in $(seq 1 25); do
	for sig in HUP ABRT; do try $sig $((i * 97)); done
done
is "$bad" '' 'a stop in the middle of a restart or a recovery is kept'
done_testing
