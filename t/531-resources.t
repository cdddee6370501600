#!/bin/sh
# Limits, priorities, processors and rights of a program; a kill for want of memory is told from others.
. t/lib.sh
skip_unless_supd 'supervisord has no such keys'
script show <<'END'
#!/bin/sh
cat /proc/self/limits >"$1.limits"
cat /proc/self/status /proc/self/oom_score_adj >"$1.tmp"
awk '{ print "nice " $19 }' /proc/self/stat >>"$1.tmp"
mv "$1.tmp" "$1"
exec sleep 1000
END
chmod 777 "$T"
root=
[ "$(id -u)" != 0 ] || root=1
conf '[program:limits]' "command = $T/show $T/limits" 'startsecs = 0' 'limit_nofile = 100:200' 'limit_core = 0' \
    'limit_fsize = 1MB:2MB' 'limit_stack = 4MB' 'limit_nproc = 2000' 'limit_cpu = 1000:2000' 'limit_as = 16GB' \
    'limit_data = 8GB' 'limit_memlock = 4KB' 'limit_msgqueue = 4096' 'limit_sigpending = 50' 'limit_rtprio = 0' \
    'limit_nice = 0' 'limit_rss = infinity' 'limit_locks = unlimited' 'limit_rttime = 100000'
conf '[program:attrs]' "command = $T/show $T/attrs" 'startsecs = 0' 'nice = 7' 'oom_score_adj = 500' \
    'cpu_affinity = 0,63-70' 'no_new_privs = true' 'ionice = idle'
conf '[program:fails]' 'command = /bin/true' 'autostart = false' 'startretries = 0' 'cpu_affinity = 1000'
conf '[program:capped]' 'command = /bin/sleep 1000' 'autostart = false' 'memory_max = 20MB' 'cpu_max = 0.5' 'startsecs = 0'
[ -z "$root" ] || conf '[program:caps]' "command = $T/show $T/caps" 'startsecs = 0' 'user = nobody' \
    'capabilities = CAP_NET_BIND_SERVICE,kill' '[program:nocaps]' "command = $T/show $T/nocaps" 'startsecs = 0' 'capabilities = none'
up
entered limits RUNNING
entered attrs RUNNING
eventually test -e limits -a -e attrs
limit() { sed -n "s/^$1  *\([^ ]*\)  *\([^ ]*\).*/\1 \2/p" limits.limits; }
is "$(limit 'Max open files')" '100 200' limit_nofile
is "$(limit 'Max core file size')" '0 0' limit_core
is "$(limit 'Max file size')" '1048576 2097152' limit_fsize
is "$(limit 'Max stack size')" '4194304 4194304' limit_stack
is "$(limit 'Max processes')" '2000 2000' limit_nproc
is "$(limit 'Max cpu time')" '1000 2000' limit_cpu
is "$(limit 'Max address space')" '17179869184 17179869184' limit_as
is "$(limit 'Max data size')" '8589934592 8589934592' limit_data
is "$(limit 'Max locked memory')" '4096 4096' limit_memlock
is "$(limit 'Max msgqueue size')" '4096 4096' limit_msgqueue
is "$(limit 'Max pending signals')" '50 50' limit_sigpending
is "$(limit 'Max realtime priority') $(limit 'Max nice priority')" '0 0 0 0' 'limit_rtprio, limit_nice'
is "$(limit 'Max realtime timeout')" '100000 100000' limit_rttime
is "$(limit 'Max resident set')" 'unlimited unlimited' limit_rss
v() { sed -n "s/^$2:[[:space:]]*//p" "$1"; }
is "$(sed -n 's/^nice //p' attrs)" 7 nice
is "$(grep -x 500 attrs)" 500 oom_score_adj
is "$(v attrs Cpus_allowed_list | cut -c 1)$(v attrs Cpus_allowed_list | tr -dc ,-)" 0 'cpu_affinity: of those, the first is there'
is "$(v attrs NoNewPrivs)" 1 no_new_privs
if command -v ionice >/dev/null; then
	is "$(ionice -p "$(ctl pid attrs)")" idle ionice
