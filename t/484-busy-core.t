#!/bin/sh
# Events of output never slow down a log: while nobody takes them they are dropped, and counted.
. t/lib.sh
skip_unless_supd 'an own promise'
mb=30
conf '[program:much]' 'autostart = false' 'autorestart = false' 'startsecs = 0' 'stdout_events_enabled = true' \
    "command = perl -e 'my \$l = (qq(y) x 99) . qq(\\\\n); print \$l x 10000 for 1 .. $mb'" \
    "stdout_logfile = $T/much.log" 'stdout_logfile_maxbytes = 0'
conf '[program:waits]' 'command = /bin/cat' 'startsecs = 0' "stdout_logfile = $T/waits.log" 'stdout_events_enabled = true'
up_quiet
behind stream $CTL -c supd.conf events -f PROCESS_LOG
stream=$BG
await supd.log 'success: waits' >/dev/null
# the stream is there when it has told something
eventually sh -c "echo x >/proc/$(ctl pid waits)/fd/1; grep -q channel stream"
ctl start much >/dev/null
pid=$(ctl pid much)
kill -STOP "$MAIN"
size() { [ "$(stat -c %s "$T/much.log")" -ge $((mb * 1000000)) ]; }
ok "the core stands still, $mb MB are logged" eventually size
kill -CONT "$MAIN"
logged 'much stdout: [0-9]+ events with its output were dropped: the supervisor was busy'
lost=$(ctl log-stats --json much | perl -MJSON::PP -e 'local $/; print $_->{events_lost}, $_->{in_bytes} == $_->{written_bytes} ? " all written" : " not" for grep { $_->{channel} eq "stdout" } @{decode_json(<STDIN>)}')
like "$lost" '^[1-9][0-9]* all written$' 'counted, and every byte is in the log'
ok 'and then they come again' sh -c "echo again >/proc/$(ctl pid waits)/fd/1; perl $TOOL/await.pl line 20 $SUP stream 'channel:stdout.*again' 1"
kill -INT $stream
down
done_testing
