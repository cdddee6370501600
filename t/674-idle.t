#!/bin/sh
# Where nothing happens nothing wakes up: neither core nor logger runs once in five seconds.
. t/lib.sh
skip_unless_supd 'supervisord wakes up each second'
conf '[program:x]' 'command = /bin/sleep 1000' 'process_name = x%(process_num)d' 'numprocs = 50' 'startsecs = 1'
conf '[program:done]' 'command = /bin/true' 'startsecs = 0' 'autorestart = false'
conf '[program:fatal]' 'command = /bin/false' 'startretries = 0'
up_quiet
await supd.log 'success: x' 50 >/dev/null
await supd.log 'gave up: fatal' >/dev/null
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