else
	skip 'ionice is not installed'
fi
if [ -n "$root" ]; then
	entered caps RUNNING
	eventually test -e caps -a -e nocaps
	for set in Prm Eff Bnd Amb; do is "$(v caps Cap$set)" 0000000000000420 "capabilities: $set of a user"; done
	is "$(v caps Uid | cut -f 1)" "$(id -u nobody)" 'who is that user'
	is "$(v nocaps CapPrm) $(v nocaps CapBnd)" '0000000000000000 0000000000000000' 'none for root'
else
	skip 'needs root' 6
fi

is "$(ctl start fails)" 'fails: ERROR (spawn error)' 'what cannot be set fails the start'
logged "couldn't set cpu_affinity: Invalid argument"
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
	skip 'limits by cgroup may work here' 2
else
	ctl start capped >/dev/null
	logged 'capped: memory_max and its like have no effect: .*; it takes cgroup v2 and, '
	ctl restart capped >/dev/null
	is "$(grep -c 'have no effect' supd.log)" 1 'once'
fi
down

check() {
	printf '[supervisord]\n[program:x]\ncommand = /bin/true\n%s\n' "$1" >bad.conf
	is "$("$T/bin/supd" check -c "$T/bad.conf" 2>&1 | sed "/survivor/d; s#^$T/bad.conf:4: .program:x. ##")" "$2" "$1"
}
check 'limit_nofile = 2:1' "limit_nofile: '2:1': the soft limit is above the hard one"
check 'limit_core = much' "limit_core: 'much' is no limit: a number, perhaps with KB, MB or GB, or infinity; or two of them as soft:hard"
check 'ionice = idle:3' "ionice: 'idle:3' is none of realtime:0 to 7, best-effort:0 to 7 and idle"
check 'cpu_affinity = 3-2' "cpu_affinity: '3-2' is no processor below 1024, and no range of them like 2-3"
check 'capabilities = cap_fly' "capabilities: 'cap_fly' is no capability, such as net_bind_service; none is for an empty set"
check 'nice = 40' "nice: warning: For [program:x], nice=40 is out of bounds, 19 is used
$T/bad.conf: ok, 1 program in 1 group"
check 'limit_nofiles = 1' "limit_nofiles: warning: unknown key (did you mean 'limit_nofile'?)
$T/bad.conf: ok, 1 program in 1 group"

# A cgroup with little memory stands for a container.
own=/sys/fs/cgroup/memory$(awk -F: '$2 == "memory" { print $3 }' /proc/self/cgroup)
box=$own/supd-t-${T##*.}
if [ -z "$root" ] || [ ! -w "$own/memory.limit_in_bytes" ] || ! mkdir "$box"; then
	skip 'needs root and a memory cgroup (v1)' 5
	done_testing
fi
case $SUPD_BIN in
*/asan/*) rmdir "$box"; skip 'a sanitizer needs more memory than that' 5; done_testing ;;
esac
echo 40000000 >"$box/memory.limit_in_bytes"
conf_base
conf '[program:hog]' "command = perl -e '\$x = \"a\" x 200_000_000; sleep 1000'" 'startsecs = 0' 'autorestart = false'
conf '[program:killed]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autorestart = false'
script boxed <<END
#!/bin/sh
echo \$\$ >"$box/cgroup.procs" && exec "\$@"
END
LAUNCH=$T/boxed
rm -f .seen
up
entered hog EXITED
logged 'exited: hog .terminated by SIGKILL, out of memory; not expected'
like "$(ctl why hog)" 'it was killed by the kernel .SIGKILL., because the memory of the container or machine was used up' 'why'
like "$(grep EXITED events)" 'processname:hog .* expected:0 pid:[0-9]* oom:1$' 'the event'
kill -KILL "$(ctl pid killed)"
logged 'exited: killed .terminated by SIGKILL; not expected'
down
rmdir "$box"
done_testing
