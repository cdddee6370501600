#!/bin/sh
# update and sockets=: only what must restarts, what stays named stays open, errors name the address.
. t/lib.sh
skip_unless_supd 'supervisord has no sockets='
skip_unless_root
need perl

ask() { perl "$TOOL/ask.pl" "$@" 2>&1; }
inode() { readlink "/proc/$(ctl pid "$1")/fd/$2"; }
listening() { grep -c "INFO $1 socket unix://$T/$2.sock\$" "$T/supd.log"; }
# set KEY VALUE: in the section of web
set_key() { sed -i "/^\[program:web\]/,/^\[/ s#^$1 *=.*#$1 = $2#" supd.conf; }
serve="command = perl $TOOL/serve.pl listen"

conf '[program:web]' "$serve" 'startsecs = 0' "sockets = a=unix://$T/a.sock" \
    'sockets_mode = 0700' 'sockets_backlog = 100' 'stopwaitsecs = 20'
conf '[program:other]' "$serve" 'startsecs = 0' "sockets = o=unix://$T/o.sock"
up
saw web STARTING RUNNING
saw other STARTING RUNNING
web=$(ctl pid web)
socket=$(inode web 3)

# ---- what needs no restart ----
set_key sockets_mode 0666
set_key sockets_backlog 200
set_key stopwaitsecs 21
is "$(ctl reread)" 'web: changed' 'a mode is a change'
like "$(ctl plan)" 'web' 'which the plan shows'
ctl update >/dev/null
is "$(stat -c %a a.sock) $(ctl pid web)" "666 $web" 'sockets_mode takes effect without a restart'
is "$(ss -xlH "src $T/a.sock" 2>/dev/null | awk '{ print $4 }')" "$(command -v ss >/dev/null && echo 200)" \
    'so does sockets_backlog'

# ---- another socket: the program restarts, the first socket stays ----
set_key sockets "b=unix://$T/b.sock, a=unix://$T/a.sock"
is "$(ctl plan | grep -c restart)" 1 'a further socket needs a restart of its program alone'
ctl update >/dev/null
saw web STOPPING STOPPED STARTING RUNNING
is "$(inode web 4)" "$socket" 'the first socket is the same, behind the new one'
is "$(listening Creating a) $(listening Closing a)" '1 0' 'it was never closed'
is "$(ask "unix://$T/a.sock" x) $(ask "unix://$T/b.sock" x)" \
    "$(ctl pid web) a x $(ctl pid web) b x" 'both are served, by their names'
is "$(states other)" 'STARTING RUNNING' 'the other program has not noticed'

# ---- a socket moves to another program ----
set_key sockets "b=unix://$T/b.sock"
conf '[program:heir]' "$serve" 'startsecs = 0' "sockets = a=unix://$T/a.sock"
ctl update >/dev/null
saw heir STARTING RUNNING
is "$(inode heir 3)" "$socket" 'what one program gives up and another takes is not closed in between'
is "$(ask "unix://$T/a.sock" x)" "$(ctl pid heir) a x" 'and served by the heir'

# ---- removed ----
ctl stop heir >/dev/null
ctl remove heir >/dev/null
logged "INFO Closing socket unix://$T/a.sock\$"
ok 'a program that is removed takes its socket along' test ! -e a.sock

# ---- what cannot be had ----
perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, pack_sockaddr_un($ARGV[0])) && listen(S, 5);
    $| = 1; print "listening\n"; sleep 1000' "$T/a.sock" >.listening &
living=$!
await .listening listening >/dev/null
like "$(ctl add heir 2>&1)" "Could not create socket unix://$T/a.sock: .*[Aa]ddress (already )?in use" \
    'somebody who lives there is not pushed away'
ok 'the living one still has its file' test -S a.sock
kill $living
gone $living
set_key sockets "b=unix://$T/no/b.sock"
ctl update web >/dev/null
entered web BACKOFF
like "$(ctl status web)" "Could not create socket unix://$T/no/b.sock: .*No such file or directory" \
    'status names the address and the reason'
mkdir no
entered web RUNNING
is "$(ask "unix://$T/no/b.sock" x)" "$(ctl pid web) b x" 'the next try serves'
echo precious >file
set_key sockets "b=unix://$T/file"
ctl update web >/dev/null
entered web BACKOFF
is "$(cat file)" precious 'a file that is no socket stays'

# ---- a program becomes an fcgi-program ----
sed -i "s#^\[program:other\]#[fcgi-program:other]\nsocket = unix://$T/fcgi.sock#" supd.conf
sed -i "/^\[fcgi-program:other\]/,/^sockets/ s#serve.pl listen#serve.pl fcgi#" supd.conf
ctl update other >/dev/null
entered other RUNNING
is "$(ask "unix://$T/fcgi.sock" x)" "$(ctl pid other) fcgi x" 'it has its socket'

unlike "$(ctl reread)" '^other' 'and the update is complete'
down

# ---- forms ----
checks() {
	printf '[supervisord]\n[program:x]\ncommand = /bin/true\n%b\n' "$1" >form.conf
	got=$("$T/bin/supd" check -c form.conf 2>&1)
	like "$got" "^form.conf:[0-9]+: \[program:x\] $2" "refused: ${1%%[\\]n*}"
}
checks 'sockets = tcp://127.0.0.1:80' "sockets: 'tcp://127.0.0.1:80' is not name=address"
checks 'sockets = a b=tcp://127.0.0.1:80' "sockets: 'a b=tcp://127.0.0.1:80' is not name=address"
checks 'sockets = a:b=tcp://127.0.0.1:80' "sockets: 'a:b=tcp://127.0.0.1:80' is not name=address"
checks 'sockets = a=127.0.0.1:80' "sockets: '127.0.0.1:80' is none of tcp://host:port, udp://host:port and unix:///path"
checks 'sockets = a=tcp://127.0.0.1' "sockets: '127.0.0.1' is not host:port"
checks 'sockets = a=tcp://::1:80' "sockets: '::1:80' is not host:port"
checks 'sockets = a=tcp://[::1:80' "sockets: '\[::1:80' is not host:port"
checks 'sockets = a=tcp://127.0.0.1:x' "sockets: invalid literal for int\(\) with base 10: 'x'"
checks 'sockets = a=tcp://127.0.0.1:99999' 'sockets: 99999 is above upper bound \(65535\)'
checks 'sockets = a=tcp://no.such.host.invalid:80' "sockets: host 'no.such.host.invalid' is neither a number nor a name in /etc/hosts"
checks 'sockets = a=unix://run/x' "sockets: 'run/x' is not an absolute path"
checks "sockets = a=unix:///$(printf '%0110d' 0)" 'sockets: a path of more than 107 characters'
checks 'sockets = a=tcp://*:80, a=tcp://*:81' "sockets: 'a=tcp://\*:81' is the socket 'a=tcp://\*:80' again"
checks 'sockets = a=tcp://localhost:80, b=tcp://127.0.0.1:80' "sockets: 'b=tcp://127.0.0.1:80' is the socket 'a=tcp://localhost:80' again"
checks "sockets = $(seq -s ' ' 33 | sed 's#[0-9][0-9]*#&=unix:///run/&,#g')" 'sockets: more than 32 sockets'
checks 'sockets = a=unix:///run/%(process_num)d\nnumprocs = 2\nprocess_name = %(process_num)d' 'sockets: .*process_num'
checks 'sockets_backlog = 0' 'sockets_backlog: .*out of bounds, 1 is used'
checks 'sockets_owner = nosuch' "sockets_owner: 'nosuch' is no user or user:group"
done_testing
