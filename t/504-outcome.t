#!/bin/sh
# The container ends with its essential program and with its status; all-done, any-fatal, and what is no reason.
. t/lib.sh
skip_unless_supd 'supervisord never ends by itself'
script server <<'END'
#!/usr/bin/perl
$SIG{TERM} = sub { open my $f, '>>', "$ENV{SUPD_TEST}/told"; syswrite $f, "told\n"; exit 0 };
open my $up, '>', "$ENV{SUPD_TEST}/up"; close $up;
sleep 1 while 1;
END
quiet='stdout_logfile = NONE
stderr_logfile = NONE
startsecs = 0'
# outcome WHEN STATUS NAME PROGRAM-LINES...: one run of the supervisor, which ends by itself
outcome() {
	when=$1 status=$2 name=$3
	shift 3
	: >told
	conf_base
	conf '[supd]' "exit_when = $when" '[program:server]' "command = $T/server" "$quiet" \
	    "ready = file:$T/up" "$@"
	$SUPD -n -c supd.conf >stdout 2>&1 </dev/null &
	SUP=$!
	ended "$status" "$name"
}
sh_c() { echo "command = /bin/sh -c \"$1\""; }
outcome essential 3 'the status of the essential one' '[program:main]' "$(sh_c 'exit 3')" "$quiet" \
    'essential = true' 'autorestart = false' 'depends_on = server'
is "$(cat told)" told 'and the others were stopped in order'
logged 'main is EXITED and essential: the supervisor ends with status 3'
outcome essential 0 'an expected end is success' '[program:main]' "$(sh_c 'exit 7')" "$quiet" \
    'exitcodes = 7' 'essential = true'
outcome essential 137 'a signal as a shell says it' '[program:main]' "$(sh_c 'kill -9 $$')" "$quiet" \
    'essential = true' 'autorestart = false'
outcome essential 127 'what cannot be executed' '[program:main]' 'command = /nowhere' "$quiet" \
    'essential = true' 'startretries = 0'
outcome any-fatal 5 'any that is FATAL' '[program:main]' "$(sh_c 'exit 5')" "$quiet" 'startsecs = 5' \
    'startretries = 0'
outcome any-fatal 1 'given up after exits with 0' '[program:main]' "$(sh_c 'exit 0')" "$quiet" 'startsecs = 5' \
    'startretries = 0'
conf_base
conf '[supd]' 'exit_when = all-done' '[program:one]' "$(sh_c 'exit 0')" "$quiet" \
    '[program:two]' "$(sh_c 'exit 4')" "$quiet" 'autorestart = false'
$SUPD -n -c supd.conf >stdout 2>&1 </dev/null &
SUP=$!
ended 4 'all are done: the status of the one that failed'

# no reasons: a restart, a stop by a person, exit_when=never
conf_base
conf '[program:main]' "command = $T/server" "$quiet" 'essential = true' 'autorestart = true'
conf '[program:task]' "$(sh_c 'exit 2')" "$quiet" 'autorestart = false'
up_quiet
await supd.log 'success: main' >/dev/null
kill -9 "$(ctl pid main)"
await supd.log 'success: main' 2 >/dev/null
is "$(ctl stop main)" 'main: stopped' 'a person stops the essential one'
is "$(ctl start main)" 'main: started' 'and starts it again'
down
conf_base
conf '[supd]' 'exit_when = never' '[program:main]' "$(sh_c 'exit 3')" "$quiet" 'essential = true' 'autorestart = false'
up_quiet
await supd.log 'exited: main' >/dev/null
like "$(ctl status main)" EXITED 'never means never'
down
done_testing
