#!/bin/sh
# fg shows what a process says and types into it.
. t/lib.sh
script echoes <<'END'
#!/usr/bin/perl
$| = 1;
print "ready\n";
while (<STDIN>) { chomp; print "you said $_\n"; exit 0 if $_ eq 'end'; }
END
conf '[program:e]' "command = $T/echoes" 'startsecs = 0' "stdout_logfile = $T/e.out" 'autorestart = false'
conf '[program:off]' 'command = /bin/true' 'autostart = false'
up_quiet
await e.out ready >/dev/null
session <<'END'
! first fg
ERROR: no process name supplied
= 1
$ fg zz
ERROR: bad process name supplied
= 1
$ fg off
ERROR: process not running
= 1
$ fg a b
ERROR: too many process names supplied
= 1
END
mkfifo in
exec 3<>in
BGIN=in
behind out $CTL -c supd.conf fg e
await out ready >/dev/null
echo hello >&3
ok 'an answer comes' await out 'you said hello'
like "$(head -n 1 out)" '^==> Press Ctrl-C to exit <==$' 'after a hint'
kill -INT $BG
gone $BG
wait $BG
rc=$?
is $rc 0 'Ctrl-C leaves, with 0'
like "$(tail -n 1 out)" '^ *Exiting foreground$' 'and says so'
is "$(ctl status e | awk '{ print $2 }')" RUNNING 'the process goes on'
behind out2 $CTL -c supd.conf fg e
await out2 . >/dev/null
echo end >&3
ok 'the last answer comes' await e.out 'you said end'
down
done_testing
