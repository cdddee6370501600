#!/bin/sh
# At the end socket and pid file are removed, and every child is dead or named: also when one of them
# is in a sleep that SIGKILL does not end.
. t/lib.sh
skip_unless_supd 'supervisord waits for ever'
skip_unless_root
name=supd-t-${T##*.}
# A frozen cgroup of version 1 holds its processes like a broken disk: even SIGKILL has to wait.
frozen=$T/freezer/$name
mkdir freezer
unshare -m true && mount -t cgroup -o freezer none "$T/freezer" 2>/dev/null && mkdir "$frozen" 2>/dev/null ||
    { umount "$T/freezer" 2>/dev/null; skip_all 'needs the freezer of cgroup v1'; }
thaw() { echo THAWED >"$frozen/freezer.state"; }
leave() {
	thaw
	for _ in 1 2 3 4 5 6 7 8 9 10; do rmdir "$frozen" 2>/dev/null && break; gone "$stuck" 1; done
	umount "$T/freezer"
}
conf '[program:stuck]' 'command = /bin/sleep 1000' 'startsecs = 0' 'stopwaitsecs = 1'
conf '[program:other]' 'command = /bin/sh -c "sleep 1000 & wait"' 'startsecs = 0' 'stopwaitsecs = 1'
conf '[program:last]' 'command = /bin/sleep 1000' 'startsecs = 0' 'priority = 1'
conf '[supd]' 'stop_budget = 4'
up_quiet
for p in stuck other last; do await supd.log "success: $p" >/dev/null; done
stuck=$(ctl pid stuck) other=$(ctl pid other) last=$(ctl pid last)
echo "$stuck" >"$frozen/cgroup.procs"
echo FROZEN >"$frozen/freezer.state"
logger=$(ctl pid supd:logger)
is "$(ctl restart other)" 'other: stopped
other: started' 'one that hangs holds up no other'
ctl stop stuck >stop.out 2>&1 &
logged "killing .stuck. \($stuck\) with SIGKILL"
like "$(ctl status stuck)" STOPPING 'SIGKILL does not help'
begin=$(date +%s)
kill -TERM "$SUP"
ended 0 'the exit does not wait for ever'
within 15 "$begin" 'but for its budget'
logged 'waiting for .*stuck.* to die'
logged "giving up on .stuck. \($stuck\), which SIGKILL does not end"
for pid in "$other" "$last" "$logger"; do ok 'the others are dead' gone "$pid" 1; done
ok 'the socket is removed' test ! -e sock
ok 'the pid file is removed' test ! -e pid
programs() {
	for _pid in $(leftovers); do
		! grep -qsaz '^SUPERVISOR_ENABLED=' "/proc/$_pid/environ" || echo "$_pid"
	done
}
is "$(programs)" "$stuck" 'nothing else is left'
leave
ok 'what was killed dies as soon as it can' gone "$stuck"
done_testing
