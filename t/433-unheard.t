#!/bin/sh
# supctl does not wait for ever for a server that lives and does not read; an answer may take its time.
. t/lib.sh
skip_unless_supd 'about our own client'
need perl

# deaf NAME BACKLOG: listens, and never accepts
deaf() {
	perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un($ARGV[0])) or die $!;
	    listen(S, $ARGV[1]); open(F, ">", "$ARGV[0].up"); print F "up\n"; close(F); sleep 1000' "$T/$1" "$2" &
	await "$T/$1.up" up >/dev/null
}
ask() { behind "$T/$1.out" sh -c "timeout 60 $CTL -s unix://$T/$2 $3; echo \"status \$?\""; }

deaf deaf 5
deaf full 0
perl -MSocket -e 'socket($s, AF_UNIX, SOCK_STREAM, 0), connect($s, pack_sockaddr_un($ARGV[0])), push @s, $s
    for 1; open(F, ">", "$ARGV[0].taken"); print F "taken\n"; close(F); sleep 1000' "$T/full" &
await full.taken taken >/dev/null
conf '[program:slow]' 'command = /bin/sleep 1000' 'startsecs = 12' 'autostart = false'
up_quiet
ask slow sock 'start slow'
ask deaf deaf status
ask full full status
await deaf.out status >/dev/null
await full.out status >/dev/null
told='does not answer: the server has read nothing for 10 seconds'
is "$(cat deaf.out)" "error: unix://$T/deaf $told
status 1" 'a server that does not read what it was told'
is "$(cat full.out)" "error: unix://$T/full $told
status 1" 'a server that does not accept, with a full backlog'
await slow.out status >/dev/null
is "$(cat slow.out)" 'slow: started
status 0' 'an answer that takes longer is waited for'
down
done_testing
