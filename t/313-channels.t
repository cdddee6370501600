#!/bin/sh
# Where stdout and stderr go: two files, one file, nowhere, the supervisor's stdout.
. t/lib.sh
. "$TOOL/emit.sh"
conf '[program:two]' "command = /bin/sh -c 'echo out; echo err >&2; exec sleep 1000'" \
    "stdout_logfile = $T/two.out" "stderr_logfile = $T/two.err" 'startsecs = 0'
conf '[program:one]' "command = /bin/sh -c 'echo out; echo err >&2; echo more; exec sleep 1000'" \
    "stdout_logfile = $T/one.log" 'redirect_stderr = true' 'startsecs = 0'
conf '[program:none]' "command = /bin/sh -c 'yes | head -c 200000; touch $T/none.done; exec sleep 1000'" \
    'stdout_logfile = NONE' 'stderr_logfile = none' 'startsecs = 0'
conf '[program:shown]' "command = /bin/sh -c 'echo to the container; exec sleep 1000'" \
    'stdout_logfile = /dev/stdout' 'stdout_logfile_maxbytes = 0' 'startsecs = 0'
conf '[program:shared]' 'process_name = %(program_name)s%(process_num)d' 'numprocs = 2' \
    "command = $T/emit $T/shared%(process_num)d.cmd" "stdout_logfile = $T/shared.log" 'startsecs = 0'
up_quiet
await two.out out >/dev/null
await two.err err >/dev/null
is "$(cat two.out two.err)" 'out
err' 'two channels, two files'
await one.log more >/dev/null
is "$(cat one.log)" 'out
err
more' 'redirect_stderr: one file, in the order of writing'
ok 'NONE: the program is drained all the same' eventually test -e none.done
is "$(ls log | grep none)" '' 'and nothing is written'
ok '/dev/stdout is our own stdout' await stdout 'to the container'
emit shared0 0 'zero\n'
await shared.log zero >/dev/null
emit shared1 0 'one\n'
await shared.log one >/dev/null
emit shared0 0 'zero again\n'
await shared.log 'zero again' >/dev/null
is "$(cat shared.log)" 'zero
one
zero again' 'processes that share a file do not overwrite each other'
down
done_testing
