#!/bin/sh
# What names Python plug-ins: ours goes on without them and says so, supervisord without the plug-in ends.
. t/lib.sh
sed 's/^user = root$//' supd.conf >handler.conf
printf '[eventlistener:l]\ncommand = /bin/true\nevents = TICK\nresult_handler = x:y\n' >>handler.conf
timeout 20 $SUPD -c "$T/handler.conf" >out 2>&1
is $? 2 'a result_handler in Python is refused'
like "$(cat out)" '^Error: x:y cannot be resolved within \[eventlistener:l\]' 'by its name'
conf '[rpcinterface:twiddler]' \
    'supervisor.rpcinterface_factory = supervisor_twiddler.rpcinterface:make_twiddler_rpcinterface' \
    '[program:x]' 'command = /bin/sleep 1000'
if ! ours; then
	$SUPD -c "$T/supd.conf" >out 2>&1
	is $? 2 'supervisord ends when a plug-in is not installed'
	like "$(cat out)" '^Error: supervisor_twiddler.* cannot be resolved within \[rpcinterface:twiddler\]' 'and names it'
	done_testing
fi
up_quiet
warning='\[rpcinterface:twiddler\] names supervisor_twiddler.rpcinterface:make_twiddler_rpcinterface, .*cannot be loaded'
logged "WARN $warning"
is "$(grep -c rpcinterface supd.log)" 1 'the standard one needs no word'
line=$(grep -n 'supervisor_twiddler' supd.conf | cut -d: -f1)
like "$("$T/bin/supd" check -c "$T/supd.conf" 2>&1)" \
    "^$T/supd.conf:$line: \[rpcinterface:twiddler\] supervisor.rpcinterface_factory: warning: $warning" 'check has the line'
ok 'and does not refuse it' "$T/bin/supd" check -c "$T/supd.conf" 2>/dev/null
down
done_testing
