# Black-box tests: start a supervisor in a directory of its own, watch its
# events, talk to it through the client, print TAP.  Source it from the root
# of the project:  . t/lib.sh
#
# SUPERVISOR=supd (default) tests ours; SUPERVISOR=supervisord the original,
# which is how an expectation is checked before ours is held to it.
# SUPD_BIN (or BUILD, its directory) names another build of ours.
# BY=http has the client speak HTTP to the supervisor, not to its socket.
# KEEP=1 keeps the directory.  SLOW=3 multiplies every deadline by three; by itself
# it grows with the load of the machine.
#
# Nothing here sleeps in the hope that something has happened: every wait is for
# a line in a file, the end of a process or a condition, and has a deadline.

SUPERVISOR=${SUPERVISOR:-supd}
TOOL=$PWD/t/tool

# 1, and one more for each process that waits on every processor: of the last minute or
# of now, whichever is more.
slowness() {
	awk -v n="$(nproc)" '{ split($4, now, "/"); most = now[1] > $1 ? now[1] : $1
		print 1 + int(most / n) }' /proc/loadavg 2>/dev/null || echo 1
}
SLOW=${SLOW:-$(slowness)}
DEADLINE=$((20 * SLOW))		# seconds; far more than anything needs

T=$(mktemp -d "${TMPDIR:-/tmp}/supd-t.XXXXXX") || exit 1
chmod 755 "$T"
mkdir "$T/bin" "$T/log"
export SUPD_TEST="$T"			# in the environment of all that we start

