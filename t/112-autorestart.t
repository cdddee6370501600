#!/bin/sh
# autorestart and exitcodes decide what follows the end of a running process.
. t/lib.sh
# Runs until its FIFO says with which status to end.
script prog <<'END'
#!/bin/sh
# nothing: that was still the writer who spoke to the process before
until read -r status <"$1"; do :; done
case $status in
SIG*)	kill -${status#SIG} $$ ;;
*)	exit "$status" ;;
esac
END
for p in always never surprised codes nocodes; do
	mkfifo "$p.in"
	conf "[program:$p]" "command = $T/prog $T/$p.in" 'startsecs = 0'
	case $p in
	always)		conf 'autorestart = true' ;;
	never)		conf 'autorestart = false' ;;
	codes)		conf 'exitcodes = 0,7' ;;	# unexpected is the default
	nocodes)	conf 'autorestart = unexpected' 'exitcodes =' ;;
	surprised)	conf 'autorestart = unexpected' ;;
	esac
done
up
for p in always never surprised codes nocodes; do saw $p STARTING RUNNING; done

tell() { timeout "$DEADLINE" sh -c 'echo "$1" >"$2.in"' - "$2" "$1" || diag "nobody reads $1.in"; }

tell always 0;		saw always EXITED STARTING RUNNING
tell always 1;		saw always EXITED STARTING RUNNING
tell never 1;		saw never EXITED
tell surprised 2;	saw surprised EXITED STARTING RUNNING
tell surprised SIGKILL;	saw surprised EXITED STARTING RUNNING
tell surprised 0;	saw surprised EXITED
tell codes 5;		saw codes EXITED STARTING RUNNING
tell codes 7;		saw codes EXITED
tell nocodes 0;		saw nocodes EXITED STARTING RUNNING

like "$(ctl status never)" '^never +EXITED +[A-Z][a-z]{2} ' 'EXITED shows when'
ctl start never codes surprised >/dev/null
saw never STARTING RUNNING
tell never SIGTERM;	saw never EXITED
saw surprised STARTING RUNNING
tell surprised SIGSEGV;	saw surprised EXITED STARTING RUNNING

is "$(sed -n 's/.*PROCESS_STATE_EXITED processname:\([a-z]*\).*from_state:\([A-Z]*\) \(.*\) pid:[0-9]*$/\1 \2 \3/p' events)" \
'always RUNNING expected:1
always RUNNING expected:0
never RUNNING expected:0
surprised RUNNING expected:0
surprised RUNNING expected:0
surprised RUNNING expected:1
codes RUNNING expected:0
codes RUNNING expected:1
nocodes RUNNING expected:0
never RUNNING expected:0
surprised RUNNING expected:0' 'the events say whether it was expected'
down
logged 'INFO exited: always \(exit status 0; expected\)$'
logged 'WARN exited: always \(exit status 1; not expected\)$'
logged 'INFO exited: codes \(exit status 7; expected\)$'
logged 'WARN exited: surprised \(terminated by SIGKILL; not expected\)$'
logged 'WARN exited: surprised \(terminated by SIGSEGV.*; not expected\)$'
done_testing
