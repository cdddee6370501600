#!/bin/sh
# depends_on: nobody is started before its conditions hold, what is needed is started with it, the end
# goes the other way round, and whoever waits says for whom.
. t/lib.sh
skip_unless_supd 'supervisord knows no dependencies'
# says when it begins and when it is told to end
script server <<'END'
#!/usr/bin/perl
sub note { open my $f, '>>', "$ENV{SUPD_TEST}/order"; syswrite $f, "@_\n"; close $f }
$SIG{TERM} = sub { note('stop', $ARGV[0]); exit 0 };
note('start', $ARGV[0]);
sleep 1 while 1;
END
script task <<'END'
#!/bin/sh
read -r _ <"$SUPD_TEST/gate"
echo "done $1" >>"$SUPD_TEST/order"
exit "${2:-0}"
END
mkfifo gate
: >order
conf '[program:web]' "command = $T/server web" 'startsecs = 0' 'priority = 1' \
    'depends_on = db:running, migrate:done' 'stdout_logfile = NONE' 'stderr_logfile = NONE'
conf '[program:migrate]' "command = $T/task migrate" 'type = oneshot' 'depends_on = db' 'priority = 2'
conf '[program:db]' "command = $T/server db" 'autostart = false' 'startsecs = 0' 'priority = 3'
conf '[program:edge]' "command = $T/server edge" 'startsecs = 0' 'depends_on = web:started' 'autostart = false'
up
saw db STARTING RUNNING
await order 'start db' >/dev/null
like "$(ctl status web)" 'STARTING +waits for migrate to be done \(it is STARTING\)' 'web says for whom it waits'
like "$(ctl why web)" 'waits for migrate to be done' 'and why says so, too'
like "$(ctl why db)" 'STOPPED -> STARTING: web needs it' 'db was started because it is needed'
is "$(cat order)" 'start db' 'nobody else has begun'
echo >gate
saw migrate STARTING RUNNING EXITED
saw web STARTING RUNNING
is "$(ctl start edge)" 'edge: started' 'one more on top'
await order 'start edge' >/dev/null
is "$(cat order)" 'start db
done migrate
start web
start edge' 'each after what it needs'
down
is "$(tail -n 3 order)" 'stop edge
stop web
stop db' 'and the other way round at the end, whatever the priorities'
done_testing
