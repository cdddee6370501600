#!/bin/sh
# ready=exec and ready=http: a child looks until it succeeds; ready=log: a line that the process of now has written.
. t/lib.sh
skip_unless_supd 'supervisord knows no readiness'
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
script server <<'END'
#!/usr/bin/perl
# 503 at first, 204 once $T/warm is there
use IO::Socket::INET;
my $l = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ARGV[0], Listen => 9, ReuseAddr => 1) or die;
while (my $c = $l->accept) {
	<$c>;
	print $c -e "$ENV{SUPD_TEST}/warm" ? "HTTP/1.0 204 No\r\n\r\n" : "HTTP/1.0 503 No\r\n\r\n";
}
END
script check <<'END'
#!/bin/sh
echo "$WHO $#" >>"$SUPD_TEST/looks"
[ -e "$SUPD_TEST/open" ] || { echo 'not open'; exit 7; }
END
script writer <<'END'
#!/usr/bin/perl
# says what the expression wants when told to, in two pieces; and at its end, when it is too late
$| = 1;
$SIG{TERM} = sub { print "READY 1\n" x 2000; exit 0 };
open(my $go, '+<', "$ENV{SUPD_TEST}/writer.go") or die;
print "READY soon\nup $$\n";
while (<$go>) {
	print STDERR "what has READY 3\n";
	print "REA"; print "DY 4";
	print " and more\n";
}
END
mkfifo writer.go
quiet='startsecs = 0
stdout_logfile = NONE
stderr_logfile = NONE'
conf '[program:http]' "command = $T/server $port" "$quiet" "ready = http://127.0.0.1:$port/x?y"
conf '[program:after-http]' 'command = /bin/cat' "$quiet" 'depends_on = http'
conf '[program:exec]' 'command = /bin/sleep 1000' "$quiet" "ready = exec:$T/check 'one word' two" \
    'environment = WHO="me"'
conf '[program:after-exec]' 'command = /bin/cat' "$quiet" 'depends_on = exec'
conf '[program:slow]' 'command = /bin/sleep 1000' "$quiet" 'ready = exec:/bin/sleep 1000' 'ready_timeout = 1'
conf '[program:log]' "command = $T/writer" 'startsecs = 0' 'ready = log:^READY [0-9]' "stdout_logfile = $T/writer.log" \
    "stderr_logfile = $T/writer.err" 'autorestart = true'
conf '[program:after-log]' 'command = /bin/cat' "$quiet" 'depends_on = log'
up
says() { eventually sh -c "$CTL -c supd.conf why $1 | grep -Eq \"$2\""; }
says http 'the last probe: .*/x\?y: status 503'
says exec 'the last probe: exit status 7: not open'
like "$(ctl status after-http after-exec)" 'after-http +STARTING +waits for http to be ready' 'an answer is not yet success'
is "$(sort -u looks)" 'me 2' 'a probe has the words and the environment'
: >warm
saw after-http STARTING RUNNING
: >open
saw after-exec STARTING RUNNING
logged 'ready: exec, [0-9]+ ms after its start'
saw slow STARTING RUNNING STOPPING STOPPED
logged 'slow is not ready after 1 s'
ctl stop slow >/dev/null
none() { for pid in $(leftovers); do ! grep -szxq 'SUPERVISOR_PROCESS_NAME=slow' "/proc/$pid/environ" || return 1; done; }
ok 'its probe is gone with it' eventually none

# a line of the output, of the process of now, from its begin on
await writer.log '^up ' >/dev/null
like "$(ctl why log)" '^it is not ready yet' 'other lines do not count'
echo go >writer.go
saw after-log STARTING RUNNING
logged 'ready: log, '
like "$(ctl why log)" '^it is ready' 'the line was seen, though it came in pieces'
ctl restart log >/dev/null
await writer.log '^up ' 2 >/dev/null
is "$(grep -c 'READY 1' writer.log)" 2000 'the process of before has said it once more'
like "$(ctl why log)" '^it is not ready yet' 'what it said last does not count'
kill -KILL "$(ctl pid supd:logger)"
kill -KILL "$(ctl pid log)"		# the fence is put up while there is no logger
await writer.log '^up ' 3 >/dev/null
echo go >writer.go
logged 'ready: log, ' 2
unlike "$(cat supd.log)" 'does not say whether it has read' 'a logger that comes back has answered'

# what is refused, and by which words
wrong() { is "$(printf '[supervisord]\n[program:x]\ncommand = /bin/cat\n%s\n' "$1" >w.conf; $SUPD check -c w.conf 2>&1 | sed -n 's/^w.conf:[0-9]*: //p' | head -n 1)" "[program:x] $2" "$1"; }
wrong 'ready = exec:' "ready: exec: has no command"
wrong 'ready = http:127.0.0.1' "ready: 'http:127.0.0.1' is no URL like http://127.0.0.1:8080/"
wrong 'ready = https://x/' "ready: 'https://x/': TLS is not spoken here; use exec: with a client that does"
wrong 'health = tcp::80' "health: 'tcp::80' has no host"
wrong 'health = running' "health: 'running' is not one of none, exec:COMMAND, http://HOST:PORT/PATH, tcp:PORT, tcp:HOST:PORT, unix:/PATH"
like "$(printf '[supervisord]\n[program:x]\ncommand = /bin/cat\nready = log:a(\n' >w.conf; $SUPD check -c w.conf 2>&1)" \
    "ready: 'a\\(' is no regular expression: ." 'ready = log:a('
wrong 'depends_on = x:healthy' "depends_on: 'x:healthy': [program:x] has no health"
is "$("$T/bin/supd" probe tcp 127.0.0.1:1; echo $?)" '127.0.0.1:1: Connection refused
1' 'supd probe by hand'
ok 'and where somebody is' "$T/bin/supd" probe http "http://127.0.0.1:$port/"
down
done_testing
