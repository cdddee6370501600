#!/bin/sh
# sd_notify(3): who is believed, what each word does, and type=notify, where RUNNING means that it said so.
. t/lib.sh
skip_unless_supd 'supervisord knows no notifications'
[ -x /usr/bin/python3 ] || skip_all 'python3 is not installed'
export REAPER=0
teller() {	# NAME LINES...: a program that is told what to say
	mkfifo "$1.go"
	conf "[program:$1]" "command = /usr/bin/python3 $TOOL/teller.py $1" 'startretries = 0' \
	    'stdout_logfile = NONE' "stderr_logfile = $T/$1.err" 'environment = REAPER="%(ENV_REAPER)s"'
	shift
	conf "$@"
}
tell() { printf '%s\n' "$2" >"$1.go"; }
heard() { await "$1.out" "$2" "${3:-1}" >/dev/null; }
why() { ctl why "$1"; }
says() { eventually sh -c "$CTL -c supd.conf why $1 | grep -Eq \"$2\""; }

teller web 'type = notify' 'startsecs = 0'
conf '[program:after]' 'command = /bin/cat' 'startsecs = 0' 'depends_on = web' 'stdout_logfile = NONE' \
    'stderr_logfile = NONE'
teller quits 'type = notify' 'autorestart = false'
teller slow 'ready = notify' 'startsecs = 0' "ready_timeout = $((4 * SLOW))"
teller moves 'type = notify' 'autorestart = false'
teller stays 'type = notify' 'autorestart = false'
teller only 'ready = notify' 'startsecs = 0' 'notify_access = main'
teller dog 'startsecs = 0' 'watchdog = 500ms' 'autorestart = false'
teller ends 'type = notify' 'stopwaitsecs = 1'
cat >boot <<END
#!/bin/sh
REAPER=\$\$ exec "\$@"
END
chmod 755 boot
LAUNCH=$T/boot
up
began=$(date +%s)

# type=notify: STARTING until it says READY=1, whatever startsecs says
heard slow up
tell slow 'say EXTEND_TIMEOUT_USEC=3600000000'
heard web up
like "$(ctl status web)" STARTING 'up, and not RUNNING'
like "$(why web)" 'RUNNING when it says that it is ready \(type=notify\)' 'why says what it waits for'
tell web 'say STATUS=loading\nREADY=0'
says web '^it says: loading$'
tell web 'child READY=1'
saw web STARTING RUNNING
logged 'success: web entered RUNNING state, process says that it is ready'
saw after STARTING RUNNING
like "$(why web)" 'STARTING -> RUNNING: said that it is ready' 'a child in its own session may say it'
like "$(ctl status --json web)" '"ready": ?true' 'and it is seen in JSON'

# what it says later
tell web 'orphan STATUS=by an orphan'
heard web said 2
like "$(why web)" '^it says: by an orphan$' 'a process whose parent is dead is known by its mark'
tell web 'say RELOADING=1\nMONOTONIC_USEC=1'
says web 'it says that it reloads its configuration'
tell web 'say READY=1\nSTATUS=new\nERRNO=2\nBUSERROR=x.y\nX_OTHER=1\n=\nSTATUS'
logged 'reloaded: web, in [0-9]+ ms'
like "$(why web)" '^it reports error 2: No such file' 'ERRNO is told'
like "$(ctl status --json web)" '"status_text": ?"new"' 'STATUS, too'
tell web "say STATUS=red $(printf '\033')[31m"
says web '^it says: red [?]\[31m'
pass 'what would paint the terminal is made plain'
tell web barrier
heard web "barrier b''"
pass 'BARRIER=1: the descriptor is closed'
tell web 'say STOPPING=1'
logged 'web says that it stops'
like "$(why web)" '^it is not ready yet' 'STOPPING=1: it serves no more'
tell web 'say READY=1'
says web '^it is ready'
tell web 'say FDSTORE=1\nFDNAME=x'
tell web 'say FDSTORE=1'
tell web barrier
heard web "barrier b''" 2
is "$(grep -c 'web wants descriptors to be kept (FDSTORE)' supd.log)" 1 'FDSTORE is refused with one line'

