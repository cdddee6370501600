#!/bin/sh
# start, stop, restart: names, groups, all; what they print and their exit status.
. t/lib.sh
p() { conf "[program:$1]" "command = ${2:-/bin/sleep 1000}" 'startsecs = 0' 'autostart = false'; }
p a
p b
p m1
p m2
conf '[group:g]' 'programs = m1,m2'
p quick '/bin/sh -c "exit 1"'
conf 'startsecs = 5' 'startretries = 1000'
p missing /no/such/file
p dir /tmp
p noexec /etc/passwd
up_quiet
session <<'END'
$ start a
a: started
$ start a
a: ERROR (already started)
$ start a b
a: ERROR (already started)
b: started
$ stop a
a: stopped
$ stop a
a: ERROR (not running)
$ stop b a
b: stopped
a: ERROR (not running)
$ start zz
zz: ERROR (no such process)
= 1
$ stop zz
zz: ERROR (no such process)
= 1
$ start zz:*
zz: ERROR (no such group)
= 2
$ stop zz:*
zz: ERROR (no such group)
= 1
$ start g:zz
g:zz: ERROR (no such process)
= 1
$ start missing
missing: ERROR (no such file)
= 1
$ start noexec
noexec: ERROR (file is not executable)
= 1
$ start dir
dir: ERROR (file is not executable)
= 1
$ start quick
quick: ERROR (spawn error)
= 7
$ stop quick
quick: stopped
! ctl start g:* | sort
g:m1: started
g:m2: started
$ start g:*
$ stop g:m1
g:m1: stopped
$ start g:*
g:m1: started
! ctl stop g: | sort
g:m1: stopped
g:m2: stopped
$ stop g:*
$ start g:m1 a
g:m1: started
a: started
$ restart a
a: stopped
a: started
$ restart g:m1
g:m1: stopped
g:m1: started
! ctl restart all 2>&1 | sort
a: started
a: stopped
b: started
dir: ERROR (file is not executable)
g:m1: started
g:m1: stopped
g:m2: started
missing: ERROR (no such file)
noexec: ERROR (file is not executable)
quick: ERROR (spawn error)
! ctl stop all | sort
a: stopped
b: stopped
g:m1: stopped
g:m2: stopped
quick: stopped
$ stop all
$ start zz a
zz: ERROR (no such process)
a: started
= 1
$ start a zz
a: ERROR (already started)
zz: ERROR (no such process)
= 1
$ stop zz a
zz: ERROR (no such process)
a: stopped
= 1
$ stop a zz
a: ERROR (not running)
zz: ERROR (no such process)
= 1
$ restart b
b: ERROR (not running)
b: started
$ restart zz
zz: ERROR (no such process)
zz: ERROR (no such process)
= 1
! first start
Error: start requires a process name
= 2
! first stop
Error: stop requires a process name
= 1
! first restart
Error: restart requires a process name
= 1
END
down
done_testing
