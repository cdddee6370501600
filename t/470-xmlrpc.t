#!/bin/sh
# Every method of XML-RPC answers as supervisord's does, over TCP and the UNIX socket.
. t/both.sh

both_conf '[program:cat]' 'command = /bin/cat' 'stdout_logfile = %(here)s/cat.out' \
    'stdout_logfile_maxbytes = 1MB' 'priority = 1' 'exitcodes = 0,7' 'stopsignal = INT' \
    '[program:sleep]' 'command = /bin/sleep 1000' 'numprocs = 2' \
    'process_name = %(program_name)s_%(process_num)02d' 'startsecs = 0' \
    '[program:none]' 'command = /bin/sleep 1000' 'autostart = false' 'startsecs = 0' \
    'stdout_logfile = NONE' 'stderr_logfile = NONE' 'directory = /' 'user = root' \
    'autorestart = true' \
    '[program:bad]' 'command = /nonexistent/x' 'autostart = false' \
    '[program:noexec]' 'command = /etc/passwd' 'autostart = false' \
    '[program:fails]' 'command = /bin/false' 'autostart = false' 'startretries = 0' \
    '[program:err]' 'command = /bin/sh -c "echo out; echo err >&2; exec sleep 1000"' \
    'redirect_stderr = true' 'stdout_logfile = %(here)s/err.out' \
    '[program:closed]' 'command = /bin/sh -c "exec <&-; echo closed; exec sleep 1000"' \
    '[program:a]' 'command = /bin/sleep 1000' 'autostart = false' 'startsecs = 0' \
    '[program:b]' 'command = /bin/sleep 1000' 'autostart = false' 'startsecs = 0' 'priority = 5' \
    '[group:g]' 'programs = a,b' 'priority = 7' \
    '[program:stubborn]' 'autostart = false' 'stopwaitsecs = 100' \
    'command = /bin/sh -c "trap true TERM; echo trap; while :; do sleep 1000 & wait; done"'
[ "$(id -u)" = 0 ] || sed -i '/^user = root$/d' ours/supd.conf theirs/supd.conf
both_up

calls() { /usr/bin/python3 "$TOOL/rpc.py" "$URL"; }
calls_unix() { /usr/bin/python3 "$TOOL/rpc.py" "unix://$DIR/sock"; }

same 'about the supervisor' calls <<'X'
s.getState()
s.getAPIVersion()
s.getVersion()
s.getIdentification()
s.getPID() > 0
s.getState(1)
X

same 'what there is' calls <<'X'
system.listMethods()
[system.methodSignature(m) for m in system.listMethods()]
system.methodSignature('x')
system.methodHelp('x')
system.methodHelp(1)
system.listMethods(1)
system.methodHelp()
X

same 'names that are none' calls <<'X'
X('foo')()
X('foo.bar')()
s.nope()
s._update('x')
s.getState.x()
s.getstate()
X('.getState')()
X('supervisor.')()
X('')()
X('supervisor.supervisord')()
X('system.__dict__')()
X

same 'processes' calls <<'X'
until('cat', 'RUNNING')
until('err', 'RUNNING')
until('closed', 'RUNNING')
s.getProcessInfo('cat')
s.getProcessInfo('cat:cat')
s.getProcessInfo('sleep:sleep_01')
s.getProcessInfo('none')
[s.getProcessInfo('err')[k] for k in ('stdout_logfile', 'stderr_logfile')]
s.getProcessInfo('sleep')
s.getProcessInfo('sleep:*')
s.getProcessInfo('sleep:')
s.getProcessInfo('')
s.getProcessInfo('x:y:z')
s.getProcessInfo(' cat')
s.getProcessInfo('CAT')
s.getProcessInfo('supd:logger')
s.getProcessInfo()
s.getAllProcessInfo()
s.getAllProcessInfo(1)
X

same 'the configuration' calls <<'X'
[dict((k, c[k]) for k in c if k != 'autorestart') for c in s.getAllConfigInfo()]
X

same 'start' calls <<'X'
s.startProcess('none')
until('none', 'RUNNING')
s.startProcess('none')
s.startProcess('none', False)
s.startProcess('bad')
s.startProcess('bad', False)
s.startProcess('noexec')
s.startProcess('fails')
until('fails', 'FATAL')
s.getProcessInfo('fails')
s.startProcess('nope')
s.startProcess('nope:*')
s.startProcess('nope:')
s.startProcess('')
s.startProcess()
s.startProcess('a', 'b', 'c')
s.startProcess('g:a', 0)
until('g:a', 'RUNNING')
s.startProcess('g:*')
s.startProcess('g:')
sorted(s.startProcessGroup('g'), key=str)
s.startProcessGroup('nope')
s.startProcessGroup('g:a')
s.startProcessGroup('g:*')
s.startProcessGroup('')
s.startAllProcesses(1, 2)
X

