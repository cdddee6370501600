#!/bin/sh
# supctl speaks to a supervisor by http://: who it is, and what goes wrong, in one line.
. t/lib.sh
skip_unless_supd 'supervisorctl by TCP is another matter'
skip_unless_http
need python3 supervisord
conf '[program:a]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autostart = false' \
    '[inet_http_server]' "port = $HTTP" 'username = jack' 'password = p@ss:word' \
    '[inet_http_server:free]' "port = ${HTTP%:*}:29002"
free=http://${HTTP%:*}:29002
url=http://$HTTP
await_up() { await supd.log 'supervisord started with pid' "$1" >/dev/null; }

is "$($CTL -s "$url" status 2>&1; echo "= $?")" "$url refused connection
= 4" 'nobody listens'
is "$($CTL -s "$url" pid 2>&1; echo "= $?")" "$url refused connection
= 4" 'for any action'
up_quiet

# --- who

row='a                                STOPPED   Not started'
is "$($CTL -s "$free" status)" "$row" 'a server without a password'
is "$($CTL -s "$free/" pid)" "$SUP" 'a slash at the end'
is "$($CTL -s "$url" status; echo "= $?")" 'Server requires authentication
= 1' 'one with a password'
is "$($CTL -s "$url" version; echo "= $?")" 'Server requires authentication
= 1' 'for any action'
is "$($CTL -s "$url" -u jack -p wrong status; echo "= $?")" 'Server requires authentication
= 1' 'a wrong one'
is "$($CTL -s "$url" -u jack -p p@ss:word status)" "$row" 'user and password as options'
is "$($CTL -s "http://jack:p%40ss:word@$HTTP" status)" "$row" 'in the address'
is "$($CTL -s "http://jack:wrong@$HTTP" -u jack -p p@ss:word status)" "$row" 'options come first'
conf '[supervisorctl]' "serverurl = $url" 'username = jack' 'password = p@ss:word'
is "$(ctl status)" "$row" 'in the configuration'
is "$(ctl -s "http://jack:wrong@$HTTP" status)" 'Server requires authentication' \
    'the address comes before that'
unlike "$(ctl -s "http://jack:wrong@${HTTP%:*}:1" status)" wrong 'no message shows it'
is "$(printf 'version\nstart a\nopen %s\nstop a\n' "$free" | ctl | sed 's/supervisor> //' |
    grep -v '^ *$' | mask)" "$row
$("$SUPD" --version)
a: started
a                                RUNNING   pid N, uptime TIME
a: stopped" 'the shell, and open'
like "$(ctl why a)" 'asked for over the network' 'why knows where it came from'

# --- what is no supervisor

is "$($CTL -s "$url/nowhere" -u jack -p p@ss:word status | sed 's/40[04]/NUMBER/')" \
    "error: $url/nowhere does not answer like a supervisor (HTTP status NUMBER)" \
    'a path where it is not'
is "$($CTL -s "https://$HTTP" status; echo "= $?")" \
    "error: https://$HTTP makes no TLS connection: is it http:// there?
= 1" 'https where it is http'
is "$($CTL -s http:// status)" 'error: http:// is no address: http://HOST:PORT would be one' \
    'no host'
is "$($CTL -s ftp://x status 2>&1 | head -n 1)" \
    "Error: invalid value for -s 'ftp://x': value 'ftp://x' is not a URL" 'no such way'

elsewhere=${HTTP%:*}:29003
cat >theirs.conf <<END
[supervisord]
logfile = $T/theirs.log
pidfile = $T/theirs.pid
nodaemon = true
[inet_http_server]
port = $elsewhere
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
END
behind theirs.out supervisord -c theirs.conf
await theirs.log 'supervisord started' >/dev/null
is "$($CTL -s "http://$elsewhere" status; echo "= $?")" "error: http://$elsewhere is a \
supervisord, which speaks XML-RPC only: use its own supervisorctl
= 1" 'a supervisord'
kill $BG
gone $BG

# --- it goes away

behind tail $CTL -s "$free" events -f PROCESS_STATE
tail=$BG
eventually sh -c "$CTL -s $free restart a >/dev/null; grep -q RUNNING tail"
down
gone $tail
like "$(tail -n 1 tail)" "^error: $free closed the connection|PROCESS_STATE_STOPPED" \
    'a stream ends with its supervisor'

if [ -x "$(dirname "$SUPD_BIN")/small/supctl" ]; then
	is "$("$(dirname "$SUPD_BIN")/small/supctl" -s "$url" status; echo "= $?")" "error: $url \
cannot be used: this supctl was built without HTTP, it speaks to unix:// sockets only
= 1" 'a build without libcurl says so'
fi
done_testing
