#!/bin/sh
# A child has a process group of its own in the session of the supervisor, default signals, nothing blocked.
. t/lib.sh
conf '[program:x]' 'command = /bin/cat /proc/self/status' "stdout_logfile = $T/status" 'startsecs = 0' 'autorestart = false'
conf '[program:sh]' 'command = /bin/sleep 1000' 'startsecs = 0'
up
entered x EXITED
await status SigCgt >/dev/null
v() { sed -n "s/^$1:[[:space:]]*//p" status; }
is "$(v SigBlk)" 0000000000000000 'no signal is blocked'
if ours; then
	is "$(v SigIgn)" 0000000000000000 'none is ignored'
else
	is "$(v SigIgn)" 0000000001001000 'SIGPIPE and SIGXFSZ are ignored (known quirk)'
fi
entered sh RUNNING
pid=$(ctl pid sh)
is "$(ps -o pgid= -p "$pid" | tr -d ' ')" "$pid" 'it leads its process group'
is "$(ps -o sid= -p "$pid")" "$(ps -o sid= -p "$SUP")" 'the session is that of the supervisor'
is "$(ps -o ni= -p "$pid")" "$(ps -o ni= -p "$SUP")" 'nice value unchanged'
down
done_testing