same 'signals' calls <<'X'
s.signalProcess('cat', 'CONT')
s.signalProcess('cat', 'SIGCONT')
s.signalProcess('cat', 'sigcont')
s.signalProcess('cat', 'cont')
s.signalProcess('cat', 18)
s.signalProcess('cat', '18')
s.signalProcess('cat', 0)
s.signalProcess('cat', 'NOPE')
s.signalProcess('cat', 999)
s.signalProcess('cat', -1)
s.signalProcess('cat', '')
s.signalProcess('nope', 'NOPE')
s.signalProcess('bad', 'HUP')
s.signalProcess('bad', 'XX')
s.signalProcess('g:*', 'CONT')
s.signalProcess('g:*', 'XX')
s.signalProcess('nope:*', 'CONT')
s.signalProcessGroup('g', 'CONT')
s.signalProcessGroup('g', 'XX')
s.signalProcessGroup('nope', 'XX')
s.signalAllProcesses('CONT')
s.signalAllProcesses('XX')
s.signalAllProcesses(18)
s.signalAllProcesses()
X

same 'stop' calls <<'X'
s.stopProcess('none')
s.getProcessInfo('none')
s.stopProcess('none')
s.stopProcess('bad')
s.stopProcess('nope')
s.stopProcess('nope:*')
s.stopProcess('g:a')
s.stopProcess('g:a', False)
sorted(s.stopProcess('g:*'), key=str)
sorted(s.stopProcess('g:*'), key=str)
sorted(s.stopProcessGroup('g'), key=str)
s.stopProcessGroup('nope')
sorted(s.startProcessGroup('g', False), key=str)
until('g:a', 'RUNNING')
until('g:b', 'RUNNING')
sorted(s.stopProcessGroup('g'), key=str)
s.stopProcess('sleep:sleep_00', False)
until('sleep:sleep_00', 'STOPPED')
s.getProcessInfo('sleep:sleep_00')
s.startProcess('sleep:sleep_00')
until('sleep:sleep_00', 'RUNNING')
X

same 'standard input' calls <<'X'
s.sendProcessStdin('cat', 'hello w\xf6rld\n')
s.sendProcessStdin('cat', Binary(b'bytes\n'))
s.sendProcessStdin('cat', '')
text('cat', 'tes\n')
s.clearProcessLogs('cat')
s.sendProcessStdin('cat', 'esc \t <&>]]> \'" \U0001f600 \r\n')
text('cat', '\U0001f600')
s.clearProcessLogs('cat')
s.sendProcessStdin('cat', 1)
s.sendProcessStdin('cat', True)
s.sendProcessStdin('cat', 1.5)
s.sendProcessStdin('cat', ['a', 1])
s.sendProcessStdin('cat', {'a': 1})
s.sendProcessStdin('cat', date(2026, 11, 21, 4, 5, 6))
s.sendProcessStdin('nope', 'x')
s.sendProcessStdin('nope', 1)
s.sendProcessStdin('bad', 'x')
s.sendProcessStdin('sleep:*', 'x')
s.sendProcessStdin('g:a', 'x')
text('closed', 'closed')
s.sendProcessStdin('closed', 'x')
s.sendProcessStdin('cat')
X

same 'parts of logs' calls <<'X'
s.sendProcessStdin('cat', '0123456789abcdefgh\n')
text('cat', 'h\n')
[s.readProcessLog('cat', o, 0) for o in (0, 5, 18, 19, 20, 1000, 2**31 - 1, -5, -19, -500)]
[s.readProcessStdoutLog('cat', o, l) for o in (0, 5, 18, 1000) for l in (1, 5, 1000, 2**31 - 1)]
s.readProcessStdoutLog('cat', -5, 2)
s.readProcessStdoutLog('cat', 0, -1)
s.readProcessStdoutLog('cat', '0', ' 5 ')
s.readProcessStdoutLog('cat', 1.9, 3.9)
s.readProcessStdoutLog('cat', True, 3)
[s.tailProcessLog('cat', o, l) for o in (0, 5, 18, 19, 1000, -5, -500, 2**31 - 1) for l in (0, 1, 5, 1000, -1)]
s.tailProcessStdoutLog('cat', '0', '5')
s.tailProcessStdoutLog('cat', 1.9, True)
[s.tailProcessStderrLog('cat', o, l) for o in (0, 5, -5) for l in (0, 5, -1)]
[s.readProcessStderrLog('cat', o, l) for o in (0, 5, -5) for l in (0,)]
s.readProcessStderrLog('cat', 0, 0)
s.readProcessLog('none', 0, 0)
s.tailProcessLog('none', 0, 0)
s.readProcessStderrLog('err', 0, 0)
s.tailProcessStderrLog('err', 0, 10)
s.readProcessLog('nope', 0, 0)
s.tailProcessLog('nope', 0, 0)
s.readProcessLog('sleep:*', 0, 0)
s.readProcessLog('g:a', 0, 0)
s.readProcessLog('cat', 0)
s.clearProcessLogs('cat')
s.readProcessLog('cat', 0, 0)
s.clearProcessLog('bad')
s.clearProcessLog('nope')
s.clearProcessLogs('sleep:*')
s.clearAllProcessLogs()
X

