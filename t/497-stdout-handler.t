#!/bin/sh
# result_handler = supervisor_stdout:event_handler: supd prints the output of programs itself, and runs no listener.
. t/lib.sh
. "$TOOL/emit.sh"
skip_unless_supd 'the plug-in is in no package'
emitter() { # NAME CHANNEL KEY...
	_n=$1 _c=$2
	shift 2
	conf "[program:$_n]" "command = $T/emit $T/$_n.cmd $_c" 'startsecs = 0' "stdout_logfile = $T/$_n.log" \
	    "stderr_logfile = $T/$_n.log" "$@"
}
lines() { grep -v -e ' INFO ' -e ' WARN ' stdout; }
emitter web stdout 'stdout_events_enabled = true'
emitter err stderr 'stderr_events_enabled = true'
emitter mute stdout
conf '[group:g]' 'programs = web' \
    '[eventlistener:stdout]' 'command = supervisor_stdout' 'buffer_size = 100' 'events = PROCESS_LOG' \
    'result_handler = supervisor_stdout:event_handler'
up_quiet
logged 'INFO \[eventlistener:stdout\] is done by supd itself'
is "$(ctl status | awk '{ print $1 }' | sort | tr '\n' ' ')" 'err g:web mute ' 'it makes no group, and no process'
ctl start all >/dev/null
emit mute 0 'not to be seen\n'
emit web 0 'one\ntwo\nbegin'
emit err 0 'on stderr\n'
emit web 0 ' and end\n'
await stdout 'web stdout \| begin and end' >/dev/null
await stdout 'err stderr' >/dev/null
is "$(lines | grep web)" 'web stdout | one
web stdout | two
web stdout | begin and end' 'whole lines, with the name of the process and the channel'
is "$(lines | grep err)" 'err stderr | on stderr' 'standard error, too'
unlike "$(cat stdout)" 'not to be seen' 'only of programs with events'
await web.log 'and end' >/dev/null
is "$(cat web.log)" 'one
two
begin and end' 'the log of the program is as it was'

# ---- an update takes it away, and back ----
sed -i 's/^events = PROCESS_LOG$/events = PROCESS_LOG_STDERR/' supd.conf
pid=$(ctl pid g:web)
ctl update >/dev/null
emit web 0 'silent\n'
await web.log silent >/dev/null
emit err 0 'again\n'
await stdout 'err stderr \| again' >/dev/null
unlike "$(cat stdout)" 'silent' 'events says which channel'
is "$(ctl pid g:web)" "$pid" 'nothing is started again for it'

# ---- as JSON, with our own lines ----
kill -TERM "$SUP"
ended 0 'it ends'
sed -i 's/^events = PROCESS_LOG_STDERR$/events = PROCESS_LOG/' supd.conf
conf '[supd]' 'stdout_format = json'
up_quiet
ctl start all >/dev/null
emit web 0 'a "quoted" line\n'
await stdout quoted >/dev/null
like "$(cat stdout)" '^\{"time":"[0-9T:.-]+Z","name":"web","group":"g","channel":"stdout","text":"a \\"quoted\\" line"\}$' \
    'with stdout_format=json an object'
like "$(cat stdout)" '^\{"time":"[0-9T:.-]+Z","name":"supd","group":"supd","channel":"main","level":"INFO","text":"supervisord started with pid [0-9]+"\}$' \
    'our own lines are objects as well'
is "$(grep -vc '^{"time":.*}$' stdout)" 0 'and there is nothing else'
like "$(grep 'started with' supd.log)" '^[0-9-]+ [0-9:,]+ INFO supervisord started' 'the main log itself keeps its form'
down

# ---- any other handler ----
conf '[eventlistener:other]' 'command = /bin/true' 'events = TICK_5' 'result_handler = my.module:handle'
timeout 20 $SUPD -c "$T/supd.conf" >out 2>&1
is $? 2 'another one is refused'
like "$(cat out)" '^Error: my.module:handle cannot be resolved within \[eventlistener:other\]; use supervisor.dispatchers:default_handler or supervisor_stdout:event_handler$' \
    'by name, with what to use instead'
line=$(grep -n 'my.module' supd.conf | cut -d: -f1)
like "$("$T/bin/supd" check -c supd.conf 2>&1)" "^supd.conf:$line: \[eventlistener:other\] result_handler: my.module:handle" 'and line'
done_testing
