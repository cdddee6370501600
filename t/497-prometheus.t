#!/bin/sh
# GET /metrics as the parser of Prometheus reads it, GET /healthz, and the files for monitoring.
. t/lib.sh
skip_unless_supd 'supervisord has no metrics'
need perl python3
python=/usr/bin/python3			# the one that has Debian's packages
$python -c 'import prometheus_client.openmetrics.parser' 2>/dev/null ||
    skip_all 'python3-prometheus-client is not installed'
monitoring=$TOOL/../../contrib/monitoring
script burn <<'!'
#!/usr/bin/perl
print "hello\n" x 100;
1 while (times)[0] < 0.2;
exit 7;
!
conf '[program:stays]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:odd]' "command = $T/burn" 'startsecs = 0' 'autorestart = false' 'process_name = a"b\c'
conf '[program:off]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autostart = false'
up
saw stays STARTING RUNNING
entered 'odd:a"b\c' EXITED
http() { perl "$TOOL/http.pl" "$@"; }
scrape() { http -o body -H 'Accept: application/openmetrics-text; version=1.0.0' "$T/sock" /metrics; }

# parsed FILE: what the strict parser understands, as lines: NAME VALUE LABEL=VALUE... ;
cat >parse.py <<'!'
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict
from prometheus_client.parser import text_string_to_metric_families as plain
text = open(sys.argv[1]).read()
for family in (strict if text.endswith("# EOF\n") else plain)(text):
    for s in family.samples:
        print(s.name, str(s.value).removesuffix(".0"), *[f"{k}={v}" for k, v in s.labels.items()], ";")
!
parsed() { $python parse.py "$1" >"$1.parsed"; }
# value FILE NAME LABEL=VALUE...: what such samples are worth
value() {
	_file=$1.parsed
	_name=$2
	shift 2
	LABELS="$*" perl -ne 'BEGIN { $name = shift; @want = split / /, $ENV{LABELS} }
		my ($n, $v) = split / /; my $line = $_;
		print "$v\n" if $n eq $name && !grep { index($line, " $_ ") < 0 } @want' "$_name" "$_file"
}
# within VALUE LEAST MOST
within() { perl -e 'exit !($ARGV[0] >= $ARGV[1] && $ARGV[0] <= $ARGV[2])' "$@"; }
scrape >open
http -o body "$T/sock" /metrics >plain
ok 'OpenMetrics, strictly' parsed open
ok "Prometheus' own format" parsed plain
if command -v promtool >/dev/null; then
	ok 'promtool has nothing against it' sh -c 'promtool check metrics <plain'
else
	skip 'promtool is not installed'
fi
is "$(tail -n 1 open)" '# EOF' 'it is whole'
is "$(http -o Content-Type -H 'Accept: application/openmetrics-text' "$T/sock" /metrics)" \
    'application/openmetrics-text; version=1.0.0; charset=utf-8' 'its type'
is "$(http -o Content-Type "$T/sock" /metrics)" 'text/plain; version=0.0.4; charset=utf-8' 'to others'
for f in open plain; do
	is "$(value $f supd_process_state name=stays) $(value $f supd_process_state group=odd)" '20 100' "$f: states"
	is "$(value $f supd_process_state 'name=a"b\c')" 100 "$f: a name that needs escaping"
	is "$(value $f supd_process_up name=stays) $(value $f supd_process_up name=off)" '1 0' "$f: up"
	is "$(value $f supd_process_missing name=stays) $(value $f supd_process_missing group=odd) $(value $f supd_process_missing name=off)" \
	    '0 1 0' "$f: missing"
	is "$(value $f supd_process_ends_total group=odd cause=unexpected)" 1 "$f: ends"
	is "$(value $f supd_process_start_latency_seconds_count name=stays)" 1 "$f: latency"
	is "$(value $f supd_info version="$(ctl version)")" 1 "$f: version"
done
ok 'uptime' within "$(value open supd_process_uptime_seconds name=stays)" 0 100
ok 'start time' within "$(value open supd_process_start_time_seconds name=stays)" $(($(date +%s) - 100)) $(($(date +%s) + 10))
ok 'processor time of an ended run' within "$(value open supd_process_cpu_seconds_total group=odd)" 0.2 10
ok 'resident memory' test "$(value open supd_process_resident_memory_bytes name=stays)" -gt 10000
is "$(value open supd_process_resident_memory_bytes name=off)" '' 'who is down has none'
ok 'that of the supervisor' test "$(value open supd_process_resident_memory_bytes group=supd name=core)" -gt 10000
is "$(value open supd_log_read_bytes_total group=odd channel=stdout)" 600 'bytes of output'
is "$(value open supd_log_dropped_bytes_total group=odd channel=stdout | sort -u)" 0 'none of them lost'
ok 'wake-ups' test "$(value open supd_wakeups_total)" -gt 0
before=$(value open supd_control_calls_total)
scrape >again
parsed again
ok 'calls' test "$(value again supd_control_calls_total)" -gt "$before"

# a program that runs uses time, and does not lose it when it ends
ctl start odd:\* >/dev/null
entered 'odd:a"b\c' EXITED
scrape >later
parsed later
ok 'time goes on adding up' within "$(value later supd_process_cpu_seconds_total group=odd)" 0.4 20

# a logger that is away
kill -STOP "$(ctl pid supd:logger)"
behind "$T/slow" perl "$TOOL/http.pl" -o status "$T/sock" /metrics
kill -KILL "$(ctl pid supd:logger)"
ok 'the answer comes without it' gone "$BG"
is "$(cat slow)" 200 'and is an answer'

# --- health
health() { http "$@" "$T/sock" /healthz; }
is "$(health -o status)" 503 'somebody is missing'
is "$(health -o body)" 'odd:a"b\c EXITED' 'who'
is "$(health -o body -H 'Accept: application/json')" \
    '{"supervisor":"RUNNING","missing":[{"group":"odd","name":"a\"b\\c","statename":"EXITED"}]}' 'as JSON'
conf '[program:odd]' 'exitcodes = 7'
ctl update >/dev/null
ctl start odd:\* >/dev/null
entered 'odd:a"b\c' EXITED
is "$(health -o status) $(health -o body)" '200 ok' 'who is done is not missing'
ctl stop stays >/dev/null
is "$(health -o status)" 200 'nor who was stopped by a person'

# --- what we ship
names=$(sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' open)
known=$(printf '%s\n' "$names"; grep -o '^supd[a-z_]*' open | sort -u)
for f in grafana.json supd-alerts.yml; do
	used=$(grep -o 'supd_[a-z_]*' "$monitoring/$f" | sort -u)
	ok "$f: names metrics" test "$(printf '%s\n' "$used" | wc -l)" -gt 1
	is "$(printf '%s\n' "$used" | while read -r m; do printf '%s\n' "$known" | grep -qx "$m" || echo "$m"; done)" '' \
	    "$f: each of them is there"
done
is "$(printf '%s\n' "$known" | grep '_total$' | while read -r m; do
	grep -q "$m" "$monitoring/grafana.json" || echo "$m"; done | tr '\n' ' ')" \
    'supd_log_written_bytes_total ' 'the dashboard shows every counter but one'
ok 'the dashboard is JSON' $python -c 'import json, sys; json.load(open(sys.argv[1]))' "$monitoring/grafana.json"
down
done_testing