same 'the main log' calls <<'X'
'supervisord started with pid' in s.readLog(0, 0)
s.readMainLog(0, 0) == s.readLog(0, 0)
s.readLog(-20, 3)
s.readLog(0, -1)
s.readLog(0)
s.clearLog()
'supervisord started with pid' in s.readLog(0, 0)
X

same 'groups' calls <<'X'
s.addProcessGroup('nope')
s.addProcessGroup('g')
s.removeProcessGroup('nope')
s.removeProcessGroup('g:a')
s.startProcess('g:a')
s.removeProcessGroup('g')
s.stopProcess('g:a')
s.removeProcessGroup('g')
s.getProcessInfo('g:a')
[(c['name'], c['inuse']) for c in s.getAllConfigInfo()]
s.addProcessGroup('g')
s.getProcessInfo('g:a')
s.reloadConfig()
X

same 'messages and many calls' calls <<'X'
s.sendRemoteCommEvent('a', 'b')
s.sendRemoteCommEvent(1, 'b')
system.multicall([])
system.multicall([{'methodName': 'supervisor.getState'}, {'methodName': 'supervisor.getState', 'params': []}, {'methodName': 'supervisor.getState', 'params': [1]}])
system.multicall([{'methodName': 'system.multicall', 'params': [[]]}, {'params': []}, {}, {'methodName': 'x.y'}, {'methodName': 'nope'}, {'methodName': ''}])
system.multicall([{'methodName': 'supervisor.startProcess', 'params': ['bad']}, {'methodName': 'supervisor.startProcess', 'params': ['g:b']}, {'methodName': 'supervisor.stopProcess', 'params': ['g:b']}, {'methodName': 'supervisor.stopProcess', 'params': ['g:b']}])
system.multicall([{'methodName': 'supervisor.getState', 'params': 1}])
system.multicall(1)
system.multicall({'methodName': 'supervisor.getPID'})
system.multicall()
system.multicall([], [])
X

same 'over the UNIX socket' calls_unix <<'X'
s.getState()
s.getProcessInfo('cat')
s.startProcess('g:a')
s.startProcess('nope')
sorted(s.stopProcess('g:*'), key=str)
system.multicall([{'methodName': 'supervisor.getProcessInfo', 'params': ['cat']}, {'methodName': 'x'}])
s.getAllProcessInfo()
X

# What changed in the file.
for d in ours theirs; do
	printf '%s\n' '[program:new]' 'command = /bin/sleep 1000' 'startsecs = 0' >>$d/supd.conf
	sed -i -e 's/priority = 5/priority = 6/' -e '/^\[program:noexec/,/^autostart/d' $d/supd.conf
done
same 'a changed file' calls <<'X'
s.reloadConfig()
s.getProcessInfo('new')
[(c['name'], c['inuse'], c['process_prio']) for c in s.getAllConfigInfo()]
s.addProcessGroup('new')
until('new', 'RUNNING')
s.removeProcessGroup('new')
s.removeProcessGroup('noexec')
s.reloadConfig()
X

echo 'bad line' >>ours/supd.conf
side ours
like "$(echo 's.reloadConfig()' | calls)" "fault 92 .CANT_REREAD: " 'a bad file'
sed -i '/^bad line$/d' ours/supd.conf

