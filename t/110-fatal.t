#!/bin/sh
# A program that cannot start is retried startretries times, then given up.
. t/lib.sh
conf '[program:bad]' 'command = /bin/false' 'startretries = 1'
up						# also: SUPERVISOR=supervisord prove t/110-fatal.t
saw bad STARTING BACKOFF STARTING BACKOFF FATAL
is "$(ctl status bad | awk '{ print $2 }')" FATAL 'status agrees'
down
done_testing
