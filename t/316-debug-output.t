#!/bin/sh
# At loglevel debug the main log has the output of programs as well.
. t/lib.sh
conf '[program:x]' "command = perl -e '\$|=1; print qq(hello\\n); print STDERR qq(an error\\n); sleep 1000'" \
    "stdout_logfile = $T/x.log" 'stderr_logfile = NONE' 'startsecs = 0' \
    '[program:bytes]' "command = perl -e '\$|=1; print qq(\\x88\\n); sleep 1000'" \
    "stdout_logfile = $T/bytes.log" 'startsecs = 0'
after() { grep -A "${2:-2}" "DEBG $1 output:\$" supd.log | sed 1d; }
up_quiet -e debug
stamp='^[0-9-]{10} [0-9:]{8},[0-9]{3}'
logged "DEBG 'x' stdout output:\$"
logged "DEBG 'x' stderr output:\$"
logged "DEBG 'bytes' stdout output:\$"
await supd.log '^Undecodable' >/dev/null
like "$(grep 'stdout output' supd.log)" "$stamp DEBG 'x' stdout output:\$" 'a line with the time'
is "$(after "'x' stdout"; echo .)" 'hello

.' 'then what was written, and a newline'
is "$(after "'x' stderr" 1)" 'an error' 'of standard error, too, without a log of its own'
is "$(after "'bytes' stdout" 1)" "Undecodable: b'\\x88\\n'" 'what is no text is shown as bytes'
ok 'after the line that it was started' sh -c "sed -n '/output:/q; p' supd.log | grep -q \"spawned: 'x'\""
await x.log hello >/dev/null
is "$(cat x.log)" 'hello' 'its own log has it as ever'
down

# otherwise not
rm -f supd.log x.log
up_quiet
await x.log hello >/dev/null
unlike "$(cat supd.log)" 'output:' 'not at loglevel info'
down
done_testing
