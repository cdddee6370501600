#!/bin/sh
# Programs start in order of priority, ties by name; members of a group in the order of programs=.
. t/lib.sh
p() { conf "[program:$1]" 'command = /bin/sleep 1000' 'startsecs = 0' "priority = $2"; }
p late 1000
p minus -5
p b 10
p a 10
p middle 500
p m1 3
p m2 2
p m3 1
conf '[group:g]' 'programs = m1,m3,m2' 'priority = 100'
conf '[program:n]' 'command = /bin/sleep 1000' 'process_name = n%(process_num)d' 'numprocs = 3' \
    'startsecs = 0' 'priority = 200'
up
entered late RUNNING
order() { sed -n "s/.*PROCESS_STATE_$1 processname:\\([a-z0-9]*\\) .*/\\1/p" events | tr '\n' ' '; }
is "$(order STARTING)" 'minus a b m1 m3 m2 n0 n1 n2 middle late ' 'order of the start'

# start of a group goes by the priority of its members
ctl stop 'g:*' >/dev/null
for m in m1 m2 m3; do entered g:$m STOPPED; done
ctl start 'g:*' >/dev/null
for m in m1 m2 m3; do entered g:$m RUNNING; done
is "$(order STARTING | sed 's/.* late //')" 'm3 m2 m1 ' 'start g:*: by priority of the programs'
down
done_testing
