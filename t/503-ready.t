#!/bin/sh
# ready: running is not enough; each way of saying that one serves, and what happens who never says it.
. t/lib.sh
skip_unless_supd 'supervisord knows no readiness'
# waits for a word in $T/KIND.go, then shows that it is ready in the way of KIND
script server <<'END'
#!/usr/bin/perl
use strict; use warnings; use Socket; use IO::Socket::UNIX; use IO::Socket::INET;
my ($kind, $arg) = @ARGV;
$SIG{TERM} = sub { exit 0 };
open(my $go, '<', "$ENV{SUPD_TEST}/$kind.go") or die; my $word = <$go>;
my $keep;
if ($kind eq 'notify') {
	socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die;
	(my $name = $ENV{NOTIFY_SOCKET}) =~ s/^@/\0/;
	send($s, "STATUS=serving 3 lines\nREADY=1\nX_OTHER=1", 0, sockaddr_un($name)) or die "send: $!";
} elsif ($kind eq 'fd') {
	open(my $f, '>&=', $arg) or die "fd $arg: $!"; syswrite $f, "\n"; close $f;
} elsif ($kind eq 'tcp') {
	$keep = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $arg, Listen => 5, ReuseAddr => 1) or die;
} elsif ($kind eq 'unix') {
	$keep = IO::Socket::UNIX->new(Local => $arg, Listen => 5) or die;
} else {
	open(my $f, '>', $arg) or die; close $f;
}
sleep 1 while 1;
END
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
: >"$T/old.file"
add() {	# KIND ARG READY
	mkfifo "$1.go"
	conf "[program:$1]" "command = $T/server $1 $2" 'startsecs = 0' "ready = $3" \
	    'stdout_logfile = NONE' "stderr_logfile = $T/$1.err"
	conf "[program:after-$1]" 'command = /bin/cat' 'startsecs = 0' "depends_on = $1" \
	    'stdout_logfile = NONE' 'stderr_logfile = NONE'
}
add notify '' notify
add fd 5 fd:5
add tcp "$port" "listen:tcp:$port"
add unix "$T/u.sock" "listen:unix:$T/u.sock"
add file "$T/old.file" "file:$T/old.file"
up
for kind in notify fd tcp unix file; do
	entered $kind RUNNING
	like "$(ctl status after-$kind)" "STARTING +waits for $kind to be ready \(it is RUNNING\)" \
	    "$kind is RUNNING, not ready"
	echo go >$kind.go
	saw after-$kind STARTING RUNNING
	like "$(ctl why $kind)" '^it is ready' 'and why says that it is ready'
done
like "$(ctl why notify)" 'it says: serving 3 lines' 'STATUS of sd_notify is shown'
logged 'ready: notify, [0-9]+ ms after its start'

conf '[program:mute]' 'command = /bin/cat' 'startsecs = 0' 'ready = notify' 'ready_timeout = 1' \
    'stdout_logfile = NONE' 'stderr_logfile = NONE'
# not the word of a stranger
conf '[program:strange]' 'command = /bin/cat' 'startsecs = 0' 'ready = notify' \
    'stdout_logfile = NONE' 'stderr_logfile = NONE'
ctl update >/dev/null
saw mute STARTING RUNNING STOPPING STOPPED STARTING
logged 'mute is not ready after 1 s \(ready_timeout\): it is started again'
like "$(ctl why mute)" 'was not ready after 1 s \(ready_timeout\)' 'and why says what for'
ctl stop mute >/dev/null
name=$(tr '\0' '\n' <"/proc/$(ctl pid strange)/environ" | sed -n 's/^NOTIFY_SOCKET=//p')
isnt "$name" '' 'it was told where'
perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_DGRAM, 0); (my $n = $ARGV[0]) =~ s/^@/\0/;
    send($s, "READY=1", 0, sockaddr_un($n)) or die "$!"' "$name"
ok 'the supervisor is well' ctl pid
like "$(ctl why strange)" 'it is not ready yet' 'what a stranger says does not count'
down
done_testing
