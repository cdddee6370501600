#!/bin/sh
# Where nothing happens nothing wakes up: neither core nor logger runs once in five seconds.
. t/lib.sh
skip_unless_supd 'supervisord wakes up each second'
conf '[program:x]' 'command = /bin/sleep 1000' 'process_name = x%(process_num)d' 'numprocs = 50' 'startsecs = 1'
conf '[program:done]' 'command = /bin/true' 'startsecs = 0' 'autorestart = false'
conf '[program:fatal]' 'command = /bin/false' 'startretries = 0'
# readiness costs nothing once it is there, nor while somebody waits to be told
script says <<'END'
#!/usr/bin/perl
use Socket; use IO::Socket::UNIX;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0); (my $n = $ENV{NOTIFY_SOCKET} // '') =~ s/^@/\0/;
send($s, "READY=1", 0, sockaddr_un($n)) if $n ne '' && @ARGV;
my $l = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1) if @ARGV && $n eq '';
sleep 1000;
END
conf '[program:notify]' "command = $T/says yes" 'type = notify' 'watchdog = 1h'
conf '[program:mute]' "command = $T/says" 'ready = notify' 'startsecs = 0'
conf '[program:listen]' "command = $T/says $T/l.sock" "ready = listen:unix:$T/l.sock"
up_quiet
await supd.log 'success: x' 50 >/dev/null
await supd.log 'gave up: fatal' >/dev/null
for p in notify listen; do await supd.log "ready: $p" >/dev/null; done
logger=$(ctl pid supd:logger)
woken() { cat "/proc/$SUP/task/$SUP/status" "/proc/$logger/task/$logger/status" | grep ctxt_switches | tr -s '\t\n' ' '; }
# Settled when two looks in a row see the same.
settled() { _was=$(woken); sleep 0.5; [ "$(woken)" = "$_was" ]; }
ok 'it comes to rest' eventually settled
before=$(woken)
sleep 5			# the thing itself: nothing may happen
is "$(woken)" "$before" 'and stays there'
is "$(ctl status 'x:*' | grep -c RUNNING)" 50 'it still answers'
down
done_testing
