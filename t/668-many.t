#!/bin/sh
# 5,000 programs are started, listed, one of them restarted, and stopped.
. t/lib.sh
skip_unless_supd 'supervisord takes minutes'
n=5000
# Three each: a pipe for its output, and its standard input.
[ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -ge $((n * 3 + 500)) ] ||
    ulimit -n $((n * 3 + 500)) 2>/dev/null || skip_all "needs $((n * 3 + 500)) descriptors"
[ "$(cat /proc/sys/kernel/pid_max)" -gt $((n + 10000)) ] || skip_all 'needs more pids'
conf '[program:p]' 'command = /bin/sleep 1000' 'process_name = p%(process_num)04d' "numprocs = $n" \
    'startsecs = 0' 'autostart = false' 'stdout_logfile = NONE' 'redirect_stderr = true'
up_quiet
running() { ctl status 'p:*' | grep -c RUNNING; }
is "$(ctl start 'p:*' | grep -c ': started')" $n 'start'
is "$(running)" $n 'status'
is "$(ctl restart p:p2500)" 'p:p2500: stopped
p:p2500: started' 'one of them'
pids=$(ctl status 'p:*' | sed -n 's/.*pid \([0-9]*\),.*/\1/p')
is "$(echo "$pids" | sort -u | wc -l)" $n 'each is a process of its own'
is "$(ctl stop 'p:*' | grep -c ': stopped')" $n 'stop'
is "$(running)" 0 'status'
alive() { for pid in $pids; do [ ! -d "/proc/$pid" ] || echo "$pid"; done | wc -l; }
is "$(alive)" 0 'nothing is left of them'
down
done_testing
