#!/bin/sh
# A FIFO that nobody reads, and a folder that vanishes: the programs wait or lose output, as
# their policy says, nobody else notices, and both recover by themselves.
. t/lib.sh
. "$TOOL/emit.sh"
skip_unless_supd 'supervisord hangs or fails here'
mkfifo fifo
mkdir folder
conf '[program:stuck]' "command = $T/emit $T/stuck.cmd" "stdout_logfile = $T/fifo" \
    'stdout_logfile_maxbytes = 0' 'log_policy = drop' 'startsecs = 0'
conf '[program:moved]' "command = $T/emit $T/moved.cmd" "stdout_logfile = $T/folder/log" 'startsecs = 0'
conf '[program:other]' "command = $T/emit $T/other.cmd" "stdout_logfile = $T/other.log" 'startsecs = 0'
up_quiet
stat_of() { ctl log-stats | awk -v p="$1" -v c="$2" '$1 == p && $2 == "stdout" { print $c }'; }
in_is() { [ "$(stat_of "$1" 3)" = "$2" ]; }
is_dropping() { [ "$(stat_of "$1" 5)" -gt 0 ]; }
for n in 1 2 3 4 5; do
	emit stuck 60000 "$n"
	eventually in_is stuck $((n * 60000))
done
ok 'a FIFO without reader: what it cannot take is dropped' eventually is_dropping stuck
logged "stuck stdout: cannot write to '.*fifo': nobody reads; output is dropped"
emit other 0 'goes on\n'
ok 'others go on' await other.log 'goes on'
perl -e 'use POSIX; open my $f, "<", $ARGV[0] or die; $| = 1; my $d;
    while (sysread $f, $d, 65536) { print $d }' fifo >read &
reader=$!
logged 'stuck stdout: .*fifo. takes output again'
emit stuck 0 'after\n'
await read after >/dev/null
like "$(cat read)" "^--- supd: $(stat_of stuck 5) bytes dropped: nobody reads ---\$" 'the gap is marked'
is "$(stat_of stuck 6)" 0 'nothing is in flight'
kill $reader

emit moved 0 'one\n'
await folder/log one >/dev/null
rm -r folder
emit moved 0 'two\n'
logged "moved stdout: cannot write to '.*folder/log': no such file or directory; the program waits"
emit other 0 'still\n'
ok 'others go on' await other.log still
mkdir folder
ok 'the file comes back with its folder' eventually test -s folder/log
emit moved 0 'three\n'
await folder/log three >/dev/null
is "$(cat folder/log)" 'two
three' 'and nothing is lost'
logged 'moved stdout: .* takes output again'
down
done_testing
