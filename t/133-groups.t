#!/bin/sh
# [group:x] takes programs together under its name.
. t/lib.sh
for p in a b alone; do conf "[program:$p]" 'command = /bin/sleep 1000' 'startsecs = 0'; done
conf '[group:g]' 'programs = a, b'
conf '[group:h]' 'programs = a'
conf '[group:empty]' 'programs ='
up
saw g:a STARTING RUNNING
saw g:b STARTING RUNNING
saw h:a STARTING RUNNING
saw alone STARTING RUNNING
is "$(ctl status | awk '!/t_events/ { print $1, $2 }')" 'alone RUNNING
g:a RUNNING
g:b RUNNING
h:a RUNNING' 'a program may be in two groups and is no group of its own then'
is "$(ctl status a; echo $?)" 'a: ERROR (no such process)
4' 'its bare name is unknown'
is "$(ctl stop g:a 'h:*')" 'g:a: stopped
h:a: stopped' 'stop a member and a group'
is "$(ctl restart 'g:*' | sort)" 'g:a: started
g:b: started
g:b: stopped' 'restart a group'
is "$(ctl status g: | awk '{ print $1, $2 }')" 'g:a RUNNING
g:b RUNNING' '"g:" is "g:*"'
is "$(ctl status empty:\* zz:\*; echo $?)" 'empty: ERROR (no such group)
zz: ERROR (no such group)
4' 'an empty group has nothing to show'
down
done_testing
