#!/bin/sh
# PROCESS_COMMUNICATION (capture mode) and PROCESS_LOG events, and what is left for the log.
. t/lib.sh
[ -x /usr/bin/python3 ] && /usr/bin/python3 -c 'import supervisor.childutils' 2>/dev/null ||
    skip_all 'needs supervisor.childutils'
# each word of its standard input is a write; ":" lets time pass so that the next is read alone
script talks <<'E'
#!/usr/bin/perl
use strict;
my $fd = $ARGV[0] eq 'err' ? \*STDERR : \*STDOUT;
my ($b, $e) = ('<!--XSUPERVISOR:BEGIN-->', '<!--XSUPERVISOR:END-->');
while (defined(my $word = <STDIN>)) {
	chomp $word;
	if ($word eq ':') { select undef, undef, undef, 0.3; next }
	exit 0 if $word eq 'exit';
	$word =~ s/\@B/$b/g;
	$word =~ s/\@E/$e/g;
	$word =~ s/\\x([0-9a-f]{2})/chr hex $1/ge;
	$word =~ s/\\n/\n/g;
	syswrite $fd, $word;
}
E
program() {
	conf "[program:$1]" "command = sh -c 'exec $T/talks $2 <$T/$1.in'" 'startsecs = 0' 'autostart = false' \
	    'autorestart = false' "stdout_logfile = $T/$1.out" "stderr_logfile = $T/$1.err"
}
program cap out
conf 'stdout_capture_maxbytes = 1MB' 'stdout_events_enabled = true'
program err err
conf 'stderr_capture_maxbytes = 1MB' 'stderr_events_enabled = true'
program log out
conf 'stdout_events_enabled = true'
program off out
program small out
conf 'stdout_capture_maxbytes = 30'
conf '[eventlistener:heard]' "command = /usr/bin/python3 $TOOL/hear.py $T/heard.out" \
    'events = PROCESS_COMMUNICATION,PROCESS_LOG' 'buffer_size = 1000' 'startsecs = 0'
up_quiet
# run NAME: with standard input as what it says; then the end is there, and all its events
run() {
	cat >"$1.in"
	printf ':\n' >>"$1.in"
	ctl start "$1" >/dev/null
	await supd.log "exited: $1" >/dev/null
}
heard() {
	await heard.out "$1" "${2:-1}" >/dev/null || diag "not heard: $1"
}
# what the listener heard of a program: event, payload without names (it checks the length)
said() { grep "processname:$1 " heard.out | sed -E 's/^[^ ]+ [^ ]+ [^ ]+ PROCESS_([^ ]+) [0-9]+/\1/; s/pid:[0-9]+/pid:N/; s/processname:[^ ]* groupname:[^ ]* //'; }

run cap <<'E'
a longer line that is no message\n
:
before @Bfirst@E after the message, in one write\n
:
@B
:
second, in
:
 pieces
:
@E
:
<!--XSUPER
:
VISOR:BEGIN-->third<!--XSUPERVIS
:
OR:END-->behind it there is more text
:
@B\xc3\xa9\xe2\x82\xac@E and the text of the log\n
:
@B\xff\x00'@Eto the end of the log\n
:
@B@Ebehind an empty one\n
exit
E
heard "COMMUNICATION.*processname:cap" 6
is "$(said cap | grep COMMUNICATION)" "COMMUNICATION_STDOUT pid:N|first
COMMUNICATION_STDOUT pid:N|second, in pieces
COMMUNICATION_STDOUT pid:N|third
COMMUNICATION_STDOUT pid:N|é€
COMMUNICATION_STDOUT pid:N|Undecodable: b\"\\xff\\x00'\"
COMMUNICATION_STDOUT pid:N|" 'messages, byte by byte'
is "$(head -n 4 cap.out)" 'a longer line that is no message
before  after the message, in one write
behind it there is more text and the text of the log
to the end of the log' 'the log has the rest'
is "$(said cap | grep 'LOG.*first\|LOG.*to the end\|LOG.*before\|LOG.*after')" 'LOG_STDOUT pid:N channel:stdout|before 
LOG_STDOUT pid:N channel:stdout|first
LOG_STDOUT pid:N channel:stdout| after the message, in one write|
LOG_STDOUT pid:N channel:stdout|to the end of the log|' 'what is in a message is in PROCESS_LOG as well'

