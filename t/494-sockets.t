#!/bin/sh
# sockets= of a program: held by supd over restarts of the program, of supd and a crash; nobody is turned away.
. t/lib.sh
skip_unless_supd 'supervisord has no sockets='
skip_unless_root
need perl

ask() { perl "$TOOL/ask.pl" "$@" 2>&1; }
free_port() { perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1)->sockport'; }
inode() { readlink "/proc/$(ctl pid "$1")/fd/$2"; }
# flood N FILE: ask N times in the background, until FILE exists
flood() { rm -f stop "$2"; perl "$TOOL/ask.pl" -n "$1" -w "$T/stop" "tcp://127.0.0.1:$port" >"$2" 2>&1 & FLOOD=$!; }
flood_over() { : >stop; gone "$FLOOD"; tail -n 1 "$1" | sed 's/ of [1-9][0-9]*$/ of many/'; }
served() { await "$T/$1" "^www" "$2" >/dev/null; }
port=$(free_port)
mkdir notes

conf '[program:web]' "command = perl $TOOL/serve.pl listen $T/notes" 'startsecs = 0' \
    "sockets = www=tcp://127.0.0.1:$port, ctl=unix://$T/run.sock ,dns = udp://127.0.0.1:$port, six=tcp://[::1]:$port" \
    'sockets_mode = 0660' 'sockets_owner = nobody' 'stderr_logfile = /dev/null'
conf '[program:two]' "command = perl $TOOL/serve.pl listen" 'startsecs = 0' 'numprocs = 2' \
    'process_name = %(process_num)d' "sockets = s=unix://$T/%(program_name)s.sock" 'user = nobody'
conf '[program:late]' 'command = /bin/sleep 1000' 'autostart = false' "sockets = l=unix://$T/late.sock"
conf '[fcgi-program:php]' "command = perl $TOOL/serve.pl fcgi" "socket = tcp://[::1]:$(free_port)" 'startsecs = 0'
conf '[group:site]' 'programs = php'
# what a dead server left
perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un($ARGV[0]))' "$T/run.sock"
up
saw web STARTING RUNNING

# ---- what the program gets ----
pid=$(ctl pid web)
is "$(ask "tcp://127.0.0.1:$port" hello)" "$pid www hello" 'TCP'
is "$(ask "unix://$T/run.sock" hello)" "$pid ctl hello" 'UNIX'
is "$(ask "udp://127.0.0.1:$port" hello)" "$pid dns hello" 'UDP'
is "$(ask "tcp://[::1]:$port" hello)" "$pid six hello" 'IPv6'
is "$(tr '\0' '\n' <"/proc/$pid/environ" | grep ^LISTEN_ | sort)" "LISTEN_FDNAMES=www:ctl:dns:six
LISTEN_FDS=4
LISTEN_PID=$pid" 'LISTEN_FDS, LISTEN_FDNAMES, LISTEN_PID'
is "$(ls "/proc/$pid/fd" | sort -n | head -n 7 | tr '\n' ' ')" '0 1 2 3 4 5 6 ' 'descriptors from 3 up'
flags=$(sed -n 's/^flags:[^0-9]*//p' "/proc/$pid/fdinfo/3")
is "$((0$flags & 04000))" 0 'which wait, as anybody expects of them'
is "$(stat -c '%a %U' run.sock)" '660 nobody' 'sockets_mode, sockets_owner'
is "$(stat -c '%a %U' two.sock)" '700 nobody' 'without them it is for the user of the program'
is "$(inode two:0 3)" "$(inode two:1 3)" 'processes of one program share them'
like "$(ctl why late)" "^listens at l=unix://$T/late.sock, held while it does not run" 'why says it'
ok 'a program that does not run has its sockets, too' test -S late.sock
like "$(ctl why site:php)" '^its standard input is the socket tcp://\[::1\]:' 'that of an fcgi-program as well'
is "$(ctl status site:php | awk '{ print $2 }')" RUNNING 'which works in a [group:x], and with IPv6'

# ---- held ----
flood 1000000 flood.out
served "notes/$pid" 20
socket=$(inode web 3)
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	ctl restart web >/dev/null
	served "notes/$(ctl pid web)" 3
done
is "$(flood_over flood.out)" '0 of many' '20 restarts, and every client was served'
is "$(inode web 3)" "$socket" 'by the same socket'
is "$(grep -c 'Creating socket' supd.log)" 8 'each was made once (that of php is tried first)'

flood 1000000 flood.out
served "notes/$(ctl pid web)" 5
kill -SEGV "$SUP"
await supd.log 'supervisord started with pid' 2 >/dev/null
served "notes/$(ctl pid web)" 20
ctl restart web >/dev/null
served "notes/$(ctl pid web)" 20
is "$(flood_over flood.out)" '0 of many' 'a crash of supd turns nobody away'
is "$(inode web 3)" "$socket" 'nor does it make another socket'

flood 1000000 flood.out
served "notes/$(ctl pid web)" 25
kill -HUP "$SUP"
await supd.log 'supervisord started with pid' 3 >/dev/null
served "notes/$(ctl pid web)" 5
is "$(flood_over flood.out)" '0 of many' 'a restart of supd (HUP) turns nobody away'
is "$(inode web 3)" "$socket" 'the socket is still the same'
down
ok 'at the end the files are removed' test ! -e run.sock -a ! -e two.sock -a ! -e late.sock
done_testing
