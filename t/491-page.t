#!/bin/sh
# supervisord's own page and its paths, which scripts use: status, redirects, messages, logs.
. t/lib.sh
need perl
script talks <<'!'
#!/bin/sh
echo "one <&> two"
echo "trouble" >&2
exec sleep 1000
!
script quick <<'!'
#!/bin/sh
exit 3
!
conf '[supervisord]' 'identifier = its name'
conf '[program:talks]' "command = $T/talks" 'startsecs = 0' "stdout_logfile = $T/talks.log" \
    "stderr_logfile = $T/talks.err"
conf '[program:many]' 'command = /bin/sleep 1000' 'startsecs = 0' 'numprocs = 2' \
    'process_name = n%(process_num)d'
conf '[program:off]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autostart = false'
conf '[program:absent]' 'command = /nowhere/x' 'autostart = false'
conf '[program:quick]' "command = $T/quick" 'autostart = false' 'startretries = 0' 'startsecs = 2'
conf '[program:silent]' 'command = /bin/sleep 1000' 'startsecs = 0' 'stdout_logfile = NONE'
up
entered talks RUNNING
entered many:n1 RUNNING
entered silent RUNNING
http() { perl "$TOOL/http.pl" "$@"; }
# get PATH: status, then the body
get() { http "$T/sock" "$@"; }
# message QUERY: where an action leads to, decoded, with dates masked
message() {
	http -o Location -H 'Host: h.example:77' "$T/sock" "/index.html?$1" |
	    perl -pe 's/%([0-9A-F]{2})/chr hex $1/ge; s/at \w{3} \w{3} [ \d]\d [\d:]{8} \d{4}/at DATE/'
}
status() { http -o status "$@"; }

# --- the page
is "$(status "$T/sock" /)" 200 'the page'
is "$(status "$T/sock" /index.html)" 200 'by its name'
page=$(http -o body "$T/sock" /)
like "$page" 'running' 'states in small letters'
like "$page" 'pid [0-9]+, uptime [0-9:]+' 'descriptions'
for link in 'index.html\?processname=talks&amp;action=restart' 'index.html\?processname=talks&amp;action=stop' \
    'index.html\?processname=off&amp;action=start' 'index.html\?processname=many%3An0&amp;action=clearlog' \
    'logtail/many%3An1' 'logtail/talks/stderr' 'tail.html\?processname=talks' \
    'index.html\?action=refresh' 'index.html\?action=restartall' 'index.html\?action=stopall'; do
	like "$page" "href=\"$link\"" "a link: $link"
done
unlike "$page" 'processname=off&amp;action=stop"' 'what is down cannot be stopped'
like "$(http -o body "$T/sock" '/?message=a%20%3Cb%3E%20c')" 'a &lt;b(>|&gt;) c' 'a message is shown, escaped'
is "$(http -o Content-Type "$T/sock" / | tr -d ' ')" 'text/html;charset=utf-8' 'its type'

# --- actions
is "$(status "$T/sock" '/index.html?action=refresh')" 301 'an action leads to the page'
is "$(message action=refresh)" 'http://h.example:77/?message=Page refreshed at DATE' refresh
is "$(message 'processname=off&action=start')" 'http://h.example:77/?message=Process off started' start
entered off RUNNING
is "$(message 'processname=off&action=start')" \
    'http://h.example:77/?message=ERROR: Process off: already started' 'twice'
is "$(message 'processname=off&action=restart')" 'http://h.example:77/?message=Process off restarted' restart
is "$(message 'processname=off&action=stop')" 'http://h.example:77/?message=Process off stopped' stop
is "$(message 'processname=off&action=stop')" \
    'http://h.example:77/?message=unexpected rpc fault [70] NOT_RUNNING: off' 'twice'
is "$(message 'processname=off&action=restart')" 'http://h.example:77/?message=Process off restarted' \
    'restart of what is down'
is "$(message 'processname=many%3An0&action=stop')" 'http://h.example:77/?message=Process many:n0 stopped' \
    'a process of a group'
is "$(message 'processname=many:n0&action=start')" 'http://h.example:77/?message=Process many:n0 started' \
    'its name as it is'
