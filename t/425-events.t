#!/bin/sh
# events -f prints what happens, one line for each event.
. t/lib.sh
skip_unless_supd 'supervisorctl has no events'
conf '[program:a]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autostart = false'
up
behind fatal $CTL -c supd.conf events -f PROCESS_STATE_STOPPED
only=$BG
behind json $CTL -c supd.conf events -f --json PROCESS_STATE
json=$BG
# both are subscribed when they have seen something
for try in 1 2 3 4 5; do
	ctl restart a >/dev/null
	DEADLINE=$SLOW await fatal STOPPED >/dev/null && DEADLINE=$SLOW await json RUNNING >/dev/null && break
done
like "$(sed -n /PROCESS_STATE/p events | head -n 1)" '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2},[0-9]{3} PROCESS_STATE_[A-Z]+ processname:' \
    'time, event, payload'
unlike "$(cut -d' ' -f3 fatal)" STARTING 'types can be chosen'
like "$(cut -d' ' -f3 fatal)" '^PROCESS_STATE_STOPPED$' 'and are told'
ok 'JSON, one object a line' perl -MJSON::PP -ne 'decode_json($_)->{event} =~ /^PROCESS_STATE_/ or exit 1' json
conf '[program:b]' 'command = /bin/sleep 1000' 'startsecs = 0'
ctl update >/dev/null
ok 'a group that is added' await events 'PROCESS_GROUP_ADDED groupname:b'
kill -INT $only
gone $only
wait $only
is $? 0 'Ctrl-C ends it with 0'
kill -INT $json
down
await events SUPERVISOR_STATE_CHANGE_STOPPING >/dev/null
like "$(cat events)" SUPERVISOR_STATE_CHANGE_STOPPING 'the end is announced'
done_testing
