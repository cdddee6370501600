#!/bin/sh
# Standard output of the container that nobody reads, or whose reader has gone, hinders nothing.
. t/lib.sh
skip_unless_supd 'supervisord blocks on it'
conf '[supervisord]' 'logfile = /dev/stdout' 'logfile_maxbytes = 0'
conf '[program:talk]' "command = perl -e '\$| = 1; print qq(from talk \$_), qq(x) x 1000, qq(\n) for 1 .. 1000; open F, qq(>$T/talked); print F qq(done\n); close F; sleep 1000'" \
    'startsecs = 0' 'stdout_logfile = /dev/stdout' 'stdout_logfile_maxbytes = 0' 'log_policy = drop'
conf '[program:waits]' "command = perl -e '\$| = 1; print qq(from waits \$_), qq(x) x 1000, qq(\n) for 1 .. 1000; open F, qq(>$T/waited); print F qq(done\n); close F; sleep 1000'" \
    'startsecs = 0' 'stdout_logfile = /dev/stdout' 'stdout_logfile_maxbytes = 0' 'log_policy = block'
conf '[program:x]' 'command = /bin/sleep 1000' 'startsecs = 0'
running() { ctl status "$1" | grep -q RUNNING; }

# launch DESCRIPTION: with stdout and stderr on 8, a full pipe
launch() {
	$SUPD -c "$T/supd.conf" >&8 2>&8 8>&- </dev/null &
	SUP=$! MAIN=$!
	ok "$1: it starts" eventually running x
}
# in_time COMMAND...: it ends within this many seconds
in_time() {
	_begin=$(date +%s)
	"$@" >out 2>&1
	[ $(($(date +%s) - _begin)) -le $((5 * SLOW)) ]
}

mkfifo full
exec 8<>full
perl -e '$SIG{ALRM} = sub { exit }; use Fcntl; fcntl(STDOUT, F_SETFL, O_WRONLY|O_NONBLOCK); 1 while defined syswrite STDOUT, "x" x 4096; 1 while defined syswrite STDOUT, "x"; fcntl(STDOUT, F_SETFL, O_WRONLY)' >full
launch 'nobody reads'
ok 'a program that may lose output goes on' await talked done
ok 'one that may not waits' test ! -e waited
ok 'control answers at once' in_time ctl status
ok 'restart' in_time ctl restart x
is "$(cat out)" 'x: stopped
x: started' 'works'
ok 'stop of the one that waits' in_time ctl stop waits
is "$(cat out)" 'waits: stopped' 'works'
like "$(ctl tail x 2>&1; ctl maintail 2>&1)" 'spawned|no log file|NO_FILE' 'so does the log'
ctl start waits >/dev/null
# A reader comes: the rest flows.
cat <full >read.out &
reader=$!
ok 'with a reader the one that waited goes on' await waited done
ok 'its last line arrives' await read.out 'from waits 1000x'
is "$(grep -o 'from waits [0-9]*x\{1000\}$' read.out | sort -u | wc -l)" 1000 'and all the others, whole'
kill $reader
wait $reader 2>/dev/null
kill -TERM "$SUP"
begin=$(date +%s)
ended 0 'SIGTERM ends it, again without a reader'
within 10 "$begin" 'in time'
exec 8>&-

# The reader goes away for good: EPIPE.
rm -f talked waited full
mkfifo full
sleep 1000 <full &
reader=$!
exec 8>full
kill $reader
wait $reader 2>/dev/null
launch 'the reader has gone'
ok 'programs go on' await talked done
ok 'also those that may lose nothing: there is nobody to wait for' await waited done
ok 'control answers' in_time ctl restart x
down
done_testing