is "$(message 'processname=nobody&action=start')" 'http://h.example:77/?message=No such process named nobody' 'no such process'
is "$(message 'processname=many&action=start')" 'http://h.example:77/?message=No such process named many' 'a group is none'
is "$(message 'processname=absent&action=start')" \
    'http://h.example:77/?message=ERROR: Process absent: no such file' 'no such file'
is "$(message 'processname=quick&action=start')" \
    'http://h.example:77/?message=ERROR: Process quick: spawn error' 'too quick'
is "$(http -o Location -d 'action=stop&processname=off' "$T/sock" /index.html)" \
    'http://localhost/?message=Process%20off%20stopped' 'a form, posted'
is "$(message 'processname=talks&action=clearlog')" 'http://h.example:77/?message=Log for talks cleared' clearlog

# --- logs
is "$(status -X POST "$T/sock" /logtail/talks)" 400 'logtail: GET only'
# of a log that goes nowhere we still know the end
for p in /logtail/nobody /logtail/talks/nonsense /logtail/many $(ours || echo /logtail/silent); do
	is "$(status "$T/sock" $p)" 404 "$p: 404"
done
ctl restart talks >/dev/null
like "$(get -u 'two' /logtail/talks 2>&1)" '^one <&> two$' 'stdout'
like "$(http -o body -u 'trouble' "$T/sock" /logtail/talks/stderr)" '^trouble$' 'stderr'
is "$(http -o Content-Type -u . "$T/sock" /logtail/talks | tr -d ' ')" 'text/plain;charset=utf-8' 'its type'
is "$(http -o X-Accel-Buffering -u . "$T/sock" /logtail/talks)" no 'no proxy shall gather it'
is "$(http -o Transfer-Encoding -u . "$T/sock" /logtail/talks)" chunked 'in chunks'
perl -e 'print "x" x 2000, "\nthe end\n"' >>"$T/talks.log"
first=$(http -o body -u 'the end' "$T/sock" /logtail/talks)
is "$(printf '%s\n' "$first" | wc -c | tr -d ' ')" 1024 'the last 1024 bytes first'
behind "$T/followed" perl "$TOOL/http.pl" -o body -u 'and more' "$T/sock" /logtail/talks
f=$BG
echo 'and more' >>"$T/talks.log"
ok 'then what comes' gone "$f"
like "$(cat "$T/followed")" 'and more' 'it has come'
like "$(http -o body -u . "$T/sock" /mainlogtail)" 'RUNNING|spawned|pid' 'the main log'
is "$(status -X POST "$T/sock" /mainlogtail)" 400 'GET only'

like "$(http -o body "$T/sock" '/tail.html?processname=talks')" 'the end' 'tail.html'
like "$(http -o body "$T/sock" '/tail.html?processname=talks&limit=3000')" 'one &lt;&amp;(>|&gt;) two' 'more of it, escaped'
like "$(http -o body "$T/sock" '/tail.html?processname=talks&limit=3000')" \
    'href="tail.html\?processname=talks&amp;limit=3000"' 'a link to the same'
like "$(http -o body "$T/sock" '/tail.html?processname=talks')" '<title>Supervisor tail of process talks</title>' 'its title'
like "$(http -o body "$T/sock" /tail.html)" 'No process name found' 'no name'
like "$(http -o body "$T/sock" '/tail.html?processname=silent')" 'No file for silent' 'no file'
like "$(http -o body "$T/sock" '/tail.html?processname=nobody')" \
    'ERROR: unexpected rpc fault \[10\] BAD_NAME: nobody' 'no such process'

# --- the rest
is "$(get /ok.html | tr -d '\r' | tr '\n' ' ')" '200 Content-Type: text/plain  OK' ok.html
is "$(http -o Content-Type "$T/sock" /stylesheets/supervisor.css | cut -d';' -f1)" text/css 'the style'
is "$(status "$T/sock" /nothing)" 404 'nothing there'
is "$(status -X HEAD "$T/sock" /nothing)" 404 'nor for HEAD'
is "$(status -X DELETE "$T/sock" /nothing)" 400 'another method'
is "$(message action=stopall)" 'http://h.example:77/?message=All stopped at DATE' stopall
is "$(ctl status talks | awk '{ print $2 }')" STOPPED 'it was'
is "$(message action=restartall)" 'http://h.example:77/?message=All restarted at DATE' restartall
is "$(ctl status talks | awk '{ print $2 }')" RUNNING 'it was'
down
done_testing
