#!/bin/sh
# The command line beats the configuration.
. t/lib.sh
mkdir logs
conf '[supervisord]' 'loglevel = error' 'identifier = from_conf' "logfile = $T/conf.log" "pidfile = $T/conf.pid"
conf '[program:x]' 'command = /bin/sh -c "echo hello; exec sleep 1000"' 'startsecs = 0'
up_quiet -l "$T/supd.log" --pidfile="$T/line.pid" -edebug --identifier from_line -q "$T/logs"
await supd.log 'success: x' >/dev/null
ok '-l: the log is there' test ! -e conf.log
is "$(cat line.pid)" "$SUP" '--pidfile='
ok 'and no other' test ! -e conf.pid
logged ' DEBG '
ok '-q and --identifier: name of the log of a program' eventually sh -c 'ls logs/x-stdout---from_line-????????.log >/dev/null'
is "$(ls log)" '' 'and none elsewhere'
down
ok 'the pid file is removed' test ! -e line.pid

up_quiet -einfo -sl "$T/supd.log" -j "$T/line.pid"		# bundled
is "$(cat line.pid)" "$SUP" 'bundled options'
down
$SUPD -c supd.conf -l a -l b >out 2>err
is "$?: $(head -n 1 err)" "2: Error: conflicting command line option '-l'" 'the same option twice'
$SUPD -c supd.conf -e loud >out 2>err
is "$?: $(head -n 1 err)" "2: Error: invalid value for -e 'loud': bad logging level name 'loud'" 'a bad value'
done_testing
