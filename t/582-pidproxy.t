#!/bin/sh
# pidproxy and what puts itself into the background: a late file, a stale one, none; its exit status.
. t/lib.sh
skip_unless_supd 'that of supervisor waits for nothing'
export PIDPROXY_WAIT=2
# leaves a daemon behind: DELAY until its file is there, then its exit status on TERM
script leave.pl <<'END'
#!/usr/bin/perl
my ($file, $delay, $status) = @ARGV;
exit 0 if fork;			# the command has ended
select undef, undef, undef, $delay if $delay;
$SIG{TERM} = sub { exit $status };
$SIG{HUP} = sub { open my $f, '>>', "$ENV{SUPD_TEST}/got"; print $f "HUP\n" };
if ($file ne '-') { open my $f, '>', "$file.new"; print $f "$$\n"; close $f; rename "$file.new", $file }
open my $g, '>', "$ENV{SUPD_TEST}/real"; print $g "$$\n"; close $g;
sleep 1 while 1;
END
conf "[program:d]" "command = $T/bin/pidproxy $T/d.pid $T/leave.pl $T/d.pid 0.3 9" 'startsecs = 0' 'exitcodes = 9' 'autorestart = false'
up_quiet
await real . >/dev/null
ctl signal HUP d >/dev/null
ok 'the file comes after the command has ended: signals still reach the daemon' await got HUP
real=$(cat real)
ctl stop d >/dev/null
ok 'a stop ends it' gone "$real"
logged 'stopped: d \(exit status 9\)'
rm -f real
ctl start d >/dev/null
await real . >/dev/null
kill -TERM "$(cat real)"
logged 'exited: d \(exit status 9; expected\)'
down
# status COMMAND...: of pidproxy, for the file x.pid
status() { "$T/bin/pidproxy" x.pid "$@" >/dev/null 2>said; echo $?; }
is "$(status true) $(cat said)" "1 pidproxy: the command has ended, and x.pid names no process of it" 'no file and nobody left: at once'
sleep 1000 &
echo $! >x.pid
touch -d '1 hour ago' x.pid
is "$(status true)" 1 'the file is of an earlier time: not that process'
kill $!
echo 999999999 >x.pid
is "$(status true)" 1 'nor one that is not there'
rm -f x.pid real
began=$(date +%s)
is "$(status "$T/leave.pl" - 0 0)" 1 'somebody is left, but no file comes: a limit'
within 6 "$began" 'in a bounded time'
kill "$(cat real)"
is "$(status sh -c 'exit 5')" 5 'a command that fails'
done_testing
