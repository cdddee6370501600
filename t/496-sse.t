#!/bin/sh
# GET /events: Server-Sent Events that can be resumed, and the JSON that the page lives on.
. t/lib.sh
skip_unless_supd 'supervisord has no such thing'
need perl
conf '[program:x]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:g]' 'command = /bin/sleep 1000' 'startsecs = 0' 'numprocs = 2' 'process_name = n%(process_num)d' \
    'autostart = false'
up
saw x STARTING RUNNING
http() { perl "$TOOL/http.pl" "$@"; }
# events UNTIL QUERY [HEADER]: names and payloads of what comes, until that does
events() { http -o body -u "$1\"\\}\n\n" ${3:+-H "$3"} "$T/sock" "/events?$2"; }

all=$(http -o body -u 'RUNNING\ndata: .*processname:x.*\n\n' "$T/sock" '/events?since=all&types=PROCESS_STATE')
like "$all" '^id: [0-9a-f]+:[0-9]+$' 'an id: the run, and the serial'
like "$all" '^event: PROCESS_STATE_RUNNING$' 'the type'
like "$all" '^data: \{"event":"PROCESS_STATE_RUNNING","serial":[0-9]+,"time":[0-9.]+,"payload":"processname:x groupname:x from_state:STARTING pid:[0-9]+"\}$' \
    'the data'
like "$all" '^retry: 1000$' 'when to come back'
unlike "$all" 'PROCESS_GROUP' 'only the types that were asked for'
is "$(http -o Content-Type -u retry "$T/sock" /events)" 'text/event-stream' 'its type'
is "$(http -o status "$T/sock" '/events?types=NONSENSE')" 400 'a type that is none'
is "$(http -o status "$T/sock" '/events?since=x')" 400 'an id that is none'
is "$(http -o status -X POST "$T/sock" /events)" 400 'GET only'

# live: two readers at once
for i in 1 2; do
	behind "$T/live$i" perl "$TOOL/http.pl" -o body -u 'STOPPED\ndata.*\n\n' "$T/sock" '/events?types=PROCESS_STATE'
	eval "r$i=$BG"
	await "$T/supd.log" . >/dev/null
done
eventually sh -c "ctl() { $CTL -c $T/supd.conf \"\$@\"; }; ctl start g:n0 >/dev/null; ctl stop g:n0 >/dev/null; ! kill -0 $r1 2>/dev/null && ! kill -0 $r2 2>/dev/null"
like "$(cat "$T/live1")" 'processname:n0 groupname:g from_state:STOPPING' 'a reader hears of it'
like "$(cat "$T/live2")" 'processname:n0 groupname:g from_state:STOPPING' 'and so does another'

# going on: nothing twice, nothing lost
last=$(sed -n 's/^id: //p' "$T/live1" | tail -n 1)
ctl start g:n1 >/dev/null
saw g:n1 STARTING RUNNING
more=$(events 'RUNNING.*processname:n1.*' 'types=PROCESS_STATE' "Last-Event-ID: $last")
serials=$(printf '%s\n' "$more" | sed -n 's/^id: .*://p')
is "$(printf '%s\n' "$serials" | head -n 1)" "$((${last##*:} + 1))" 'goes on with the next one'
is "$(printf '%s\n' "$serials" | sort -n | uniq -d)" '' 'nothing twice'
like "$(events 'RUNNING.*processname:n1.*' "types=PROCESS_STATE&since=${last##*:}")" '^event: PROCESS_STATE_RUNNING' 'by a plain serial'
like "$(events 'RUNNING.*processname:n1.*' "since=0123456789abcdef:99999&types=PROCESS_STATE")" \
    '^data: \{"event":"EVENTS_MISSED".*"missed":-1\}' 'of another run: nobody knows how many are missing'

# more than are remembered
i=0
while [ $i -lt 300 ]; do echo 'stop g:n1'; echo 'start g:n1'; i=$((i + 1)); done | ctl >/dev/null
missed=$(events 'RUNNING.*processname:n1.*' "types=PROCESS_STATE&since=$last" |
    sed -n '/^event: missed/,/^data/s/.*"missed":\([0-9]*\)}$/\1/p')
ok "some are forgotten, and counted ($missed)" test "${missed:-0}" -gt 1
lost=$(ctl metrics --json | perl -ne '/"events_lost":(\d+)/ and print $1')
ok "in the counter too ($lost)" test "$lost" -ge "$missed"

# --- JSON
json() { http -o body "$T/sock" "$1" | perl -MJSON::PP -e '$_ = decode_json(join "", <STDIN>); print eval $ARGV[0]; die $@ if $@' "$2"; }
is "$(json /status.json 'join " ", map { "$_->{group}:$_->{name}" } @{$_->{processes}}')" 'g:n0 g:n1 x:x' 'status.json: all'
is "$(json /status.json '"$_->{state}{pid} $_->{state}{statename}"')" "$SUP RUNNING" 'the state of the supervisor'
is "$(json '/status.json?names=x%0Ag:n1%0Anobody' 'join " ", (map { $_->{name} } @{$_->{processes}}), $_->{unknown}[0]{name}')" \
    'x n1 nobody' 'those with these names'
is "$(json '/status.json?names=' 'scalar @{$_->{processes}}')" 0 'nobody'
is "$(json '/why.json?name=x' '$_->{transitions}[-1]{to}')" RUNNING why.json
is "$(http -o status "$T/sock" '/why.json?name=zz')" 404 'no such process'
is "$(http -o status "$T/sock" /why.json)" 400 'no name'
down
done_testing
