#!/bin/sh
# supctl why tells how a process came into its state.
. t/lib.sh
skip_unless_supd 'supervisorctl has no why'
conf '[program:bad]' 'command = /bin/sh -c "echo cannot open the shop >&2; exit 3"' 'startretries = 4'
conf '[program:gone]' 'command = /bin/sh -c "exit 7"' 'startretries = 0'
conf '[program:missing]' 'command = /no/such/file' 'startretries = 0'
conf '[program:run]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:off]' 'command = /bin/sleep 1000' 'autostart = false'
conf '[program:killed]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autorestart = false'
up
saw gone STARTING BACKOFF FATAL
saw missing STARTING BACKOFF FATAL
saw bad STARTING BACKOFF STARTING BACKOFF
why=$(ctl why bad)
like "$why" 'status 3' 'BACKOFF: how it ended'
like "$why" '2 of 5|2 of 4|2nd|attempt 2|tries 2|after 3 more|3 more' 'BACKOFF: which attempt it is'
like "$why" 'next (start|attempt)|again in|in [0-9.]+ s' 'BACKOFF: when it will be tried again'
like "$why" 'cannot open the shop' 'BACKOFF: its last words'
like "$(ctl why gone)" 'status 7' 'FATAL: how it ended'
like "$(ctl why gone)" 'FATAL' 'FATAL: so it is'
like "$(ctl why missing)" "/no/such/file" 'a file that is not there is named'
like "$(ctl why run)" 'RUNNING' 'RUNNING'
isnt "$(ctl why off)" '' 'even what was never started has a reason'
ctl stop run >/dev/null
like "$(ctl why run)" 'STOPPED' 'STOPPED'
like "$(ctl why run)" 'uid 0|operator|asked|request|person' 'by whom'
kill -KILL "$(ctl pid killed)"
saw killed STARTING RUNNING EXITED
like "$(ctl why killed)" 'SIGKILL' 'the signal of a death'
ok 'why --json is JSON' sh -c "$CTL -c supd.conf why --json bad | perl -MJSON::PP -0ne 'decode_json(\$_)'"
is "$(ctl why zz 2>&1; echo $?)" 'zz: ERROR (no such process)
1' 'an unknown name'
down
done_testing
