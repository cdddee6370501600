#!/bin/sh
# Groups and processes are sorted by priority, then by name; a group keeps its programs' order.
. t/lib.sh
p() { conf "[program:$1]" 'command = /bin/true' 'autostart = false' "priority = $2"; }
p b 5; p a 5; p z -1; p y 1_0
p m 20; p l 30; p k 30
conf '[group:g]' 'programs = m,l' '  ,k' 'priority = 7'
conf '[group:empty]'
conf '[program:many]' 'command = /bin/true' 'autostart = false' 'numprocs = 11' \
    'process_name = %(process_num)d' 'priority = 6'
conf '[program:none]' 'command = /bin/true' 'numprocs = 0'
up_quiet
ctl avail | awk '{ print $1, $NF }' | sort >got
is "$(cat got)" 'a 5:5
b 5:5
g:k 7:30
g:l 7:30
g:m 7:20
many:0 6:6
many:1 6:6
many:10 6:6
many:2 6:6
many:3 6:6
many:4 6:6
many:5 6:6
many:6 6:6
many:7 6:6
many:8 6:6
many:9 6:6
y 10:10
z -1:-1' 'priorities of groups and processes'
down
done_testing
