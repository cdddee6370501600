#!/bin/sh
# update touches only what changed, and what a person stopped stays stopped.
. t/lib.sh
skip_unless_supd 'supervisord restarts the whole group'
p() { conf "[program:$1]" 'command = /bin/sleep 1000' 'startsecs = 0'; }
edit() { sed -i "/^\\[program:$1\\]/,/^\\[/s/$2/$3/" supd.conf; }
p m1
p m2
p held
p many
conf 'process_name = w%(process_num)d' 'numprocs = 2'
conf '[group:g]' 'programs = m1,m2'
up
for p in g:m1 g:m2 held many:w0 many:w1; do saw $p STARTING RUNNING; done
ctl stop held >/dev/null
saw held STOPPING STOPPED
m2=$(ctl pid g:m2) w0=$(ctl pid many:w0) w1=$(ctl pid many:w1)

edit m1 1000 1001
edit held 1000 1001
edit many 'numprocs = 2' 'numprocs = 3'
is "$(ctl plan >plan 2>&1; echo $?)" 0 plan
like "$(cat plan)" 'm1.*command|command.*m1' 'plan names the program and the key'
is "$(ctl pid g:m2)" "$m2" 'plan changes nothing'
like "$(ctl update)" '^g: updated process group$' update
saw g:m1 STOPPING STOPPED STARTING RUNNING
saw many:w2 STARTING RUNNING
is "$(ctl pid g:m2)" "$m2" 'the other member of the group was not touched'
is "$(ctl pid many:w0) $(ctl pid many:w1)" "$w0 $w1" 'more of the same leaves the first ones alone'
is "$(ctl status held | awk '{ print $2 }')" STOPPED 'what a person stopped stays stopped'
ctl start held >/dev/null
is "$(tr '\0' ' ' <"/proc/$(ctl pid held)/cmdline")" '/bin/sleep 1001 ' 'and has the new command when it is started'

edit many 'numprocs = 3' 'numprocs = 1'
ctl update >/dev/null
ok 'fewer: the last ones are gone' gone "$w1"
is "$(ctl status | awk '/^many/ { print $1, $2 }')" 'many:w0 RUNNING' 'the first stays'
is "$(ctl pid many:w0)" "$w0" 'untouched'

edit m2 'startsecs = 0' 'startsecs = 7'
ctl update >/dev/null
is "$(ctl pid g:m2)" "$m2" 'a change that needs no restart makes none'

conf '[program:wrong]' 'command = /bin/true' 'startsecs = soon'
is "$(ctl update >out 2>&1; echo $?)" 1 'a bad configuration is refused'
like "$(cat out)" 'soon' 'saying what is bad'
is "$(ctl pid g:m2) $(ctl pid many:w0)" "$m2 $w0" 'and nothing happens'
down
done_testing
