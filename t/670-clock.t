#!/bin/sh
# With a machine up for years (a time namespace) delays are as always; for steps of the wall clock see t/051-sim.t.
. t/lib.sh
skip_unless_supd 'tested by its simulator too'
skip_unless_pid1
years=$((20 * 365 * 86400))
unshare --time --monotonic $years --boottime $years true 2>/dev/null || skip_all 'needs time namespaces'
script deaf <<'END'
#!/usr/bin/perl
$SIG{TERM} = 'IGNORE';
open my $f, '>', "$ENV{SUPD_TEST}/up"; print $f "up\n"; close $f;
sleep 1 while 1;
END
conf '[program:x]' 'command = /bin/sleep 1000' 'startsecs = 1'
conf '[program:bad]' 'command = /bin/false' 'startretries = 1'
conf '[program:deaf]' "command = $T/deaf" 'startsecs = 0' 'stopwaitsecs = 1'
LAUNCH="unshare --time --monotonic $years --boottime $years --fork --kill-child"
: >supd.log
up_quiet
ok 'the clock is far ahead' test "$(nsenter -t "$MAIN" --time cut -d . -f 1 /proc/uptime)" -gt $years
logged 'success: x entered RUNNING state, process has stayed up for > than 1 seconds'
logged 'gave up: bad'
is "$(grep -c "exited: bad" supd.log)" 2 'as many attempts as ever'
like "$(ctl status x)" 'uptime 0:00:[0-9]' 'uptime is ours'
await up up >/dev/null
begin=$(date +%s)
is "$(ctl stop deaf)" 'deaf: stopped' 'stopwaitsecs'
within 5 "$begin" 'are about one second'
down
done_testing
