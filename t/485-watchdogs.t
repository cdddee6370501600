#!/bin/sh
# Listeners of the kinds that people run: one that mails crashes, and one that restarts over
# XML-RPC, at a tick, what has grown too big.
. t/lib.sh
[ -x /usr/bin/python3 ] && /usr/bin/python3 -c 'import supervisor.childutils' 2>/dev/null ||
    skip_all 'needs supervisor.childutils'
cat >mails.py <<'E'
import sys
from supervisor import childutils
while True:
    headers, payload = childutils.listener.wait()
    if headers['eventname'] == 'PROCESS_STATE_EXITED':
        event, data = childutils.eventdata(payload + '\n')
        if not int(event['expected']):
            with open(sys.argv[1], 'a') as mail:
                mail.write('%(groupname)s:%(processname)s from %(from_state)s\n' % event)
    childutils.listener.ok()
E
cat >watches.py <<'E'
import os, sys
from supervisor import childutils
from supervisor.states import ProcessStates
rpc = childutils.getRPCInterface(os.environ)
while True:
    headers, payload = childutils.listener.wait()
    with open(sys.argv[1], 'a') as out:
        out.write('%s %s\n' % (headers['eventname'], payload))
        for info in rpc.supervisor.getAllProcessInfo():
            if info['name'] == 'fat' and info['state'] == ProcessStates.RUNNING:
                rpc.supervisor.stopProcess('fat')
                rpc.supervisor.startProcess('fat')
                out.write('restarted %s\n' % info['name'])
    childutils.listener.ok()
E
conf '[eventlistener:crashmail]' "command = /usr/bin/python3 $T/mails.py $T/mail" 'events = PROCESS_STATE' \
    'startsecs = 0' 'buffer_size = 100' \
    '[eventlistener:ticks]' "command = /usr/bin/python3 $TOOL/hear.py $T/ticks" 'events = TICK_5' 'startsecs = 0' \
    '[eventlistener:memmon]' "command = /usr/bin/python3 $T/watches.py $T/watch" 'events = TICK_5' 'startsecs = 0' \
    'autostart = false' \
    '[program:fat]' 'command = /bin/sleep 1000' 'startsecs = 0' \
    '[program:crashes]' "command = sh -c 'exit 3'" 'startsecs = 0' 'autorestart = false' 'autostart = false' \
    '[program:fine]' 'command = /bin/true' 'startsecs = 0' 'autorestart = false' 'autostart = false'
up_quiet
await supd.log 'success: fat' >/dev/null
fat=$(ctl pid fat)
rpc= && /usr/bin/supervisorctl -c supd.conf version >/dev/null 2>&1 && rpc=yes && ctl start memmon >/dev/null
ctl start fine >/dev/null
ctl start crashes >/dev/null
ok 'a crash is mailed' await mail crashes
is "$(cat mail)" 'crashes:crashes from RUNNING' 'with what the event says, and no other end is'
ok 'a tick comes' await ticks TICK_5
tick=$(sed -n 's/.*when://p' ticks | head -n 1)
is "$((tick % 5))" 0 'when its slice begins'
ok 'and it is now' test $(($(date +%s) - tick)) -lt $((10 * ${SLOW:-1}))
if [ -n "$rpc" ]; then
	ok 'what is too big is restarted' await watch '^restarted fat'
	isnt "$(ctl pid fat)" "$fat" 'and is another process now'
else
	skip 'nobody answers XML-RPC' 2
fi
down
done_testing
