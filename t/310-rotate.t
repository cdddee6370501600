#!/bin/sh
# Log files rotate after the write that reaches maxbytes, chunk by chunk.
. t/lib.sh
. "$TOOL/emit.sh"
conf '[program:r]' "command = $T/emit $T/r.cmd" "stdout_logfile = $T/r.log" \
    'stdout_logfile_maxbytes = 1000' 'stdout_logfile_backups = 2' 'startsecs = 0'
conf '[program:z]' "command = $T/emit $T/z.cmd" "stdout_logfile = $T/z.log" \
    'stdout_logfile_maxbytes = 1000' 'stdout_logfile_backups = 0' 'startsecs = 0'
conf '[program:n]' "command = $T/emit $T/n.cmd" "stdout_logfile = $T/n.log" \
    'stdout_logfile_maxbytes = 0' 'startsecs = 0'
conf '[program:old]' "command = $T/emit $T/old.cmd" "stdout_logfile = $T/old.log" \
    'stdout_logfile_maxbytes = 1000' 'stdout_logfile_backups = 1' 'startsecs = 0'
perl -e 'print "o" x 1200' >old.log
up_quiet
emit r 999 a
files r.log 'r.log:999' 'one byte below: nothing happens'
emit r 1 b
files r.log 'r.log:0 r.log.1:1000' 'at maxbytes: moved to .1, and a new one is there at once'
emit r 2500 c
files r.log 'r.log:0 r.log.1:2500 r.log.2:1000' 'a chunk is never split'
emit r 10 d
files r.log 'r.log:10 r.log.1:2500 r.log.2:1000' 'the next goes on'
emit r 990 e
files r.log 'r.log:0 r.log.1:1000 r.log.2:2500' 'the oldest one goes'
is "$(tr -d d <r.log.1 | wc -c | tr -d ' ')" 990 'each byte is where it belongs'
emit z 999 a
files z.log 'z.log:999' 'without backups: below'
emit z 500 b
files z.log 'z.log:0' 'without backups: at maxbytes the file is cut'
emit z 3 c
files z.log 'z.log:3' 'and written on from its begin'
emit n 5000 a
files n.log 'n.log:5000' 'maxbytes 0: never'
files old.log 'old.log:1200' 'what is there is appended to'
emit old 5 n
files old.log 'old.log:0 old.log.1:1205' 'and counts at the next write'
ctl restart r >/dev/null
emit r 7 f
files r.log 'r.log:7 r.log.1:1000 r.log.2:2500' 'a restart of the program appends too'
down
done_testing
