#!/bin/sh
# depends_on in trouble: what fails takes its dependents along and brings them back, order alone does not,
# and a held one can be stopped.
. t/lib.sh
skip_unless_supd 'supervisord knows no dependencies'
script server <<'END'
#!/usr/bin/perl
$SIG{TERM} = sub { exit 0 };
sleep 1 while 1;
END
script mood <<'END'
#!/bin/sh
read -r how <"$SUPD_TEST/temper"
[ "$how" = good ] || exit 1
exec "$SUPD_TEST/server"
END
echo bad >temper
quiet='stdout_logfile = NONE
stderr_logfile = NONE'
conf '[program:db]' "command = $T/mood" 'startsecs = 1' 'startretries = 0' 'autostart = false' "$quiet"
conf '[program:strong]' "command = $T/server" 'startsecs = 0' 'depends_on = db' 'autostart = false' "$quiet"
conf '[program:above]' "command = $T/server" 'startsecs = 0' 'depends_on = strong' 'autostart = false' "$quiet"
conf '[program:weak]' "command = $T/server" 'startsecs = 0' 'depends_on = db?' 'autostart = false' "$quiet"
conf '[program:never]' "command = $T/server" 'startsecs = 0' 'depends_on = quiet' 'autostart = false' "$quiet"
conf '[program:quiet]' "command = $T/server" 'startsecs = 3600' 'autostart = false' "$quiet"
conf '[program:again]' "command = $T/server" 'startsecs = 0' 'depends_on = base' \
    'on_dependency_loss = restart' "$quiet"
conf '[program:ends]' "command = $T/server" 'startsecs = 0' 'depends_on = base' \
    'on_dependency_loss = stop' "$quiet"
conf '[program:stays]' "command = $T/server" 'startsecs = 0' 'depends_on = base' "$quiet"
conf '[program:base]' "command = $T/server" 'startsecs = 0' "$quiet"
up

is "$(ctl start above)" 'above: ERROR (spawn error)' 'what fails fails its dependents, two steps up'
saw db STARTING BACKOFF FATAL
saw strong STARTING FATAL
saw above STARTING FATAL
like "$(ctl status above)" 'FATAL +needs strong to be ready, which is FATAL' 'status names it'
like "$(ctl why strong)" 'STARTING -> FATAL: its dependency db failed' 'why, too'
is "$(ctl start weak)" 'weak: started' 'order alone does not wait for what is not coming'
entered weak RUNNING

echo good >temper
is "$(ctl start db)" 'db: started' 'it is back'
saw strong STARTING RUNNING
saw above STARTING RUNNING

behind out "$CTL" -c "$T/supd.conf" start never
waiter=$BG
entered never STARTING
like "$(ctl status never)" 'waits for quiet to be ready \(it is STARTING\)' 'held'
is "$(ctl stop never)" 'never: stopped' 'a held one can be stopped'
gone "$waiter"
is "$(cat out)" 'never: ERROR (abnormal termination)' 'who waited for its start is told'

ctl status again ends stays >/dev/null
entered again RUNNING
entered ends RUNNING
entered stays RUNNING
kill -9 "$(ctl pid base)"
saw again STOPPING STOPPED STARTING RUNNING
saw ends STOPPING STOPPED
like "$(ctl why ends)" 'its dependency base went down' 'and it says what for'
like "$(ctl status stays)" RUNNING 'by default it stays'
down
done_testing
