#!/bin/sh
# AUTO log files: their names, mode and life; those of an earlier run are removed.
. t/lib.sh
. "$TOOL/emit.sh"
conf '[program:x]' "command = $T/emit $T/x.cmd" 'startsecs = 0'
conf '[program:keep]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autostart = false'
for f in x-stdout---supervisor-12345678.log x-stdout---supervisor-12345678.log.1 \
    x-stdout---other-12345678.log supervisord.log; do
	echo old >"log/$f"
done
umask 022
up_quiet
emit x 0 'hello\n'
log=$(ls log/x-stdout---supervisor-*.log)
await "$log" hello >/dev/null
like "$log" '^log/x-stdout---supervisor-[a-z0-9_]{8}\.log$' 'the name'
is "$(stat -c %a "$log")" 600 'only the owner may read it'
is "$(ls log/keep-stdout---supervisor-*.log | wc -l | tr -d ' ')" 1 \
    'it is there also for a program that was not started'
is "$(ls log | grep -c 12345678)" 1 'files of an earlier run are gone'
is "$(cat log/x-stdout---other-12345678.log log/supervisord.log)" 'old
old' 'and nothing else is'
ctl restart x >/dev/null
emit x 0 'again\n'
await "$log" again >/dev/null
is "$(cat "$log")" 'hello
again' 'a restart of the program keeps the file'
ctl remove keep >/dev/null
if ours; then	# instances come and go; supervisord keeps the file till the next start
	ok 'a removed program takes its files along' \
	    eventually sh -c '! ls log/keep-* 2>/dev/null'
fi
down
ok 'at the end the file stays' test -s "$log"
conf '[supervisord]' 'nocleanup = true'
up_quiet
await supd.log 'success: x' >/dev/null
ok 'and stays with nocleanup' test -s "$log"
down
sed -i '/^nocleanup/d' supd.conf
up_quiet
await supd.log 'success: x' >/dev/null
ok 'the next start removes it' eventually test ! -e "$log"
down
done_testing
