#!/bin/sh
# clear deletes a log and makes it anew; a log that was moved away is opened anew by USR2.
. t/lib.sh
. "$TOOL/emit.sh"
conf '[program:x]' "command = $T/emit $T/x.cmd" "stdout_logfile = $T/x.log" \
    'stdout_logfile_maxbytes = 100' 'stdout_logfile_backups = 1' 'startsecs = 0'
conf '[program:y]' 'command = /bin/sleep 1000' "stdout_logfile = $T/y.log" 'autostart = false'
up_quiet
emit x 120 a
files x.log 'x.log:0 x.log.1:120' 'a log with a backup'
emit x 10 b
files x.log 'x.log:10 x.log.1:120' 'and something new'
ln x.log before
is "$(ctl clear x)" 'x: cleared' 'clear x'
files x.log 'x.log:0 x.log.1:120' 'it is empty; the backup stays'
is "$(stat -c %s before)" 10 'it is another file: who had it open keeps the old one'
emit x 3 c
files x.log 'x.log:3 x.log.1:120' 'and is written on'
is "$(ctl clear y)" 'y: cleared' 'clear of a program that was never started'
ok 'makes no file' test ! -e y.log
mv x.log x.old
kill -USR2 "$SUP"
eventually test -e x.log
emit x 5 d
files x.log 'x.log:5 x.log.1:120' 'after USR2 the new file is written'
is "$(cat x.old)" ccc 'and the old one no more'
down
done_testing
