#!/bin/sh
# reread, update, add, remove, avail: the configuration changes while programs run.
. t/lib.sh
quiet() { ! ctl status | grep -q STARTING; }
# what update has started may not have reached its program yet
listing() { eventually quiet; ctl status | awk '{ print $1, $2 }'; }
p() { conf "[program:$1]" 'command = /bin/sleep 1000' 'startsecs = 0'; }
drop() { sed -i "/^\\[program:$1\\]/,/^startsecs/d" supd.conf; }
p same
p leaves
p changes
p m1
p m2
conf '[group:g]' 'programs = m1' 'priority = 5'
up_quiet
for p in same leaves changes m1 m2; do await supd.log "success: $p" >/dev/null; done
same=$(ctl pid same) changes=$(ctl pid changes)
session <<'END'
$ avail
changes                          in use    auto      999:999
leaves                           in use    auto      999:999
g:m1                             in use    auto      5:999
m2                               in use    auto      999:999
same                             in use    auto      999:999
$ reread
No config updates to processes
$ update
! drop leaves
! sed -i '/program:changes/,/^startsecs/s/1000/1001/' supd.conf
! p comes
! p later; conf 'autostart = false'
$ reread
changes: changed
comes: available
later: available
leaves: disappeared
$ reread
changes: changed
comes: available
later: available
leaves: disappeared
! listing
changes RUNNING
g:m1 RUNNING
leaves RUNNING
m2 RUNNING
same RUNNING
! ctl avail | awk '{ print $1, $2, $3, $4 }'
changes in use auto
comes avail auto 999:999
later avail manual 999:999
g:m1 in use auto
m2 in use auto
same in use auto
$ update
leaves: stopped
leaves: removed process group
changes: stopped
changes: updated process group
comes: added process group
later: added process group
! listing
changes RUNNING
comes RUNNING
g:m1 RUNNING
later STOPPED
m2 RUNNING
same RUNNING
$ reread
No config updates to processes
$ update
$ avail
changes                          in use    auto      999:999
comes                            in use    auto      999:999
later                            in use    manual    999:999
g:m1                             in use    auto      5:999
m2                               in use    auto      999:999
same                             in use    auto      999:999
! drop comes
! drop later
! p solo
$ reread
comes: disappeared
later: disappeared
solo: available
$ add solo
solo: added process group
$ add solo
ERROR: process group already active
$ add zz
ERROR: no such process/group: zz
= 1
$ status comes
comes                            RUNNING   pid N, uptime TIME
$ remove comes
ERROR: process/group still running: comes
= 1
$ stop comes
comes: stopped
$ remove comes
comes: removed process group
$ remove comes
ERROR: no such process/group: comes
= 1
$ remove zz
ERROR: no such process/group: zz
= 1
$ remove later
later: removed process group
$ reread
No config updates to processes
! p one
! p two
! drop solo
$ update one
one: added process group
! listing
changes RUNNING
g:m1 RUNNING
m2 RUNNING
one RUNNING
same RUNNING
solo RUNNING
$ update zz
ERROR: no such group: zz
= 1
$ update one zz
ERROR: no such group: zz
= 1
$ update all
solo: stopped
solo: removed process group
two: added process group
! sed -i 's/^programs = m1/programs = m1,m2/' supd.conf
$ reread
g: changed
m2: disappeared
! ctl update | grep -v '^g: stopped'
m2: stopped
m2: removed process group
g: updated process group
! listing
changes RUNNING
g:m1 RUNNING
g:m2 RUNNING
one RUNNING
same RUNNING
two RUNNING
! conf '[program:nocommand]'
! ctl reread | grep -o 'ERROR: CANT_REREAD: .*program section program:nocommand does not specify a command'
ERROR: CANT_REREAD: program section program:nocommand does not specify a command
! ctl reread >out 2>&1
= 1
! sed -i '/nocommand/d' supd.conf
$ reread
No config updates to processes
$ add
$ remove
! first reread x
Error: reread accepts no arguments
= 1
! first avail x
Error: avail accepts no arguments
= 1
END
is "$(ctl pid same)" "$same" 'what did not change was not touched'
isnt "$(ctl pid changes)" "$changes" 'what changed was restarted'
down
done_testing
