#!/bin/sh
# strip_ansi takes colours and cursor movements out of the logs of programs.
. t/lib.sh
. "$TOOL/emit.sh"
conf '[supervisord]' 'strip_ansi = true'
conf '[program:x]' "command = $T/emit $T/x.cmd" "stdout_logfile = $T/x.log" 'startsecs = 0'
up_quiet
emit x 0 'a\033[31mred\033[0m b\033[2K\033[1;31;42mc\033[m.\n'
await x.log '\.$' >/dev/null
is "$(cat x.log)" 'ared bc.' 'sequences are gone'
down
done_testing
