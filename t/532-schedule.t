#!/bin/sh
# Programs that the clock starts: runs, overlap, what is shown; the times themselves are t/unit/conf_cron.c's.
. t/lib.sh
skip_unless_supd 'supervisord has no schedules'
conf '[program:ok]' 'command = /bin/true' 'schedule = every 1s'
conf '[program:bad]' "command = sh -c 'exit 3'" 'schedule = every 1s'
conf '[program:skip]' 'command = /bin/sleep 1000' 'schedule = every 1s'
conf '[program:kill]' "command = sh -c 'echo x >>$T/killed; exec sleep 1000'" 'schedule = every 1s' 'schedule_overlap = kill'
conf '[program:queue]' 'command = /bin/sleep 1.5' 'schedule = every 1s' 'schedule_overlap = queue'
conf '[program:start]' 'command = /bin/true' 'schedule = @start'
conf '[program:night]' 'command = /bin/true' 'schedule = 30 3 * * *' 'schedule_zone = CET-1CEST,M3.5.0,M10.5.0/3'
conf '[program:none]' 'command = /bin/sleep 1000' 'startsecs = 0'
up
saw start STARTING RUNNING EXITED
like "$(ctl status ok)" 'STOPPED +Not started, next [A-Z][a-z][a-z] [0-9][0-9] ' 'nothing is started before its time'
# runs NAME PERL: of the rows, $_ being one, what the expression gives
runs() { ctl runs "$1" --json | perl -MJSON::PP -0777 -ne '$r = decode_json($_); print join " ", map { '"$2"' } @{$r->{runs}}'; }

await events 'RUNNING processname:queue' 2 >/dev/null
is "$(runs ok '$_->{result}' | cut -d ' ' -f 1-2)" 'ended ended' 'every second'
is "$(runs ok '$_->{exitstatus}' | cut -c 1)" 0 'with this status'
is "$(runs bad '"$_->{result} $_->{exitstatus}"' | cut -c 1-7)" 'ended 3' 'one that fails'
is "$(ctl status bad | awk '{ print $2 }')" EXITED 'is not tried again before its time'
is "$(runs skip '$_->{result}' | cut -d ' ' -f 1)" skipped 'skip: a run is left out'
is "$(runs skip '$_->{result}' | tr ' ' '\n' | tail -n 1)" running 'while the other goes on'
is "$(runs queue '$_->{result}' | tr ' ' '\n' | sort | uniq -c | awk '{ print $2 }' | tr '\n' ' ')" 'ended running ' 'queue: none is'
like "$(runs queue '$_->{duration}' | cut -d ' ' -f 1)" '^1\.[56]' 'how long it took'
ok 'kill: the other is stopped' test "$(grep -c x killed)" -ge 2
like "$(ctl runs skip)" '^schedule every 1s, next 20[0-9-]* [0-9:]*$' 'the command: schedule and next run'
like "$(ctl runs skip)" '^20[0-9-]* [0-9:]*  skipped  *-  the run before it had not ended$' 'one that was left out'
like "$(ctl runs bad)" '^20[0-9-]* [0-9:]*  ended  *0\.[0-9] s  exited with status 3$' 'one that has ended'
like "$(ctl why skip)" 'STOPPED -> STARTING: schedule' 'why'
is "$(ctl runs none; echo $?)" 'none: ERROR (no schedule)
1' 'of one that has none'
is "$(ctl runs nosuch; echo $?)" 'nosuch: ERROR (no such process)
1' 'of nobody'

# the next 3:30 in Berlin, found by trying every minute
next=$(TZ=CET-1CEST,M3.5.0,M10.5.0/3 perl -e '$t = time; $t += 60 - $t % 60;
    $t += 60 until join(":", (localtime $t)[2, 1]) eq "3:30"; print $t')
is "$(ctl runs night --json | perl -MJSON::PP -0777 -ne '$r = decode_json($_); print int $r->{next}, $r->{zone}')" \
    "${next}CET-1CEST,M3.5.0,M10.5.0/3" 'the next run of five fields'

like "$(ctl why night)" 'STOPPED: it was never started, its time has not come' 'why it does not run'

# who is stopped by a person stays stopped
ctl stop skip >/dev/null
n=$(grep -c 'skip: its run is passed over: a person has stopped it' supd.log)
logged 'skip: its run is passed over: a person has stopped it' $((n + 1))
is "$(ctl status skip | awk '{ print $2 }')" STOPPED 'stopped by a person'
like "$(ctl runs skip)" 'which is passed over: stopped by a person' 'runs says so'
# a schedule that changes
sed -i 's/^schedule = 30 3/schedule = 45 3/' supd.conf
like "$(ctl plan)" 'night.*schedule.*30 3.*45 3' plan
ctl update >/dev/null
is "$(ctl runs night --json | perl -MJSON::PP -0777 -ne '$r = decode_json($_); print int($r->{next}) - '"$next")" 900 'update'
down

# who waits for its time is not done
conf_base
conf '[supd]' 'exit_when = all-done'
conf '[program:start]' 'command = /bin/true' 'schedule = @start'
conf '[program:night]' 'command = /bin/true' 'schedule = 30 3 * * *'
up_quiet
logged 'exited: start .exit status 0; expected'
like "$(ctl status night)" STOPPED 'the supervisor goes on'
down

check() {
	printf '[supervisord]\n[program:x]\ncommand = /bin/true\n%s\n' "$1" >bad.conf
	like "$("$T/bin/supd" check -c "$T/bad.conf" 2>&1)" "$2" "refused: $1"
}
check 'schedule = 61 * * * *' ".program:x. schedule: '61' is no minute: 0 to 59"
check 'schedule = @never' "schedule: '@never' is none of @start"
check 'schedule_zone = Europe/Nowhere' "schedule_zone: no time zone 'Europe/Nowhere' in /usr/share/zoneinfo"
check 'schedule_overlap = wait' "schedule_overlap: .*'wait'"
done_testing