case $SUPERVISOR in
supd)
	SUPD_BIN=${SUPD_BIN:-${BUILD:-build}/supd}
	case $SUPD_BIN in /*) ;; *) SUPD_BIN=$PWD/$SUPD_BIN ;; esac
	if [ ! -x "$SUPD_BIN" ]; then
		echo "Bail out!  $SUPD_BIN is missing: run make first"
		rm -rf "$T"
		exit 1
	fi
	# root may have it where nobody else may look, and some tests are somebody else
	if [ "$(id -u)" = 0 ] && ! setpriv --reuid 12345 --clear-groups test -x "$SUPD_BIN"; then
		cp "$SUPD_BIN" "$T/bin/.supd"
	else
		ln -s "$SUPD_BIN" "$T/bin/.supd"
	fi
	for name in supd supctl supervisord supervisorctl pidproxy kato; do
		ln -s .supd "$T/bin/$name"
	done
	SUPD="$T/bin/supd"		# runs in the foreground by itself
	SUPERVISORD="$T/bin/supervisord"	# goes to the background by itself
	CTL="$T/bin/supctl"
	;;
supervisord)
	SUPD="/usr/bin/supervisord -n"
	SUPERVISORD=/usr/bin/supervisord
	CTL=/usr/bin/supervisorctl
	;;
*)
	echo "Bail out!  SUPERVISOR=$SUPERVISOR is neither supd nor supervisord"
	rm -rf "$T"
	exit 1
	;;
esac

# Where to listen for TCP: an address of this process alone.
HTTP=127.$(($$ / 62500 % 250 + 1)).$(($$ / 250 % 250)).$(($$ % 250 + 1)):29001
SUP=		# pid of what we started as the supervisor, while it runs
MAIN=		# pid of the supervisor itself: another one behind unshare
LAUNCH=		# words in front of its command, e.g. 'env -i'
NTESTS=0
NFAILED=0
cd "$T" || exit 1

# --- TAP ------------------------------------------------------------------

diag() { printf '%s\n' "$*" | sed 's/^/# /' >&2; }

pass() { NTESTS=$((NTESTS + 1)); echo "ok $NTESTS - $1"; }

fail() {
	NTESTS=$((NTESTS + 1))
	NFAILED=$((NFAILED + 1))
	echo "not ok $NTESTS - $1"
}

# is GOT WANTED NAME
is() {
	if [ "$1" = "$2" ]; then
		pass "$3"
	else
		fail "$3"
		printf '%s\n' "$2" >"$T/.want"
		printf '%s\n' "$1" >"$T/.got"
		diag "$(diff -U 100 --label wanted "$T/.want" --label got "$T/.got")"
	fi
}

# isnt GOT UNWANTED NAME
isnt() {
	if [ "$1" != "$2" ]; then pass "$3"; else fail "$3"; diag "got '$1'"; fi
}

# ok NAME COMMAND ARG...: the command succeeds; what it prints does not matter
ok() {
	_name=$1
	shift
	if "$@" >/dev/null; then pass "$_name"; else fail "$_name"; diag "failed: $*"; fi
}

# like GOT ERE NAME, unlike GOT ERE NAME: some line matches, none does
like() {
	if printf '%s\n' "$1" | grep -Eq -e "$2"; then
		pass "$3"
	else
		fail "$3"
		diag "wanted: $2
got: $1"
	fi
}

unlike() {
	if printf '%s\n' "$1" | grep -Eq -e "$2"; then
		fail "$3"
		diag "unwanted: $2
got: $1"
	else
		pass "$3"
	fi
}

skip_all() { echo "1..0 # SKIP $1"; exit 0; }

# skip REASON N: in place of N tests
skip() {
	_n=${2:-1}
	while [ "$_n" -gt 0 ]; do
		NTESTS=$((NTESTS + 1))
		echo "ok $NTESTS # skip $1"
		_n=$((_n - 1))
	done
}

done_testing() {
	echo "1..$NTESTS"
	[ "$NFAILED" -eq 0 ]
	exit
}

ours() { [ "$SUPERVISOR" = supd ]; }
skip_unless_supd() { ours || skip_all "$1"; }
skip_unless_root() { [ "$(id -u)" = 0 ] || skip_all 'needs root'; }

# The client of make CURL=0 has no http://.
skip_unless_http() {
	case $("$CTL" -s http://127.0.0.1:1 pid) in
	*'without HTTP'*) skip_all 'this client is built without HTTP' ;;
	esac
}

# need COMMAND...: skip the file when one of them is not installed
need() {
	for _cmd; do
		command -v "$_cmd" >/dev/null || skip_all "$_cmd is not installed"
	done
}

# --- configuration --------------------------------------------------------

# conf LINE...: append to the configuration
conf() { printf '%s\n' "$@" >>"$T/supd.conf"; }

# Put what every test needs in front; sections merge and the last key wins,
# so a test overrides any of it by naming it again.
conf_base() {
	: >"$T/supd.conf"
	conf '[supervisord]' "logfile = $T/supd.log" "pidfile = $T/pid" \
	    "childlogdir = $T/log" 'user = root' \
	    '[unix_http_server]' "file = $T/sock" \
	    '[rpcinterface:supervisor]' \
	    'supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface' \
	    '[supervisorctl]' "serverurl = unix://$T/sock"
	[ "$BY" != http ] || conf "serverurl = http://$HTTP" '[inet_http_server]' "port = $HTTP"
	[ "$(id -u)" = 0 ] || sed -i '/^user = root$/d' "$T/supd.conf"
}
conf_base

# script NAME: make an executable of standard input
script() { cat >"$T/$1" && chmod 755 "$T/$1"; }

# --- waiting --------------------------------------------------------------

# await FILE REGEX [COUNT]: until COUNT lines match; prints the last of them.
await() { perl "$TOOL/await.pl" line "$DEADLINE" "${SUP:-0}" "$1" "$2" "${3:-1}"; }

# gone PID [SECONDS]: until that process is no more (a zombie is no more)
gone() { perl "$TOOL/await.pl" gone "$((${2:-20} * SLOW))" "$1"; }

# within SECONDS SINCE NAME: test that so much time has not passed since (date +%s); where
# the machine is busy, by now or all along, so much more
within() {
	_took=$(($(date +%s) - $2)) _slow=$(slowness)
	[ "$_slow" -gt "$SLOW" ] || _slow=$SLOW
	ok "$3" test "$_took" -le $(($1 * _slow))
}

# eventually COMMAND ARG...: for a condition that nobody tells about; tries until it
# holds or the deadline is over.
eventually() {
	_end=$(($(date +%s) + DEADLINE))
	until "$@" 2>/dev/null; do
		[ "$(date +%s)" -lt $_end ] || return 1
		sleep 0.05
	done
}

# logged REGEX [COUNT]: test that it is or comes into the supervisor's log
logged() {
	if await "$T/supd.log" "$1" "${2:-1}" >/dev/null; then
		pass "log: $1"
	else
		fail "log: $1"
	fi
}

# saw NAME STATE...: test that NAME (name, or group:name) enters exactly these
# states next, counted from where the last saw or entered of NAME ended.
saw() {
	_name=$1
	if _got=$(perl "$TOOL/await.pl" states "$DEADLINE" "${SUP:-0}" "$T/events" \
	    "$T/.seen" "$@"); then
		shift
		pass "$_name: $*"
	else
		shift
		fail "$_name: $*"
		diag "saw: $_got"
	fi
}

# entered NAME STATE: wait until NAME has entered STATE, whatever lies between.
entered() {
	perl "$TOOL/await.pl" state "$DEADLINE" "${SUP:-0}" "$T/events" "$T/.seen" "$@" ||
	    diag "$1 did not enter $2"
}

# states NAME: all states that NAME has entered till now, on one line
states() { perl "$TOOL/await.pl" history "$T/events" "$1"; }

# --- the supervisor -------------------------------------------------------

ctl() { $CTL -c "$T/supd.conf" "$@"; }
kato() { "$T/bin/kato" -c "$T/supd.conf" "$@"; }

# behind FILE COMMAND...: run it in the background with its output in FILE; BG is its
# pid.  Unlike a plain & it can be interrupted and reads our standard input.
behind() {
	_out=$1
	shift
	perl -e '$SIG{INT} = $SIG{QUIT} = "DEFAULT"; exec @ARGV or die "@ARGV: $!\n"' "$@" \
	    <"${BGIN:-/dev/null}" >"$_out" 2>&1 &
	BG=$!
}

# up [ARG...]: start the supervisor in the foreground and its events into
# $T/events, from the first on; returns when it serves.
#
# Ours tells events to who has subscribed, so it begins without the programs and
# gets them by an update once the subscription is seen to work.
up() {
	if ours; then
		mv supd.conf whole.conf
		awk '/^\[/ { skip = /^\[(program|group|eventlistener|fcgi-program|role|rolegroup|service):/ } !skip' \
		    whole.conf >supd.conf
		conf '[program:t_sync]' 'command = /bin/true' 'autostart = false' \
		    'startsecs = 0' 'autorestart = false'
		up_quiet "$@"
		: >.sync
		ctl events -f PROCESS_STATE PROCESS_GROUP SUPERVISOR_STATE_CHANGE 2>events.err |
		    perl -ne 'BEGIN { $| = 1; open S, ">>.sync"; S->autoflush(1) }
			/t_sync/ ? print S : print' >events &
		for _try in 1 2 3 4 5 6 7 8 9 10; do
			ctl start t_sync >/dev/null
			DEADLINE=$SLOW await .sync t_sync >/dev/null && break
		done
		mv whole.conf supd.conf
		ctl update >update.out 2>&1 && [ -s .sync ] || {
			fail 'events and programs'
			diag "$(cat update.out events.err)"
			done_testing
		}
	else
		conf '[eventlistener:t_events]' "command = perl $TOOL/listener.pl $T/events" \
		    'events = PROCESS_STATE,SUPERVISOR_STATE_CHANGE,PROCESS_GROUP' \
		    'buffer_size = 100000' 'startsecs = 0' 'priority = -1' 'stopwaitsecs = 2'
		up_quiet "$@"
		await events SUPERVISOR_STATE_CHANGE_RUNNING >/dev/null || diag 'no events'
	fi
}

# up_quiet [ARG...]: the same without events; nothing but the programs of the
# test appears in lists.
up_quiet() {
	: >"$T/supd.log"
	$LAUNCH $SUPD -c "$T/supd.conf" "$@" >"$T/stdout" 2>"$T/stderr" </dev/null &
	SUP=$!
	started
}

# Wait until it says that it serves; without that the rest is pointless.
started() {
	if ! await "$T/supd.log" 'supervisord started with pid' >/dev/null; then
		fail 'the supervisor starts'
		diag "$(cat "$T/stdout")"
		done_testing
	fi
	MAIN=$SUP
	case $LAUNCH in
	*unshare*--fork*) MAIN=$(tr -d ' ' <"/proc/$SUP/task/$SUP/children") ;;
	esac
}

# as_pid1 [WORDS...]: have it started as PID 1 of a PID namespace, with its own /proc.
as_pid1() { LAUNCH="unshare --pid --fork --kill-child --mount-proc $*"; }

# inside COMMAND ARG...: run in the namespaces of the supervisor
inside() { nsenter -t "$MAIN" -p -m -- "$@"; }

skip_unless_pid1() {
	skip_unless_root
	unshare --pid --fork --mount-proc true 2>/dev/null || skip_all 'needs PID namespaces'
}

# down [STATUS]: orderly stop; test the exit status (0 unless told)
down() {
	kill -TERM "$MAIN"
	ended "${1:-0}" 'SIGTERM ends the supervisor'
}

# ended STATUS NAME: test that the supervisor ends by itself with that status
ended() {
	if gone "$SUP" 60; then
		wait "$SUP"
		_rc=$?
		SUP=
		is "exit status $_rc" "exit status $1" "$2"
	else
		fail "$2"
		diag "the supervisor still runs; killed"
		kill -KILL "$MAIN" "$SUP"
		wait "$SUP" 2>/dev/null
		SUP=
	fi
}

# first WORDS...: the first line that the client prints, and its exit status; what
# follows an error is a usage text, which is nobody's contract.
first() {
	ctl "$@" >.first 2>&1
	_rc=$?
	sed -n 1p .first
	return $_rc
}

# All that this test has started and that still lives, orphans included.
leftovers() {
	for _env in $(grep -lsazxF "SUPD_TEST=$T" /proc/[0-9]*/environ 2>/dev/null); do
		_pid=${_env#/proc/}
		_pid=${_pid%/environ}
		[ "$_pid" = $$ ] || echo "$_pid"
	done
}

