#!/bin/sh
# tail -f and maintail -f follow a log until they are interrupted.
. t/lib.sh
script chat <<'END'
#!/usr/bin/perl
$| = 1;
print "line $_\n" for 1 .. 300;
while (<STDIN>) {}
END
script drip <<'END'
#!/bin/sh
echo first
while read -r line; do echo "$line"; done <"$SUPD_TEST/in"
echo "last"
echo "err" >&2
exec sleep 1000
END
mkfifo in
conf '[program:chat]' "command = $T/chat" 'startsecs = 0' "stdout_logfile = $T/chat.out"
conf '[program:drip]' "command = $T/drip" 'startsecs = 0' "stdout_logfile = $T/drip.out" "stderr_logfile = $T/drip.err"
up_quiet
await drip.out first >/dev/null
await chat.out 'line 300' >/dev/null

behind follow $CTL -c supd.conf tail -f drip
follow=$BG
await follow '^first$' >/dev/null
exec 3>in
echo second >&3
ok 'a new line comes' await follow '^second$'
echo third >&3
exec 3>&-
ok 'and all that follow' await follow '^last$'
is "$(cat follow)" '==> Press Ctrl-C to exit <==
first
second
third
last' 'nothing else'
kill -INT $follow
gone $follow
wait $follow
is $? 0 'Ctrl-C ends it with 0'
behind errs $CTL -c supd.conf tail -f drip stderr
ok 'stderr can be followed' await errs '^err$'
kill -INT $BG

behind long $CTL -c supd.conf tail -f chat
await long 'line 300$' >/dev/null
is "$(tail -n +2 long | wc -c)" 1024 'it begins with the last 1024 bytes'
kill -INT $BG

behind main $CTL -c supd.conf maintail -f
await main 'success: chat' >/dev/null
ctl stop chat >/dev/null
ok 'maintail -f follows the main log' await main 'stopped: chat'
kill -INT $BG
gone $BG
is "$(ctl tail -f zz >out 2>&1; echo $?; grep -c '==> Press' out)" '0
1' 'an unknown name: status 0'
like "$(cat out)" '404|no such process' 'and an error'
down
done_testing
