#!/bin/sh
# Where a sandbox or an old kernel refuses a system call, supd does without it.
#
# Each case is one supervisor with one call refused (t/tool/deny.c, by seccomp): it starts
# a program, logs its output, answers the client, starts the program again when it is
# killed, stops it, and ends with 0.
. t/lib.sh
skip_unless_supd 'supervisord has an interpreter between itself and the kernel'
case $SUPD_BIN in
*/asan/*) skip_all 'the sanitizers need these calls themselves' ;;
*/system/*) skip_all 'the C library of the system needs some of these calls itself' ;;
esac
need gcc
gcc -O1 -o deny "$TOOL/deny.c" 2>gcc.err || skip_all "no filter: $(head -n 1 gcc.err)"
./deny EPERM getrandom /bin/true 2>/dev/null || skip_all 'the kernel has no seccomp filters'
script talker <<'END'
#!/bin/sh
echo it talks
exec /bin/sleep 1000
END
conf '[program:x]' "command = $T/talker" 'startsecs = 0' "stdout_logfile = $T/x.log"

ask() { timeout "$DEADLINE" "$CTL" -c supd.conf "$@"; }

# live: what went well, in order, and the exit status
live() {
	up_quiet
	await x.log talks >/dev/null && printf 'output '
	[ "$(ask signal KILL x)" = 'x: signalled' ] && printf 'client '
	await x.log talks 2 >/dev/null && printf 'restart '
	[ "$(ask stop x)" = 'x: stopped' ] && printf 'stop '
	kill -TERM "$MAIN"
	gone "$SUP" || kill -KILL "$MAIN"
	wait "$SUP"
	echo $?
	SUP=
}

# refuse ERRNO NAMES WHAT
refuse() {
	rm -f x.log
	LAUNCH="$PRE $T/deny $1 $2"
	live >lived
	is "$(cat lived)" 'output client restart stop 0' "$3"
}

# What there is no way around: every program of ours needs these two to get its
# descriptors and to be signalled as a group.
PRE=
needed='chmod|dup3|setpgid'
names=$(./deny | grep -Exv "$needed")
for no in ENOSYS EPERM; do
	for name in $names; do
		case $no-$name in
		# the C library has older calls behind ENOSYS, and only there
		EPERM-pipe2 | EPERM-epoll_pwait) continue ;;
		esac
		refuse $no "$name" "$no from $name"
	done
done
# libev looks for ENOSYS only
all=$(echo "$names" | grep -Exv 'pipe2|epoll_pwait' | paste -s -d ,)
refuse ENOSYS "$(echo "$names" | paste -s -d ,)" 'ENOSYS from all of them, as on a very old kernel'
refuse EPERM "$all" 'EPERM from all that can be spared, as in a tight sandbox'
if [ "$(id -u)" = 0 ] && unshare --pid --fork --mount-proc true 2>/dev/null; then
	as_pid1
	PRE=$LAUNCH
	for no in ENOSYS EPERM; do
		refuse $no "$all" "$no as PID 1"
	done
fi

# --- what it cannot do without: it says so

LAUNCH=
says() {
	./deny "$@" "$SUPD" -c supd.conf >stdout 2>stderr </dev/null &
	SUP=$!
}
for case in EPERM:pipe2 EPERM:chmod ENOSYS:chmod; do
	./deny EPERM "${case#*:}" /bin/true 2>/dev/null || continue	# not on this machine
	says "${case%:*}" "${case#*:}"
	ended 2 "$case: exit status"
	like "$(cat stderr)" 'Error: .*(not permitted|not implemented)' "$case: one line says why"
done
says EPERM epoll_pwait		# libev aborts: a crash on the way into the loop
ok 'EPERM:epoll_pwait: recovers from the crash once, then gives up' await stderr 'a second time, giving up'
unlike "$(cat stderr)" 'already listening' 'and its own socket was not in its way'
gone "$SUP" || kill -KILL "$SUP"
SUP=
for case in EPERM:dup3 ENOSYS:setpgid; do
	says "${case%:*}" "${case#*:}"
	ok "$case: one line says why" await stderr "couldn't prepare child: ${case%:*}"
	MAIN=$SUP
	down
done
done_testing
