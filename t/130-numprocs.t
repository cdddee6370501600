#!/bin/sh
# numprocs makes several processes of one program, each with a number in its name and command.
. t/lib.sh
script tell <<'END'
#!/bin/sh
echo "$*" >"$1"
exec sleep 1000
END
conf '[program:w]' "command = $T/tell $T/w%(process_num)d.args num=%(process_num)02d of=%(numprocs)d prog=%(program_name)s group=%(group_name)s %%" \
    'process_name = %(program_name)s_%(process_num)02d' 'numprocs = 3' 'numprocs_start = 8' 'startsecs = 0'
conf '[program:renamed]' 'command = /bin/sleep 1000' 'process_name = other' 'startsecs = 0'
conf '[program:none]' 'command = /bin/sleep 1000' 'process_name = %(process_num)d' 'numprocs = 0'
up
for n in 08 09 10; do saw w:w_$n STARTING RUNNING; done
saw renamed:other STARTING RUNNING
is "$(cat w8.args | mask)" 'T/w8.args num=08 of=3 prog=w group=w %' 'command of the first'
is "$(cat w10.args | mask)" 'T/w10.args num=10 of=3 prog=w group=w %' 'command of the last'
is "$(ctl status | awk '!/t_events/ { print $1, $2 }')" 'renamed:other RUNNING
w:w_08 RUNNING
w:w_09 RUNNING
w:w_10 RUNNING' 'status lists them as group:process'
is "$(ctl stop w:w_09)" 'w:w_09: stopped' 'one of them can be stopped'
is "$(ctl status w:* | awk '{ print $1, $2 }')" 'w:w_08 RUNNING
w:w_09 STOPPED
w:w_10 RUNNING' 'and the others run on'
is "$(ctl status w; echo $?)" 'w: ERROR (no such process)
4' 'the name of the program alone is not a process'
is "$(ctl stop w:\* | sort)" 'w:w_08: stopped
w:w_10: stopped' 'the rest stops as a group'
down
done_testing
