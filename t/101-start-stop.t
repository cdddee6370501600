#!/bin/sh
# A process starts when asked, runs, stops when asked; events carry the facts of each step.
. t/lib.sh
conf '[program:idle]' 'command = /bin/sleep 1000' 'autostart = false' 'startsecs = 0'
conf '[program:auto]' 'command = /bin/sleep 1000'
up
like "$(ctl status idle)" '^idle +STOPPED +Not started$' 'autostart=false: not started'
saw auto STARTING RUNNING
like "$(ctl status auto)" '^auto +RUNNING +pid [0-9]+, uptime 0:00:0[0-9]$' 'autostart is the default'

is "$(ctl start idle)" 'idle: started' 'start'
saw idle STARTING RUNNING
pid=$(ctl pid idle)
ok 'the pid is alive' kill -0 "$pid"
is "$(ps -o args= -p "$pid")" '/bin/sleep 1000' 'and is what the command says, without a shell'
is "$(ps -o ppid= -p "$pid" | tr -d ' ')" "$SUP" 'and our child'

is "$(ctl stop idle)" 'idle: stopped' 'stop'
saw idle STOPPING STOPPED
ok 'the process is gone' gone "$pid" 1
like "$(ctl status idle)" '^idle +STOPPED +[A-Z][a-z]{2} [0-9]{2} [0-9]{2}:[0-9]{2} [AP]M$' \
    'status tells when it stopped'

is "$(ctl start idle)" 'idle: started' 'start again'
saw idle STARTING RUNNING
isnt "$(ctl pid idle)" "$pid" 'with another pid'

# What listeners are told, word by word.
payloads() { sed -n 's/^.* PROCESS_STATE_//p' events | grep "processname:idle" | head -n 4; }
is "$(payloads | sed "s/pid:$pid/pid:N/")" \
'STARTING processname:idle groupname:idle from_state:STOPPED tries:0
RUNNING processname:idle groupname:idle from_state:STARTING pid:N
STOPPING processname:idle groupname:idle from_state:RUNNING pid:N
STOPPED processname:idle groupname:idle from_state:STOPPING pid:N' 'payloads of the events'
down
logged "INFO spawned: 'idle' with pid $pid\$"
logged 'INFO success: idle entered RUNNING state, process has stayed up for > than 0 seconds \(startsecs\)$'
logged 'WARN stopped: idle \(terminated by SIGTERM\)$'
done_testing
