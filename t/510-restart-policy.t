#!/bin/sh
# Restart policy: pauses that grow, a limit on exits, FATAL that is tried again or for good, a start
# as soon as a dependency is back, and the brake on many restarts at once.
. t/lib.sh
skip_unless_supd 'supervisord has one policy'
script server <<'END'
#!/usr/bin/perl
$SIG{TERM} = sub { exit 0 };
sleep 1 while 1;
END
quiet='stdout_logfile = NONE
stderr_logfile = NONE
autostart = false'
prog() { name=$1 cmd=$2; shift 2; conf "[program:$name]" "command = $cmd" "$quiet" "$@"; }
prog grows /bin/false 'startretries = 2' 'backoff = 0.1s' 'backoff_factor = 1.5' 'backoff_jitter = 0'
prog often /bin/true 'startsecs = 0' 'autorestart = true' 'restart_limit = 2/60s'
prog never "$T/nosuch" 'restart_limit = 1/60s' 'backoff = 10ms'
prog wrong '/bin/sh -c "exit 78"' 'startsecs = 0' 'permanent_exitcodes = 77,78'
prog early '/bin/sh -c "exit 78"' 'permanent_exitcodes = 78' 'fatal_retry = 0.1s'
prog again /bin/false 'startretries = 0' 'fatal_retry = 0.1s'
prog later /bin/false 'startretries = 0' 'fatal_retry = 1h'
prog db "$T/server" 'startsecs = 0'
prog web "$T/server" 'startsecs = 0' 'depends_on = db:running' 'backoff = 1h' 'backoff_max = 2h' \
    'backoff_jitter = 0' 'autorestart = true'
up

ctl start grows >/dev/null
saw grows STARTING BACKOFF STARTING BACKOFF STARTING BACKOFF FATAL
like "$(ctl why grows)" 'given up after 3 failed starts' 'startretries still counts'
ctl start often >/dev/null
saw often STARTING RUNNING EXITED STARTING RUNNING EXITED STARTING RUNNING EXITED FATAL
like "$(ctl status often)" 'FATAL +more than 2 exits within 1m \(restart_limit\)' 'expected exits count, and status says so'
like "$(ctl why often)" 'its last process exited with status 0' 'why tells the last one'
like "$(ctl why often)" 'EXITED -> FATAL: it has ended more often than restart_limit allows' 'and the step'
logged 'gave up: often entered FATAL state, more than 2 exits within 1m'
cp /bin/false nosuch && ctl start never >/dev/null
saw never STARTING BACKOFF STARTING BACKOFF FATAL
like "$(ctl status never)" 'restart_limit\): Exited too quickly' 'failed starts count in place of startretries'
ctl start wrong >/dev/null
saw wrong STARTING RUNNING EXITED FATAL
like "$(ctl status wrong)" 'FATAL +exit status 78, no use to try again \(permanent_exitcodes\)' 'a permanent exit status'
ctl start early >/dev/null
saw early STARTING BACKOFF FATAL
unlike "$(ctl why early)" 'next start' 'is not tried again by fatal_retry'

ctl start again >/dev/null
saw again STARTING BACKOFF FATAL STARTING BACKOFF FATAL STARTING
like "$(ctl why again)" 'FATAL -> STARTING: fatal_retry was over' 'FATAL is tried again'
ctl stop again >/dev/null
ctl start later >/dev/null
entered later FATAL
like "$(ctl why later)" 'next start in (59 min|1 h)' 'and says when'
is "$(ctl stop later)" 'later: stopped' 'that can be stopped'
unlike "$(ctl why later)" 'next start' 'then it is for good'

ctl start db web >/dev/null
saw web STARTING RUNNING
ctl stop db >/dev/null
kill -9 "$(ctl pid web)"
saw web EXITED
like "$(ctl why web)" 'autorestart=true: next start in (59 min|1 h)' 'an exit is followed by the pause, too'
ctl start db >/dev/null
saw web STARTING RUNNING
like "$(ctl why web)" 'EXITED -> STARTING: what it depends on is there again' 'or by the return of a dependency'

conf '[supd]' 'restart_brake = 2/1s'
conf '[program:many]' "command = $T/server" 'startsecs = 0' 'numprocs = 4' 'process_name = %(process_num)d' \
    'autorestart = true' 'stdout_logfile = NONE' 'stderr_logfile = NONE'
ctl update >/dev/null
for i in 0 1 2 3; do entered many:$i RUNNING; done
# who was started just now has been counted
old() { [ "$(ctl status many: | grep -c 'uptime 0:00:0[2-9]')" = 4 ]; }
ok 'they are up for a while' eventually old
kill -9 $(ctl pid many:0 many:1 many:2 many:3)
for i in 0 1 2 3; do saw many:$i EXITED STARTING RUNNING; done
logged 'more than 2 programs restart within 1000 ms: the rest waits \(restart_brake\)'
down
done_testing
