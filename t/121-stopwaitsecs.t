#!/bin/sh
# A process that does not heed its stop signal is killed after stopwaitsecs.
. t/lib.sh
script deaf <<'END'
#!/bin/sh
trap '' TERM
echo up >"$1.up"
while :; do sleep 1000 & wait; done
END
conf '[program:deaf]' "command = $T/deaf $T/deaf" 'stopwaitsecs = 2' 'startsecs = 0' \
    'killasgroup = true'
up
await deaf.up up >/dev/null
entered deaf RUNNING
pid=$(ctl pid deaf)
begin=$(date +%s%3N)
is "$(ctl stop deaf)" 'deaf: stopped' 'stop answers when it is over'
took=$(( $(date +%s%3N) - begin ))
ok "after 2 to 4.5 seconds (took $took ms)" test "$took" -ge 1950 -a "$took" -lt $((2000 + 2500 * SLOW))
ok 'the process is gone' gone "$pid" 1
logged "WARN killing 'deaf' \\($pid\\) with SIGKILL\$"
logged 'WARN stopped: deaf \(terminated by SIGKILL\)$'
saw deaf STOPPING STOPPED
down
done_testing