run err <<'E'
a line on stderr, long enough\n
:
@Bon stderr@E and the rest of the line\n
exit
E
heard 'LOG.*processname:err.*rest'
is "$(said err)" 'LOG_STDERR pid:N channel:stderr|a line on stderr, long enough|
LOG_STDERR pid:N channel:stderr|on stderr
COMMUNICATION_STDERR pid:N|on stderr
LOG_STDERR pid:N channel:stderr| and the rest of the line|' 'stderr'

run log <<'E'
one
:
two\n
:
é and @Bno message@E here\n
:
\x88\xff
:
it's \xc0 "quoted"\n
exit
E
heard 'LOG.*processname:log.*quoted'
is "$(said log)" "LOG_STDOUT pid:N channel:stdout|one
LOG_STDOUT pid:N channel:stdout|two|
LOG_STDOUT pid:N channel:stdout|é and <!--XSUPERVISOR:BEGIN-->no message<!--XSUPERVISOR:END--> here|
LOG_STDOUT pid:N channel:stdout|Undecodable: b'\\x88\\xff'
LOG_STDOUT pid:N channel:stdout|Undecodable: b'it\\'s \\xc0 \"quoted\"\\n'" 'without capture the marks are text'

run small <<'E'
@B1234567890123456789012345678
:
abcdefghijklmnopqrstuvwxyz@E and the rest of the line\n
:
@Bone piece that is longer than the bound@E and the rest of the line\n
exit
E
heard 'COMMUNICATION.*processname:small' 2
is "$(said small)" 'COMMUNICATION_STDOUT pid:N|78abcdefghijklmnopqrstuvwxyz
COMMUNICATION_STDOUT pid:N|one piece that is longer than the bound' 'a small buffer: the oldest go, in pieces'

run off <<'E'
@Bnobody@E asked\n
exit
E
is "$(cat off.out)" '<!--XSUPERVISOR:BEGIN-->nobody<!--XSUPERVISOR:END--> asked' 'off: the log has all'
is "$(said off)" '' 'and no event is made'

if ours; then
	# what supervisord keeps back, and loses when the program ends
	run cap <<'E'
short
exit
E
	heard 'LOG.*processname:cap.*short'
	is "$(tail -n 1 cap.out)" short 'short output is not kept back'
	run cap <<'E'
\nhalf a mark <!--XSUPERVISOR:BEG
exit
E
	heard 'LOG.*processname:cap.*BEG'
	is "$(tail -n 1 cap.out)" 'half a mark <!--XSUPERVISOR:BEG' 'half a mark is none when the program has ended'
	run cap <<'E'
@Bwithout an end
exit
E
	logged 'cap stdout: 14 bytes behind the mark of capture mode had no end and are lost'
	run cap <<'E'
\nthe next process begins outside of it\n
exit
E
	heard 'LOG.*the next process'
	is "$(tail -n 1 cap.out)" 'the next process begins outside of it' 'the next process begins anew'
	stats() { ctl log-stats --json "$1" | perl -MJSON::PP -e 'local $/; for (@{decode_json(<STDIN>)}) {
	    print join(" ", $_->{in_bytes} == $_->{written_bytes} + $_->{dropped_bytes} + $_->{captured_bytes} + $_->{flight_bytes} ? "even" : "odd", $_->{captured_bytes}, $_->{events_lost}), "\n"
	    if $_->{channel} eq "stdout" }'; }
	is "$(stats cap)" "even $((6 * 46 + 5 + 17 + 5 + 5 + 3 + 24 + 14)) 0" 'the account holds'
fi
down
done_testing
