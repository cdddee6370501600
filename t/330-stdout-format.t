#!/bin/sh
# [supd] stdout_format: whole lines of many programs on the supervisor's stdout.
. t/lib.sh
. "$TOOL/emit.sh"
skip_unless_supd 'supervisord copies chunks'
conf '[supervisord]' "logfile = $T/supd.log" 'silent = true'
for p in a b; do
	conf "[program:$p]" "command = $T/emit $T/$p.cmd" 'stdout_logfile = /dev/stdout' \
	    'stdout_logfile_maxbytes = 0' 'startsecs = 0'
done
conf '[program:e]' "command = $T/emit $T/e.cmd stderr" 'stderr_logfile = /dev/stderr' \
    'stderr_logfile_maxbytes = 0' 'startsecs = 0'
conf '[group:g]' 'programs = b'
talk() {
	emit a 0 'begin '
	eventually sh -c "$CTL -c supd.conf log-stats | grep -q '^a  *stdout  *6 '"
	emit b 0 'line of b\n'
	await stdout 'line of b' >/dev/null
	emit a 0 'and end\n'
	await stdout 'and end' >/dev/null
	emit e 0 'error\n'
	await stderr error >/dev/null
}
for format in raw tagged json; do
	sed -i '/^\[supd\]/,$d' supd.conf
	conf '[supd]' "stdout_format = $format"
	up_quiet -s
	talk
	case $format in
	raw)	is "$(cat stdout)" 'line of b
begin and end' 'raw: lines as they are'
		is "$(cat stderr)" error 'stderr apart' ;;
	tagged)	is "$(cat stdout)" 'g:b | line of b
a | begin and end' 'tagged: who said it'
		is "$(cat stderr)" 'e ! error' 'stderr apart' ;;
	json)	time='"time":"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z"'
		like "$(sed -n 1p stdout)" "^\\{$time,\"name\":\"b\",\"group\":\"g\",\"channel\":\"stdout\",\"text\":\"line of b\"\\}\$" 'json: an object per line'
		like "$(sed -n 2p stdout)" '"text":"begin and end"}$' 'a line is whole'
		like "$(cat stderr)" '"channel":"stderr","text":"error"}$' 'stderr apart' ;;
	esac
	down
done
done_testing
