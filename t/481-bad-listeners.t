#!/bin/sh
# A listener that breaks the protocol, hangs, floods or rejects hurts only itself.
. t/lib.sh
conf '[supervisord]' 'loglevel = debug'
prio=-20
# listener NAME: its program is standard input, in Perl
listener() {
	prio=$((prio + 1))
	cat >"$1.pl"
	conf "[eventlistener:$1]" "command = perl $T/$1.pl" 'events = PROCESS_STATE_STOPPED' \
	    "priority = $prio" 'startsecs = 0' 'buffer_size = 3' 'autorestart = unexpected'
}
# every listener says so in a file of its own when it has come to its point
say='$| = 1; sub at { open my $f, ">>", "'$T'/at.$_[0]"; print $f "$_[1]\n"; close $f }
sub event { my $h = <STDIN>; my ($n) = $h =~ /len:(\d+)/; my ($s) = $h =~ / serial:(\d+)/;
    read STDIN, my $p, $n; return $s }'
listener good <<E
$say while (1) { print "READY\n"; at("good", event()); print "RESULT 2\nOK" }
E
listener garbage <<E
$say print "hello, world\n"; sleep 1000
E
listener eager <<E
$say print "READY\nREADY\n"; sleep 1000
E
listener badresult <<E
$say print "READY\n"; event(); print "RESULT many\nOKREADY\n"; sleep 1000
E
listener mute <<E
sleep 1000
E
listener hang <<E
$say print "READY\n"; at("hang", event()); sleep 1000
E
listener closed <<E
$say close STDIN; print "READY\n"; sleep 1000
E
# (supervisord copies all that it says to the log of this level)
ours && listener flood <<E
$say my \$x = "x" x 65536; at("flood", "on"); print \$x while 1
E
listener rejects <<E
$say my \$n = 0; while (1) { print "READY\n"; at("rejects", event()); print ++\$n > 5 ? "RESULT 2\nOK" : "RESULT 4\nFAIL" }
E
listener bytes <<E
$say for my \$c (split //, "READY\n") { syswrite STDOUT, \$c; select undef, undef, undef, 0.01 }
event(); for my \$c (split //, "RESULT 2\nOKREADY\n") { syswrite STDOUT, \$c; select undef, undef, undef, 0.01 }
at("bytes", event()); sleep 1000
E
ours && conf '[eventlistener:flood]' 'stdout_logfile = NONE' 'stderr_logfile = NONE'
conf '[program:a]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autostart = false'
up_quiet
ours && await at.flood on >/dev/null
logged 'garbage: has entered the UNKNOWN state and will no longer receive events, this usually indicates the process violated the eventlistener protocol'
logged 'eager: has entered the UNKNOWN state'
logged 'eager: READY -> UNKNOWN'
ours && logged 'flood: has entered the UNKNOWN state'
logged 'closed: ACKNOWLEDGED -> READY'
logged 'bytes: ACKNOWLEDGED -> READY'
stop() { ctl start a >/dev/null; ctl stop a >/dev/null; }
stop
await at.good '^0$' >/dev/null
logged "badresult: bad result line: 'RESULT many'"
logged 'badresult: has entered the UNKNOWN state'
logged 'badresult: BUSY -> UNKNOWN'
logged 'rebuffering event 0 for pool badresult'
await at.hang '^0$' >/dev/null
logged 'epipe occurred while sending event 0 to listener closed, listener state unchanged'
await at.rejects '^0$' 6 >/dev/null
is "$(cat at.rejects | tr '\n' ' ')" '0 0 0 0 0 0 ' 'an event is sent until it is taken'
logged 'bytes: event was processed'
stop; stop; stop; stop
await at.good '^4$' >/dev/null
is "$(tr '\n' ' ' <at.good)" '0 1 2 3 4 ' 'the good one gets them all'
await at.rejects '^4$' >/dev/null
is "$(tail -n 4 at.rejects | tr '\n' ' ')" '1 2 3 4 ' 'and so does who has stopped rejecting'
# of those that come while it is busy its buffer keeps the newest: one behind the first
like "$(await at.bytes '^[1-4]$')" '^[1-4]$' 'byte by byte is fine'
logged 'pool mute event buffer overflowed, discarding event 0'
logged 'pool mute event buffer overflowed, discarding event 1'
logged 'pool hang event buffer overflowed, discarding event 1'
ours && ok 'they are counted' sh -c "$CTL -c supd.conf metrics --json | grep -Eq '\"events_dropped\":([3-9]|[0-9]{2})'"
is "$(grep -c 'pool good event buffer' supd.log)" 0 'no event of the good one is lost'
is "$(ctl status | awk '{ print $2 }' | sort -u | tr '\n' ' ')" 'RUNNING STOPPED ' \
    'all of them run'

if ours; then
	# who floods does so at the speed at which it is heard, and we have time for others
	t0=$(awk '{ print $14 + $15 }' /proc/$MAIN/stat)
	n0=$(cat "/proc/$(ctl pid flood)/io" | awk '/wchar/ { print $2 }')
	perl -e 'select undef, undef, undef, 2'	# a stretch of time is what is measured
	t1=$(awk '{ print $14 + $15 }' /proc/$MAIN/stat)
	n1=$(cat "/proc/$(ctl pid flood)/io" | awk '/wchar/ { print $2 }')
	ok "a flood of $((($n1 - $n0) / 1048576)) MB costs us $((t1 - t0)) of 200 ticks" test $((t1 - t0)) -lt 100
	like "$(ctl why hang)" 'it works on an event \(BUSY\)' 'why: what it does'
	like "$(ctl why mute)" 'its pool mute: 3 of at most 3 events wait, 2 were dropped' \
	    'why: what was dropped'
	like "$(ctl why garbage)" 'it broke the protocol of event listeners' 'why: why it gets none'
fi
# a new start is a new chance
pid=$(ctl pid hang)
kill -KILL "$pid"
logged "rebuffering event 0 for pool hang \(buf size=3, max=3\)"
logged 'pool hang event buffer overflowed, discarding event 2'
await at.hang '^0$' 2 >/dev/null
is "$(tr '\n' ' ' <at.hang)" '0 0 ' 'the event of a killed one comes first'
down
done_testing
