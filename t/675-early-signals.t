#!/bin/sh
# Any signal at any time after the first instruction: PID 1 lives on and a stop still stops it.
. t/lib.sh
skip_unless_supd 'supervisord sets its handlers late'
skip_unless_pid1
conf '[program:x]' 'command = /bin/sleep 1000' 'startsecs = 0'
# early SIGNAL MICROSECONDS: start, signal after that time, then TERM until it ends; prints its status.
cat >early.pl <<'END'
use Time::HiRes qw(usleep time);
my ($sig, $after, @command) = @ARGV;
my $pid = fork // die;
if (!$pid) {
	open STDOUT, '>', '/dev/null'; open STDERR, '>', '/dev/null'; open STDIN, '<', '/dev/null';
	exec @command;
}
my ($main, $end) = ('', time + 20);
until ($main) {		# until unshare has become supd's parent and supd is itself
	open my $f, '<', "/proc/$pid/task/$pid/children" or next;
	($main) = split ' ', (<$f> // '');
	$main = '' if $main && (readlink("/proc/$main/exe") // '') ne $ENV{SUPD_FILE};
	die if time > $end;
}
usleep $after;
kill $sig, $main;
usleep 1000;
kill 'TERM', $main;
local $SIG{ALRM} = sub { kill 'KILL', $pid; print "stuck "; };
alarm 20;
waitpid $pid, 0;
print $? >> 8 || $? & 127;
END
SUPD_FILE=$(readlink -f "$SUPD")
export SUPD_FILE
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