# What supervisord answers with status 500, or does by accident.
side ours
is "$(calls <<'X'
s.startProcess('cat')
s.getProcessInfo(1)
s.startProcess(['a', 1.5, {'b': True}])
s.readProcessLog('cat', 'x', 1)
s.tailProcessLog('cat', 1, [])
s.signalProcess('cat', [])
s.sendProcessStdin(1, 'x')
system.multicall([1, {'methodName': 1}, {'methodName': 'supervisor.getState', 'params': 'x'}])
s.sendProcessStdin('cat', Binary(b'by\x00te\n'))
len(text('cat', 'te\n'))
s.clearProcessLogs('cat')
s.sendProcessStdin('cat', Binary('\x1b[31mr\u00f6d\u20ac\U0001f600\n'.encode()))
len(text('cat', '\U0001f600'))
s.readProcessLog('cat', 0, 0)
[s.readProcessLog('cat', 5, n) for n in range(1, 12)]
[s.tailProcessLog('cat', 0, n)[0] for n in range(2, 9)]
s.clearLog()
s.readLog(0, 0).endswith(' INFO reopening log file\n')
s.stopProcess('cat')
s.clearProcessLogs('cat')
s.readProcessLog('cat', 0, 0)
s.startProcess('cat')
X
)" "$(cat <<'X'
s.startProcess('cat') => fault 60 'ALREADY_STARTED: cat'
s.getProcessInfo(1) => fault 10 'BAD_NAME: 1'
s.startProcess(['a', 1.5, {'b': True}]) => fault 10 "BAD_NAME: ['a', 1.5, {'b': True}]"
s.readProcessLog('cat', 'x', 1) => fault 2 'INCORRECT_PARAMETERS: x'
s.tailProcessLog('cat', 1, []) => fault 2 'INCORRECT_PARAMETERS: []'
s.signalProcess('cat', []) => fault 11 'BAD_SIGNAL: []'
s.sendProcessStdin(1, 'x') => fault 10 'BAD_NAME: 1'
system.multicall([1, {'methodName': 1}, {'methodName': 'supervisor.getState', 'params': 'x'}]) => [{'faultCode': 2, 'faultString': 'INCORRECT_PARAMETERS: No methodName'}, {'faultCode': 2, 'faultString': 'INCORRECT_PARAMETERS: methodName is no string'}, {'faultCode': 2, 'faultString': 'INCORRECT_PARAMETERS'}]
s.sendProcessStdin('cat', Binary(b'by\x00te\n')) => True
len(text('cat', 'te\n')) => 6
s.clearProcessLogs('cat') => True
s.sendProcessStdin('cat', Binary('\x1b[31mr\u00f6d\u20ac\U0001f600\n'.encode())) => True
len(text('cat', '\U0001f600')) => 11
s.readProcessLog('cat', 0, 0) => '�[31mröd€😀\n'
[s.readProcessLog('cat', 5, n) for n in range(1, 12)] => ['r', 'r�', 'rö', 'röd', 'röd�', 'röd��', 'röd€', 'röd€�', 'röd€��', 'röd€���', 'röd€😀']
[s.tailProcessLog('cat', 0, n)[0] for n in range(2, 9)] => ['�\n', '��\n', '���\n', '😀\n', '�😀\n', '��😀\n', '€😀\n']
s.clearLog() => True
s.readLog(0, 0).endswith(' INFO reopening log file\n') => True
s.stopProcess('cat') => True
s.clearProcessLogs('cat') => True
s.readProcessLog('cat', 0, 0) => ''
s.startProcess('cat') => True
X
)" 'what supervisord has no good answer to'

same 'while it shuts down' calls <<'X'
s.startProcess('stubborn')
-text('stubborn', 'trap')
-(pid := s.getProcessInfo('stubborn')['pid'])
s.shutdown()
s.shutdown()
s.restart()
s.getState()
s.getAPIVersion()
s.getVersion()
s.getSupervisorVersion()
s.getIdentification()
s.getPID()
s.readLog(0, 5)
s.clearLog()
s.reloadConfig()
s.addProcessGroup('x')
s.removeProcessGroup('x')
s.startProcess('nope')
s.startProcess()
s.stopProcess('nope')
s.signalProcess('nope', 'x')
s.getProcessInfo('cat')
s.getAllProcessInfo()
s.getAllConfigInfo()
s.readProcessStdoutLog('cat', 0, 3)
s.tailProcessLog('cat', 0, 3)
s.clearProcessLogs('cat')
s.clearAllProcessLogs()
s.sendProcessStdin('cat', 1)
s.sendProcessStdin('cat', '1')
s.sendRemoteCommEvent('a', 'b')
s.startProcessGroup('nope')
s.signalAllProcesses('x')
s.getState(1)
s.nope()
len(system.listMethods())
system.multicall([{'methodName': 'supervisor.getState'}, {'methodName': 'supervisor.getPID'}])
kill(pid, 9)
gone()
X
gone $OURS
wait $OURS
is $? 0 'ours has ended'
gone $THEIRS
for d in ours theirs; do sed -i '/^\[program:stubborn\]/,/^command/d' $d/supd.conf; done
both_up

same 'the end of all' calls <<'X'
sorted(s.stopAllProcesses(), key=str)
s.stopAllProcesses()
[r for r in s.startAllProcesses(False) if r['name'] != 'fails']
until('sleep:sleep_00', 'RUNNING')
s.shutdown()
gone()
X
wait $OURS
is $? 0 'ours has ended'
gone $THEIRS
done_testing
