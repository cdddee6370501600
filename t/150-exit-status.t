#!/bin/sh
# Exit status, pid file and socket of the supervisor: 0 after any orderly stop, 2 for what it refuses.
. t/lib.sh
conf '[program:x]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:bad]' 'command = /bin/sh -c "exit 7"' 'autorestart = false'
for sig in TERM INT QUIT; do
	up_quiet
	is "$(cat pid)" "$SUP" 'the pid file holds the pid'
	ok 'the socket is there' test -S sock
	is "$(stat -c %a sock)" 700 'for its owner only'
	if [ $sig = TERM ]; then
		$SUPD -c "$T/supd.conf" >second.out 2>second.err </dev/null
		is $? 2 'a second one on the same socket: exit status 2'
		like "$(head -n 1 second.err)" '^Error: Another program is already listening on a port that one of our HTTP servers is configured to use\.  Shut this program down first before starting supervisord\.$' 'and says why'
		is "$(cat pid)" "$SUP" 'it left the pid file alone'
		is "$(ctl pid)" "$SUP" 'and the socket'
	fi
	kill -$sig "$SUP"
	ended 0 "SIG$sig: exit status 0, whatever the programs did"
	logged "WARN received SIG$sig indicating exit request\$"
	ok 'the pid file is removed' test ! -e pid
	ok 'the socket is removed' test ! -e sock
done

# A stale socket does not hinder the next start.
up_quiet
kill -KILL "$SUP"
wait "$SUP" 2>/dev/null
SUP=
ok 'SIGKILL leaves the socket behind' test -S sock
up_quiet
is "$(ctl pid)" "$SUP" 'the next one takes it over'
down

refused() {
	name=$1 text=$2
	shift 2
	$SUPD "$@" >out 2>err </dev/null
	is $? 2 "$name: exit status 2"
	like "$(cat err)" "$text" "$name: says why"
}
refused 'no such file' 'could not find config file .*/none\.conf' -c "$T/none.conf"
refused 'unknown option' 'option --foo not recognized' --foo
refused 'no argument' 'option -c requires argument' -c
refused 'positional argument' 'positional arguments are not supported' -c "$T/supd.conf" extra
echo 'foo = bar' >bad.conf
refused 'no section' '.' -c "$T/bad.conf"
cp supd.conf bad.conf
printf '[program:y]\ncommand = /bin/true\nstartsecs = many\n' >>bad.conf
refused 'bad value' 'many' -c "$T/bad.conf"
printf '[program:y]\nstartsecs = 1\n' >bad.conf
refused 'no [supervisord] section' '.' -c "$T/bad.conf"
cat supd.conf - >bad.conf <<'END'
[program:nocmd]
END
refused 'no command' 'program section program:nocmd does not specify a command' -c "$T/bad.conf"
is "$($SUPD -v; echo $?)" "$($SUPERVISORD --version; echo $?)" '-v and --version'
like "$($SUPD -h)" '--configuration' '-h prints a usage'
done_testing
