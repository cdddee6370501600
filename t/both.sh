# Ours and Debian's supervisord side by side on the same configuration, each in a
# directory of its own, to compare what they answer.  Source it instead of t/lib.sh.
#
#    both_conf LINE...		append to the configuration of both; %(here)s is where it is
#    both_up			start both; THEIRS and OURS are their pids
#    same NAME COMMAND...	test that it prints the same about both; inside, $SIDE is
#				theirs or ours, $DIR its directory, $URL its TCP server
#    both_down			end both
. t/lib.sh

skip_unless_supd 'compares ours with the original by itself'
need /usr/bin/supervisord /usr/bin/supervisorctl /usr/bin/python3

both_conf() {
	for _side in theirs ours; do
		printf '%s\n' "$@" >>"$T/$_side/supd.conf"
	done
}

# Two ports that nobody has.
free_ports() {
	/usr/bin/python3 -c 'import socket
a, b = socket.socket(), socket.socket()
for s in a, b:
    s.bind(("127.0.0.1", 0))
    print(s.getsockname()[1])'
}

side() {
	SIDE=$1
	DIR=$T/$1
	URL=$(cat "$DIR/url")
}

both_base() {
	for _port in $(free_ports); do
		_side=theirs
		[ ! -d "$T/theirs" ] || _side=ours
		mkdir -p "$T/$_side/log"
		echo "http://127.0.0.1:$_port" >"$T/$_side/url"
		printf '%s\n' '[inet_http_server]' "port = 127.0.0.1:$_port" >"$T/$_side/supd.conf"
	done
	both_conf '[supervisord]' 'logfile = %(here)s/supd.log' 'pidfile = %(here)s/pid' \
	    'childlogdir = %(here)s/log' "user = $(id -un)" \
	    '[unix_http_server]' 'file = %(here)s/sock' \
	    '[rpcinterface:supervisor]' \
	    'supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface' \
	    '[supervisorctl]' 'serverurl = unix://%(here)s/sock'
}

both_up() {
	: >"$T/theirs/supd.log"
	: >"$T/ours/supd.log"
	/usr/bin/supervisord -n -c "$T/theirs/supd.conf" >"$T/theirs/out" 2>&1 </dev/null &
	THEIRS=$!
	$SUPD -n -c "$T/ours/supd.conf" >"$T/ours/out" 2>&1 </dev/null &
	OURS=$!
	for _side in theirs ours; do
		await "$T/$_side/supd.log" 'supervisord started with pid' >/dev/null && continue
		fail "$_side starts"
		diag "$(cat "$T/$_side/out")"
		done_testing
	done
}

both_down() {
	kill -TERM $THEIRS $OURS
	ok 'both end' gone $THEIRS $((3 * DEADLINE))
	gone $OURS $((3 * DEADLINE))
	wait $OURS
	is $? 0 'ours without complaint'
}

# What differs by nature, made equal.
both_mask() {
	sed -E -e "s#$DIR#DIR#g" -e "s#$URL#URL#g" -e 's/---supervisor-[a-z0-9_]{8}\.log/---AUTO.log/g' \
	    -e "s/('(start|stop|now)'): [1-9][0-9]*/\1: TIME/g" -e "s/'pid': [1-9][0-9]*/'pid': PID/g" \
	    -e 's/pid [0-9]+, uptime [0-9]+:[0-9:]+/pid N, uptime TIME/g' \
	    -e "s/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:,]{12}/STAMP/g" -e "s/with pid [0-9]+/with pid N/g" \
	    -e 's/[A-Z][a-z]{2} [0-9]{2} [0-9]{2}:[0-9]{2} [AP]M/DATE/g'
}

same() {
	_name=$1
	shift
	cat >"$T/.stdin"
	side theirs
	"$@" <"$T/.stdin" 2>&1 | both_mask >"$T/.theirs"
	side ours
	"$@" <"$T/.stdin" 2>&1 | both_mask >"$T/.ours"
	if cmp -s "$T/.theirs" "$T/.ours"; then
		pass "$_name"
	else
		fail "$_name"
		diag "$(diff -U 0 --label theirs "$T/.theirs" --label ours "$T/.ours" |
		    sed '/^@@/d' | cut -c 1-2000)"
	fi
}

both_base
