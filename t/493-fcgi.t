#!/bin/sh
# [fcgi-program:x]: one listening socket, descriptor 0 of all its processes, there while one of them lives.
. t/lib.sh
skip_unless_root
need perl

ask() { perl "$TOOL/ask.pl" "$@" 2>&1; }
count() { grep -c "INFO $1 socket $2\$" "$T/supd.log"; }
stdin_of() { readlink "/proc/$(ctl pid "$1")/fd/0"; }
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1)->sockport')

conf '[fcgi-program:web]' "command = perl $TOOL/serve.pl fcgi" 'numprocs = 2' \
    'process_name = %(program_name)s%(process_num)d' "socket = unix://$T/%(program_name)s.sock" \
    'startsecs = 0' 'socket_mode = 0660' 'socket_owner = nobody:daemon' 'stderr_logfile = /dev/null'
conf '[fcgi-program:tcp]' "command = perl $TOOL/serve.pl fcgi" "socket = tcp://LocalHost:$port" \
    'startsecs = 0' 'autostart = false'
conf '[fcgi-program:own]' "command = perl $TOOL/serve.pl fcgi" "socket = unix://$T/own.sock" \
    'startsecs = 0' 'user = nobody' 'autostart = false'
: >web.sock			# what a dead server left
perl -MSocket -e 'unlink $ARGV[0]; socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un($ARGV[0]))' "$T/web.sock"
up

saw web:web0 STARTING RUNNING
saw web:web1 STARTING RUNNING
is "$(count Creating "unix://$T/web.sock") $(count Closing "unix://$T/web.sock")" '2 1' \
    'the socket is tried when the group is made, and made at the first start'
is "$(stat -c '%a %U %G' web.sock)" '660 nobody daemon' 'socket_mode, socket_owner'
like "$(stdin_of web:web0)" '^socket:' 'descriptor 0 is a socket'
is "$(stdin_of web:web1)" "$(stdin_of web:web0)" 'one for both processes'
like "$(ask "unix://$T/web.sock" hello)" '^[0-9]+ fcgi hello$' 'it is served'

ctl stop web:web0 >/dev/null
is "$(count Closing "unix://$T/web.sock")" 1 'it stays when one of two processes stops'
is "$(ask "unix://$T/web.sock" hello)" "$(ctl pid web:web1) fcgi hello" 'the other one serves'
ctl start web:web0 >/dev/null
is "$(stdin_of web:web0)" "$(stdin_of web:web1)" 'which the first one has again'
is "$(count Creating "unix://$T/web.sock")" 2 'no other was made for it'
ctl stop 'web:*' >/dev/null
logged "INFO Closing socket unix://$T/web.sock\$" 2
ok 'its file stays' test -S web.sock
like "$(ask "unix://$T/web.sock" hello)" 'Connection refused' 'and nobody listens'
ctl start 'web:*' >/dev/null
is "$(count Creating "unix://$T/web.sock")" 3 'the next start makes another'
like "$(ask "unix://$T/web.sock" again)" '^[0-9]+ fcgi again$' 'which is served'

# the last child is gone with its own death, too
is "$(ctl start tcp)" 'tcp: started' 'a TCP socket'
is "$(ask "tcp://127.0.0.1:$port" hello)" "$(ctl pid tcp) fcgi hello" 'is served'
is "$(count Creating "tcp://localhost:$port")" 2 'by its name in lower case'
saw tcp STARTING RUNNING
kill -KILL "$(ctl pid tcp)"
saw tcp EXITED STARTING RUNNING
is "$(count Creating "tcp://localhost:$port") $(count Closing "tcp://localhost:$port")" '3 2' \
    'a death closes it, the restart makes it again'
is "$(ask "tcp://127.0.0.1:$port" hello)" "$(ctl pid tcp) fcgi hello" 'and is served'

ctl start own >/dev/null
is "$(stat -c '%a %U' own.sock)" '700 nobody' 'without socket_owner it is of the user of the program'

# the socket is part of the definition
is "$(ctl reread)" 'No config updates to processes' 'nothing changed'
sed -i "s#tcp://LocalHost:$port#unix://$T/tcp.sock#" supd.conf
is "$(ctl reread)" 'tcp: changed' 'another socket is a change'
ctl update >/dev/null
entered tcp STOPPED
ctl start tcp >/dev/null 2>&1
like "$(ask "unix://$T/tcp.sock" moved)" 'fcgi moved$' 'update moves it'
like "$(ask "tcp://127.0.0.1:$port" hello)" 'Connection refused' 'away from the old address'
down

# errors show at the start; supervisord ends with a trace and 1
refused() {
	conf '[fcgi-program:tcp]' "$1" '[fcgi-program:web]' 'autostart = false'
	timeout 20 $SUPD -c "$T/supd.conf" >out 2>&1
	is "$?" "$(ours && echo 2 || echo 1)" "refused: $1"
	like "$(cat out)" "^(Value)?Error: $2" 'in these words'
}
rm -f supd.log
refused "socket = unix://$T/no/such.sock" \
    "Could not create FastCGI socket unix://$T/no/such.sock: .*No such file or directory"
perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ARGV[0], Listen => 1, ReuseAddr => 1) or die $!; print "listening\n"; close STDOUT; sleep 1000' "$port" >listening &
other=$!
await listening listening >/dev/null
refused "socket = tcp://127.0.0.1:$port" \
    "Could not create FastCGI socket tcp://127.0.0.1:$port: .*(Address already in use|Address in use)"
kill $other
done_testing