# the end before the word
heard quits up
tell quits 'exit 0'
saw quits STARTING BACKOFF FATAL
like "$(ctl status quits)" 'Exited before it was ready' 'an end before READY=1 is a failed start, with any status'

# another main process
first=$(ctl pid moves)
heard moves up
tell moves main
saw moves STARTING RUNNING
heard moves '^main '
second=$(sed -n 's/^main //p' moves.out)
is "$(ctl pid moves)" "$second" 'MAINPID: the supervisor follows'
logged "moves: its main process is $second from now on, not $first \(MAINPID\)"
logged "reaped unknown pid $first"
tell moves "say MAINPID=1\nSTATUS=still"
says moves '^it says: still$'
is "$(ctl pid moves)" "$second" 'but not to a stranger'
logged 'moves says that its main process is 1, which does not come from it'
kill -9 "$second"
saw moves EXITED
like "$(why moves)" 'was ended by SIGKILL' 'its end is that of the program'
tell stays 'main keep'
saw stays STARTING RUNNING
heard stays '^main '
pid=$(sed -n 's/^main //p' stays.out)
is "$(ctl pid stays)" "$pid" 'also where the first one stays its parent'
kill -9 "$pid"
if grep -q 'may go unnoticed' supd.log; then
	skip 'no pidfd here' 2
else
	saw stays EXITED
	logged "stays: its main process $pid has ended, and its parent knows how"
fi

# time
tell ends 'say READY=1'
tell ends 'term EXTEND_TIMEOUT_USEC=60000000'
heard ends will
ctl stop ends >/dev/null
logged 'stopped: ends \(exit status 0\)'
over() { [ $(($(date +%s) - began)) -gt $((4 * SLOW)) ]; }
eventually over
unlike "$(why slow)" 'not ready after' 'EXTEND_TIMEOUT_USEC moved the end of ready_timeout'
tell slow 'say READY=1'
says slow '^it is ready'

# signs of life
heard dog up
saw dog STARTING RUNNING STOPPING STOPPED STARTING RUNNING
logged 'WARN dog gave no sign of life within 500ms \(watchdog\): it is aborted and started again'
logged 'stopped: dog \(terminated by SIGABRT'
like "$(why dog)" 'RUNNING -> STOPPING: gave no sign of life within 0.5 s \(watchdog\)' 'why says so'
like "$(why dog)" 'STOPPED -> STARTING: was stopped in order to be started again' 'and that it was to come back'

heard only up
tell only 'child READY=1\nSTATUS=not me'
heard only said
unlike "$(why only)" '^it is ready|not me' 'notify_access=main: a child has no say'
tell only 'say READY=1'
says only '^it is ready'
pass 'the main process has'

# the real libsystemd
if /usr/bin/python3 -c 'import ctypes; ctypes.CDLL("libsystemd.so.0").sd_notify_barrier' 2>/dev/null; then
	tell slow 'lib STATUS=by libsystemd'
	heard slow '^lib 1 '
	is "$(grep '^lib' slow.out)" 'lib 1 1' 'sd_notify and sd_notify_barrier succeed'
	like "$(why slow)" '^it says: by libsystemd$' 'and are heard'
	conf '[program:dog]' 'watchdog = 60'
	ctl update dog >/dev/null
	tell dog watchdog
	heard dog '^watchdog'
	is "$(grep ^watchdog dog.out)" 'watchdog 1 60000000' 'it reads WATCHDOG_USEC and WATCHDOG_PID'
	pid=$(ctl pid dog)
	tell dog 'lib WATCHDOG=1'
	heard dog '^lib'
	ups=$(grep -c '^up' dog.out)
	tell dog 'say WATCHDOG=trigger'
	logged 'dog gave no sign of life within 1m'
	heard dog '^up' $((ups + 1))
	tell dog 'say WATCHDOG_USEC=5000'
	logged 'dog gave no sign of life within 5ms'
else
	skip 'no libsystemd' 5
fi

# what is said while the supervisor is starting again after a crash is not lost
tell web 'say STATUS=before'
says web '^it says: before$'
kill -SEGV "$MAIN"
tell web 'say STATUS=across'
says web '^it says: across$'
pass 'a message across a crash'
down
done_testing
