#!/bin/sh
# Once a shutdown has begun nothing is started any more.
. t/lib.sh
script deaf <<'END'
#!/usr/bin/perl
$SIG{TERM} = sub { open my $f, '>', 'asked'; print $f "asked\n" };
open my $f, '>', 'up'; print $f "up\n"; close $f;
sleep 1 until -e 'go';
exit 0;
END
conf '[program:deaf]' "command = $T/deaf" 'startsecs = 0' 'priority = 1000' 'autorestart = true'
conf '[program:dying]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autorestart = true'
conf '[program:failing]' 'command = /bin/false' 'startsecs = 2' 'startretries = 100'
up
await up up >/dev/null
entered dying RUNNING
saw failing STARTING BACKOFF STARTING BACKOFF
dying=$(ctl pid dying)
kill -TERM "$SUP"
await asked asked >/dev/null
# The shutdown waits for deaf; meanwhile a member of a lower group ends by itself.
kill -KILL "$dying"
if ours; then
	entered dying EXITED
else
	gone "$dying"
fi
kill -HUP "$SUP"
logged 'WARN ignored SIGHUP indicating restart request \(shutdown in progress\)$'
like "$(ctl status 2>&1)" 'SHUTDOWN_STATE|shutting down' 'clients are told'
is "$(ctl shutdown 2>&1; echo $?)" 'ERROR: already shutting down
0' 'a second shutdown is refused mildly'
: >go
ended 0 'the end'
is "$(grep -c "spawned: 'dying'" supd.log)" 1 'what dies meanwhile is not restarted'
is "$(grep -c "spawned: 'deaf'" supd.log)" 1 'nor what ends because it was asked to'
is "$(sed '1,/exit request/d' supd.log | grep -c spawned:)" 0 'and no failed start is tried again'
logged 'INFO waiting for .*deaf.* to die$'
done_testing
