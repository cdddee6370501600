#!/bin/sh
# Hooks: what runs before and after a start and a stop, as whom and with what, how it fails, how long it
# may take, and that neither a stop nor a crash of the supervisor loses it.
. t/lib.sh
skip_unless_supd 'supervisord has no hooks'
# notes what it is; ends at once with STATUS, or when somebody writes to the fifo GATE
script hook <<'END'
#!/bin/sh
echo "$SUPD_HOOK $1 ${MAINPID:+main }${EXIT_STATUS+status=$EXIT_STATUS signal=$EXIT_SIGNAL }$COLOR $PWD" >>"$SUPD_TEST/order"
echo "out of $SUPD_HOOK"
[ "${3:-}" = kill ] && kill -USR1 "$MAINPID"
case $2 in
/*) read -r _ <"$2" ;;
?*) exit "$2" ;;
esac
END
script server <<'END'
#!/usr/bin/perl
sub note { open my $f, '>>', "$ENV{SUPD_TEST}/order"; syswrite $f, "@_\n"; close $f }
$SIG{TERM} = sub { note('server TERM'); exit 0 };
$SIG{USR1} = sub { note('server USR1'); exit 7 };
note('server up');
sleep 1 while 1;
END
mkdir work
quiet='stdout_logfile = NONE
stderr_logfile = NONE
startsecs = 0
autostart = false
autorestart = false'
hook() { echo "$1 = $T/hook $1 $2 $3"; }
conf '[program:whole]' "command = $T/server" "$quiet" "stdout_logfile = $T/whole.log" "directory = $T/work" \
    'environment = COLOR="red"' "$(hook pre_start 0)" "$(hook post_start 0)" "$(hook pre_stop 0)" "$(hook post_exit 0)" \
    "$(hook reload_command 0)"
conf '[program:bad]' "command = $T/server" "$quiet" 'startretries = 0' "$(hook pre_start 3)"
conf '[program:missing]' "command = $T/server" "$quiet" 'startretries = 0' "pre_start = $T/nosuch"
mkfifo "$T/gate" "$T/gate2"
conf '[program:slow]' "command = $T/server" "$quiet" 'startretries = 0' "$(hook pre_start "$T/gate")" 'hook_timeout = 0.2s'
conf '[program:asks]' "command = $T/server" "$quiet" "$(hook stop_command 0 kill)" 'stopwaitsecs = 60' 'exitcodes = 7'
conf '[program:fails]' "command = $T/server" "$quiet" "$(hook stop_command 1)" 'stopwaitsecs = 60'
conf '[program:held]' "command = $T/server" "$quiet" "$(hook pre_start "$T/gate2")"
conf '[program:again]' "command = $T/server" "$quiet" 'autorestart = true' "$(hook post_exit "$T/gate2")"
up
lines() { await order "$1" "${2:-1}" >/dev/null; cat order; : >order; }
: >order

is "$(ctl start whole)" 'whole: started' 'started'
await order 'server up' >/dev/null
is "$(head -n 1 order)" "pre_start pre_start red $T/work" 'pre_start comes first'
is "$(lines '^post_start' | sort)" "post_start post_start main red $T/work
pre_start pre_start red $T/work
server up" 'pre_start, the process, post_start: in its directory, with its environment'
is "$(ctl refresh whole)" 'whole: refreshed' 'refresh'
is "$(lines '^reload')" "reload_command reload_command main red $T/work" 'runs reload_command'
is "$(ctl stop whole)" 'whole: stopped' 'stopped'
is "$(lines '^post_exit')" "pre_stop pre_stop main red $T/work
server TERM
post_exit post_exit status=0 signal= red $T/work" 'pre_stop, the signal, post_exit with the exit status'
is "$(await whole.log 'out of post_exit' >/dev/null; tr '\n' ',' <whole.log)" \
    'out of pre_start,out of post_start,out of reload_command,out of pre_stop,out of post_exit,' 'they write into its log'
ctl start whole >/dev/null
lines post_start >/dev/null
kill -9 "$(ctl pid whole)"
like "$(lines '^post_exit')" 'post_exit post_exit status= signal=SIGKILL red' 'after a death by a signal'

is "$(ctl start bad)" 'bad: ERROR (spawn error)' 'a pre_start that fails'
saw bad STARTING BACKOFF FATAL
like "$(ctl status bad)" 'FATAL +pre_start: exit status 3' 'is a start that fails, and says why'
like "$(ctl why bad)" 'the last start: pre_start: exit status 3' 'why, too'
unlike "$(lines 'pre_start')" 'server' 'the process was not made'
ctl start missing >/dev/null
saw missing STARTING BACKOFF FATAL
like "$(ctl status missing)" "pre_start: can't find command '$T/nosuch'" 'one that is not there'
ctl start slow >/dev/null
saw slow STARTING BACKOFF FATAL
like "$(ctl status slow)" 'pre_start: took longer than 0.2 s' 'one that takes too long'
: >order

ctl start asks >/dev/null
lines 'server up' >/dev/null
is "$(ctl stop asks)" 'asks: stopped' 'stop_command'
is "$(lines 'USR1')" "stop_command stop_command main  $(pwd -P)
server USR1" 'in place of the signal'
ctl start fails >/dev/null
lines 'server up' >/dev/null
is "$(ctl stop fails)" 'fails: stopped' 'one that fails'
like "$(lines 'TERM')" 'server TERM' 'is followed by the signal'
logged 'fails: stop_command exit status 1'

behind held.out "$CTL" -c "$T/supd.conf" start held
waiter=$BG
entered held STARTING
await order 'pre_start' >/dev/null
like "$(ctl status held)" 'STARTING +pre_start runs \(pid [0-9]+\)' 'status says what it waits for'
like "$(ctl why held)" ': pre_start runs \(pid [0-9]+\)' 'why, too'
hook=$(ctl why held | sed -n 's/.*pre_start runs (pid \([0-9]*\)).*/\1/p')
is "$(ctl stop held)" 'held: stopped' 'a stop'
saw held STOPPING STOPPED
gone "$hook" && pass 'ends the hook'
gone "$waiter"

# the next start waits for post_exit; the supervisor crashes meanwhile
ctl start again >/dev/null
: >order
kill -9 "$(ctl pid again)"
entered again STARTING
await order post_exit >/dev/null
like "$(ctl status again)" 'STARTING +post_exit runs' 'the next start waits for it'
kill -SEGV "$(ctl pid)"
await supd.log 'supervisord started with pid' 2 >/dev/null
like "$(ctl status again)" 'STARTING +post_exit runs' 'also after a crash of the supervisor'
echo >gate2
await order 'server up' >/dev/null
is "$(grep -c post_exit order)" 1 'which does not run it a second time'
eventually sh -c "'$CTL' -c '$T/supd.conf' status again | grep -q RUNNING"
like "$(ctl status again)" RUNNING 'and goes on'

# at the end of the supervisor: it waits for what runs after the last process
behind gate.out sh -c "echo >'$T/gate2'"
down
like "$(cat order)" 'server TERM' 'again was stopped'
is "$(grep -c post_exit order)" 2 'and its post_exit was run'

# an essential one that ends by itself
conf_base
conf '[program:main]' 'command = /bin/sh -c "exit 3"' "$quiet" 'autostart = true' 'essential = true' \
    "post_exit = /bin/sh -c 'read -r x <$T/gate2; echo late >>$T/order'"
behind gate.out sh -c "echo >'$T/gate2'"
up_quiet
ended 3 'an essential program ends the supervisor'
is "$(tail -n 1 order)" late 'after its post_exit'
done_testing
