#!/bin/sh
# At a terminal: colours, hints, the line editor's completion, Ctrl-C, and history.
. t/lib.sh
skip_unless_supd 'the line editor is ours'
need script
conf '[program:web]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:bad]' 'command = /no/such/file' 'startretries = 0'
up_quiet
await supd.log 'gave up: bad' >/dev/null
esc=$(printf '\033')

# type TEXT: keys, in the notation of printf
type() { printf "$1" >&3; }
mkfifo keys
exec 3<>keys
TERM=xterm command script -qec "$CTL -c $T/supd.conf status" /dev/null <&3 >colour
like "$(cat colour)" "^web +$esc\\[32mRUNNING +$esc\\[0mpid" 'RUNNING is green'
like "$(cat colour)" "$esc\\[31mFATAL" 'FATAL is red'
like "$(cat colour)" 'hint: supctl why' 'and there is advice'
TERM=xterm NO_COLOR=1 command script -qec "$CTL -c $T/supd.conf status" /dev/null <&3 >plain
unlike "$(cat plain)" "$esc" 'NO_COLOR: none'

BGIN=keys
export TERM=dumb
behind screen script -qefc "$CTL -c $T/supd.conf -r $T/history" /dev/null
shell=$BG
await screen 'web +RUNNING' >/dev/null
type 'stop we\t\n'
ok 'Tab completes a process' await screen '^web: stopped'
type 'start wrong\003'
type 'version\n'
ok 'Ctrl-C drops a line, and only that' await screen '^[0-9]+\.[0-9]+'
unlike "$(cat screen)" 'wrong: ERROR' 'which was not run'
type 'tail -f web\n'
await screen 'Press Ctrl-C to exit' >/dev/null
type '\003'
type 'pid\n'
ok 'Ctrl-C ends a command, not the shell' await screen "^$SUP"
type 'quit\n'
gone $shell
ok 'quit ends it' test -s history
like "$(cat history)" 'stop.*web' 'what was typed is kept'
down
done_testing