cleanup() {
	_rc=$?
	trap - EXIT INT TERM
	if [ "$NFAILED" -gt 0 ]; then
		diag "--- the end of the log"
		diag "$(tail -n 25 "$T/supd.log" 2>/dev/null)"
		[ -s "$T/stderr" ] && diag "--- stderr" && diag "$(tail -n 25 "$T/stderr")"
	fi
	if [ -n "$SUP" ]; then
		kill -TERM "${MAIN:-$SUP}" 2>/dev/null
		gone "$SUP" 5 || kill -KILL "${MAIN:-$SUP}" "$SUP" 2>/dev/null
	fi
	_left=$(leftovers)
	[ -z "$_left" ] || kill -KILL $_left 2>/dev/null
	cd /
	if [ -n "$KEEP" ]; then diag "kept: $T"; else rm -rf "$T"; fi
	exit "$_rc"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# --- sessions of the client -----------------------------------------------

# What differs from run to run, made equal.
mask() {
	sed -E -e "s#$CTL#CTL#g" -e "s#$T#T#g" -e 's/pid [0-9]+, uptime [0-9]+:[0-9:]+/pid N, uptime TIME/' \
	    -e 's/[A-Z][a-z]{2} [0-9]{2} [0-9]{2}:[0-9]{2} [AP]M/DATE/' -e 's/ +$/&|/'
}

# session: standard input is a dialogue.  A line '$ WORDS' runs the client with
# these words, '$kato WORDS' kato, '! WORDS' a shell command; the lines below are what it prints on
# stdout and stderr together (masked), '= N' its exit status when not 0.
# Each command is one test.  RECORD=FILE writes the dialogue as it is instead.
session() {
	_cmd= _want= _nl='
'
	while IFS= read -r _line; do
		case $_line in
		'$ '*|'! '*|'$'|'$kato'*)
			session_step
			_cmd=$_line
			_want=
			;;
		*)
			_want="$_want$_line$_nl"
			;;
		esac
	done
	session_step
	[ -z "$RECORD" ] || echo '%%' >>"$RECORD"
}

session_step() {
	[ -n "$_cmd" ] || return
	case $_cmd in
	'$kato'*) _out=$(eval "kato ${_cmd#?kato}" </dev/null 2>&1; echo "= $?") ;;
	'$'*)	_out=$(eval "ctl ${_cmd#?}" </dev/null 2>&1; echo "= $?") ;;
	'!'*)	_out=$(eval "${_cmd#?}" </dev/null 2>&1; echo "= $?") ;;
	esac
	_out=$(printf '%s\n' "$_out" | mask | sed '$ { /^= 0$/ d }')
	if [ -n "$RECORD" ]; then
		printf '%s\n' "$_cmd" ${_out:+"$_out"} >>"$RECORD"
		return
	fi
	is "$_out" "${_want%"$_nl"}" "${_cmd#? }"
}
