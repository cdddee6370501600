#!/bin/sh
# SIGUSR2 opens the log anew, so that it can be moved away.
. t/lib.sh
conf '[program:x]' 'command = /bin/sh -c "while read line; do echo $line; done"' "stdout_logfile = $T/x.log" 'startsecs = 0'
up_quiet
await supd.log 'success: x' >/dev/null
mv supd.log supd.old
mv x.log x.old
kill -USR2 "$SUP"
is "$(await supd.old 'supervisord logreopen' | sed 's/.* INFO/INFO/')" 'INFO supervisord logreopen' \
    'the last thing in the old one'
is "$(grep -c 'received SIGUSR2 indicating log reopen request' supd.old)" 1 'after the request'
ok 'the log of the program is opened anew as well' eventually test -e x.log
down
logged 'WARN received SIGTERM'
is "$(grep -c 'supervisord started' supd.log)" 0 'the new file begins empty'
done_testing
