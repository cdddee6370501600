#!/bin/sh
# memory_max and pids_max of all processes of a program, where the kernel's cgroup v2 can.
. t/lib.sh
skip_unless_supd 'supervisord knows no cgroups'
skip_unless_pid1
case $SUPD_BIN in */asan/*) skip_all 'a sanitizer needs more memory' ;; esac
name=supd-t-${T##*.}
unshare -m sh -c "mount -t cgroup2 none /sys/fs/cgroup && mkdir /sys/fs/cgroup/$name &&
    grep -q memory /sys/fs/cgroup/$name/cgroup.controllers &&
    grep -q pids /sys/fs/cgroup/$name/cgroup.controllers" 2>/dev/null || {
	unshare -m sh -c "mount -t cgroup2 none /sys/fs/cgroup && rmdir /sys/fs/cgroup/$name" 2>/dev/null
	skip_all 'needs cgroup v2 with the controllers memory and pids'
}
script boxed <<END
#!/bin/sh
mount -t cgroup2 none /sys/fs/cgroup && echo 0 >/sys/fs/cgroup/$name/cgroup.procs && exec "\$@"
END
conf '[program:hog]' "command = perl -e '\$x = \"a\" x 200_000_000; sleep 1000'" 'startsecs = 0' 'autorestart = false' \
    'memory_max = 20MB' 'autostart = false'
conf '[program:few]' 'command = /bin/sleep 1000' 'startsecs = 0' 'pids_max = 7' 'memory_high = 30MB'
as_pid1 "$T/boxed"
up_quiet
await supd.log 'success: few entered RUNNING' >/dev/null
# of FILE: what the cgroup of few has in it
of() { inside sh -c "cat /sys/fs/cgroup\$(sed -n 's/^0:://p' /proc/$(ctl pid few)/cgroup)/$1"; }
is "$(of pids.max) $(of memory.high) $(of memory.max)" '7 31457280 max' 'limits of its cgroup'
sed -i 's/^pids_max = 7/pids_max = 9/' supd.conf
few=$(ctl pid few)
ctl update >/dev/null
is "$(of pids.max) $(ctl pid few)" "9 $few" 'a change takes effect on the running process'
kill -SEGV "$MAIN"
await stderr 'SEGV|[Ss]egmentation' >/dev/null
eventually sh -c "$CTL -c supd.conf pid few | grep -q ."
sed -i 's/^pids_max = 9/pids_max = 11/' supd.conf
ctl update >/dev/null
is "$(of pids.max) $(ctl pid few)" "11 $few" 'and so it does after a crash'
if [ "$(wc -l </proc/swaps)" -gt 1 ]; then
	skip 'it would be swapped out' 2
else
	ctl start hog >/dev/null
	logged 'exited: hog .terminated by SIGKILL, out of memory: its memory_max is reached; not expected'
	like "$(ctl why hog)" 'because it needed more than memory_max' 'why'
fi
down
unshare -m sh -c "mount -t cgroup2 none /sys/fs/cgroup
find /sys/fs/cgroup/$name -mindepth 1 -type d
rmdir /sys/fs/cgroup/$name 2>&1" >left
is "$(cat left)" '' 'no cgroup is left'
done_testing
