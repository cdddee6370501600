#!/bin/sh
# health: probes of all kinds, what follows from them, and that dependents wait for the first success.
. t/lib.sh
skip_unless_supd 'supervisord looks after nobody'
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
# answers with what stands in $T/NAME.status; listens after a word in the FIFO, if there is one
script server <<'END'
#!/usr/bin/perl
use strict; use warnings; use IO::Socket::INET; use IO::Socket::UNIX;
my ($name, $at) = @ARGV;
my $gate = "$ENV{SUPD_TEST}/$name.gate";
if (-p $gate) { open(my $f, '<', $gate) or die; my $word = <$f>; }
my $l = $at =~ m{^/} ? do { unlink $at; IO::Socket::UNIX->new(Local => $at, Listen => 9) } :
    IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $at, Listen => 9, ReuseAddr => 1);
$l or die "listen: $!";
while (1) {
	my $c = $l->accept or next;
	my $line = $at =~ m{^/} ? undef : <$c>;
	next unless defined $line;
	open(my $f, '<', "$ENV{SUPD_TEST}/$name.status"); chomp(my $status = <$f>);
	open(my $seen, '>>', "$ENV{SUPD_TEST}/$name.seen"); print $seen "$line"; close $seen;
	next if $status eq 'hang' && push @main::keep, $c;
	print $c "HTTP/1.1 $status X\r\n\r\n";
}
END
script check <<'END'
#!/bin/sh
# what it may rely on: directory, environment, no standard input
[ "$PWD" = "$SUPD_TEST/dir" ] && [ "$WHO" = exec ] && ! read -r _ || exit 9
echo "looked" >>"$SUPD_TEST/looks"
cat "$SUPD_TEST/verdict"
[ ! -s "$SUPD_TEST/verdict" ]
END
mkdir dir
: >verdict
mkfifo web.gate
echo 200 >web.status
quick='startsecs = 0
stdout_logfile = NONE
health_interval = 50ms
health_timeout = 2s'
conf '[program:web]' "command = $T/server web $port" "$quick" "health = http://127.0.0.1:$port/alive" \
    "stderr_logfile = $T/web.err" 'health_retries = 2' 'health_start_period = 60'
conf '[program:after]' 'command = /bin/cat' 'startsecs = 0' 'depends_on = web:healthy' \
    'on_dependency_loss = restart' 'stdout_logfile = NONE' 'stderr_logfile = NONE'
conf '[program:exec]' 'command = /bin/sleep 1000' "$quick" "health = exec:$T/check 'a b'" \
    'on_unhealthy = none' "directory = $T/dir" 'environment = WHO="exec"'
conf '[program:tcp]' 'command = /bin/sleep 1000' "$quick" "health = tcp:$port" 'on_unhealthy = stop' \
    'health_retries = 1' 'depends_on = web:healthy'
conf '[program:unix]' "command = $T/server unix $T/u.sock" "$quick" "health = unix:$T/u.sock"
conf '[program:never]' 'command = /bin/sleep 1000' "$quick" 'health = exec:/no/such/probe' \
    'on_unhealthy = none' 'health_start_period = 100ms' 'health_retries = 1'
conf '[program:plain]' 'command = /bin/sleep 1000' 'startsecs = 0'
up
ctl events -f PROCESS_HEALTH >health.events &
events() { await health.events "$@" >/dev/null; }
state() { eventually sh -c "$CTL -c supd.conf why $1 | grep -q \"$2\""; }
# before the first success
entered web RUNNING
like "$(ctl status after)" 'STARTING +waits for web to be healthy \(it is RUNNING\)' 'RUNNING is not healthy'
like "$(ctl status --json web)" '"health": ?"starting"' 'it is said in JSON'
echo go >web.gate
saw after STARTING RUNNING
logged 'healthy: web, [0-9]+ ms after it was ready'
like "$(cat web.seen)" '^GET /alive HTTP/1.0' 'by HTTP'
like "$(ctl why web)" '^it is healthy, looked at .* ago' 'why says it'
unlike "$(ctl status --json plain)" health 'nothing of who has no probe'
for p in unix exec; do logged "healthy: $p"; done
state tcp '^it is healthy'
pass 'tcp: somebody accepts'
logged 'WARN never is unhealthy: .*no/such/probe'
like "$(ctl status never)" RUNNING 'on_unhealthy=none: it runs on'
n=$(wc -l <looks)
ok 'again and again' await looks looked $((n + 3))

# exec: failures, and the way back
echo 'disk is full' >verdict
logged "WARN exec is unhealthy: exit status 1: disk is full \\(3 times in a row\\)\$"
ok 'an event for it' events 'PROCESS_HEALTH_UNHEALTHY processname:exec'
like "$(ctl why exec)" '^it is unhealthy, .*failed in a row: exit status 1: disk is full' 'why says why'
: >verdict
logged 'healthy: exec' 2
last_event() { grep processname:exec health.events | tail -n 1 | grep -q 'PROCESS_HEALTH_HEALTHY processname:exec groupname:exec pid:'; }
ok 'and an event' eventually last_event

# a restart
echo 500 >web.status
logged "WARN web is unhealthy: http://127.0.0.1:$port/alive: status 500 \\(2 times in a row\\): it is started again"
saw web STOPPING STOPPED STARTING RUNNING
like "$(ctl why web)" 'was unhealthy: 2 probes failed in a row \(health\)' 'why says what for'
saw after STOPPING STOPPED STARTING
like "$(ctl status after)" 'waits for web to be healthy' 'a loss for who needs it healthy'
echo 200 >web.status
logged 'tcp is unhealthy: .*: it is stopped'
saw tcp STARTING RUNNING STOPPING STOPPED
echo go >web.gate
saw after RUNNING
# one that hangs
ctl update >/dev/null
conf '[program:web]' 'health_timeout = 200ms'
ctl update >/dev/null
echo hang >web.status
logged 'web is unhealthy: took longer than 0.2 s'
ctl stop web >/dev/null
is "$(ctl status --json web | grep -o '"health": *"[a-z]*"')" '"health":""' 'nobody looks after who does not run'

# across a crash
kill -SEGV "$MAIN"
state exec '^it is healthy'
pass 'looked after again after a crash'
: >looks
await looks looked 2 >/dev/null
down
done_testing
