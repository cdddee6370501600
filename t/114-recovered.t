#!/bin/sh
# A program that starts after failures is RUNNING like any other, and failures are counted anew later.
. t/lib.sh
script prog <<'END'
#!/bin/sh
[ -e "$1" ] || exit 1
exec sleep 1000
END
conf '[program:p]' "command = $T/prog $T/go" 'startsecs = 2' 'startretries = 3' 'autorestart = true'
up
saw p STARTING BACKOFF STARTING BACKOFF
: >go
saw p STARTING RUNNING
rm go
kill -KILL "$(ctl pid p)"
saw p EXITED STARTING BACKOFF STARTING BACKOFF
: >go
saw p STARTING RUNNING
is "$(sed -n 's/.*PROCESS_STATE_\([A-Z]*\) processname:p .* tries:\(.*\)/\1 \2/p' events)" 'STARTING 0
BACKOFF 1
STARTING 1
BACKOFF 2
STARTING 2
STARTING 0
BACKOFF 1
STARTING 1
BACKOFF 2
STARTING 2' 'tries begins at 0 again'
down
done_testing
