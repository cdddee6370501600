#!/bin/sh
# startsecs decides when a start has succeeded, and what an early end means.
. t/lib.sh
conf '[program:at_once]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:later]' 'command = /bin/sleep 1000' 'startsecs = 2'
conf '[program:oneshot]' 'command = /bin/true' 'startsecs = 0'
conf '[program:early]' 'command = /bin/true' 'startsecs = 5' 'startretries = 0'
up
saw at_once STARTING RUNNING
saw oneshot STARTING RUNNING EXITED
# exit status 0 does not help a process that did not stay up
saw early STARTING BACKOFF FATAL
like "$(ctl status early)" 'FATAL +Exited too quickly \(process log may have details\)$' 'status gives the reason'
saw later STARTING RUNNING

# Whole seconds of a line of the events file, for a difference.
at() { grep -E "$1" events | sed -n 's/^[-0-9]* \([0-9:]*\),\([0-9]*\) .*/\1 \2/p' | head -n 1 |
    awk -F '[: ]' '{ print ($1 * 3600 + $2 * 60 + $3) * 1000 + $4 }'; }
took=$(( $(at 'RUNNING processname:later') - $(at 'STARTING processname:later') ))
ok "RUNNING after 2 to 4 seconds (took $took ms)" test "$took" -ge 1990 -a "$took" -lt $((2000 + 2000 * SLOW))
logged 'WARN exited: early \(exit status 0; not expected\)$'
logged 'INFO exited: oneshot \(exit status 0; expected\)$'
logged 'INFO gave up: early entered FATAL state, too many start retries too quickly$'
down
done_testing
