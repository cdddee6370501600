#!/bin/sh
# tail, maintail, clear.
. t/lib.sh
script chat <<'END'
#!/usr/bin/perl
$| = 1;
print "line $_\n" for 1 .. 300;
print STDERR "to stderr\n";
open my $f, '>', "$ENV{SUPD_TEST}/up"; print $f "up\n"; close $f;
sleep 1 while 1;
END
conf '[program:chat]' "command = $T/chat" 'startsecs = 0' "stdout_logfile = $T/chat.out" "stderr_logfile = $T/chat.err"
conf '[program:mute]' 'command = /bin/sleep 1000' 'startsecs = 0' 'stdout_logfile = NONE' 'stderr_logfile = NONE'
conf '[program:auto]' 'command = /bin/sh -c "echo automatic; exec sleep 1000"' 'startsecs = 0'
conf '[program:off]' 'command = /bin/sleep 1000' 'autostart = false' "stdout_logfile = $T/off.out"
up_quiet
await up up >/dev/null
await chat.out 'line 300$' >/dev/null
await chat.err 'to stderr' >/dev/null
await "$(ls log/auto-stdout---supervisor-*.log)" automatic >/dev/null
session <<'END'
$ tail -20 chat
8
line 299
line 300
$ tail -27 chat stdout
line 298
line 299
line 300
$ tail chat stderr
to stderr
$ tail -1 chat
$ tail auto
automatic
$ tail off
off: ERROR (no log file)
= 1
$ tail zz
zz: ERROR (no such process name)
= 1
$ tail chat nosuch
Error: bad channel 'nosuch'
= 1
! first tail
Error: too few arguments
= 1
$ tail -20
Error: tail requires process name
= 1
$ tail -x chat
Error: bad argument -x
= 1
! first tail a b c d
Error: too many arguments
= 1
$ maintail -x
Error: bad argument -x
= 1
! first maintail a b
Error: too many arguments
= 1
$ clear chat
chat: cleared
$ tail chat
$ tail chat stderr
$ clear off
off: cleared
$ clear zz
zz: ERROR (no such process)
= 1
! first clear
Error: clear requires a process name
= 1
$ clear chat off
chat: cleared
off: cleared
$ clear g:*
g:None: ERROR (no such process)
= 1
! ctl clear all | sort
auto: cleared
chat: cleared
mute: cleared
off: cleared
END
ours ||		# which keeps the last lines in memory as well
	is "$(ctl tail mute; echo $?)" 'mute: ERROR (no log file)
1' 'tail of what is not kept'
is "$(ctl tail auto)" '' 'clear all did clear'
is "$(wc -c <chat.out)" 0 'the file is empty'
like "$(ctl maintail)" 'INFO success: chat entered RUNNING state' 'maintail shows the main log'
is "$(ctl maintail -10 | wc -c)" 11 'maintail -10: ten bytes and a newline'
is "$(ctl restart chat)" 'chat: stopped
chat: started' 'once more'
await chat.out 'line 300$' >/dev/null
is "$(ctl tail chat | wc -c)" 1601 'tail: 1600 bytes and a newline'
down
done_testing
