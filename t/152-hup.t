#!/bin/sh
# SIGHUP stops everything, reads the configuration anew and starts again under the same pid.
. t/lib.sh
conf '[program:a]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:stopped]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:going]' 'command = /bin/sleep 1000' 'startsecs = 0'
up_quiet
await supd.log 'success: stopped' >/dev/null
await supd.log 'success: going' >/dev/null
a=$(ctl pid a) going=$(ctl pid going)
ctl stop stopped >/dev/null
pid=$SUP
sed -i '/\[program:going\]/,$d' supd.conf
conf '[program:new]' 'command = /bin/sleep 1001' 'startsecs = 0'
kill -HUP "$SUP"
await supd.log 'success: new entered' >/dev/null
is "$(ctl pid)" "$pid" 'the same supervisor'
is "$(cat pid)" "$pid" 'with its pid file'
is "$(ctl status | awk '{ print $1, $2 }')" 'a RUNNING
new RUNNING
stopped RUNNING' 'the new configuration, all of it started'
isnt "$(ctl pid a)" "$a" 'an unchanged program was restarted'
ok 'a removed one is gone' gone "$going" 1
logged 'WARN received SIGHUP indicating restart request$'
is "$(grep -c 'supervisord started with pid' supd.log)" 2 'started twice by the log'

echo '[program:broken]' >>supd.conf
kill -HUP "$SUP"
if ours; then
	# Better than the original, which ends here: a bad file changes nothing.
	logged 'program section program:broken does not specify a command'
	is "$(ctl status a | awk '{ print $2 }')" RUNNING 'a bad configuration changes nothing'
	down
else
	ended 2 'a bad configuration ends it with status 2'
fi
done_testing
