#!/bin/sh
# status: columns, choice of processes, exit status 3 and 4.
. t/lib.sh
conf '[program:run]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:never]' 'command = /bin/sleep 1000' 'autostart = false'
conf '[program:a_name_that_is_longer_than_thirty_columns]' 'command = /bin/sleep 1000' 'autostart = false'
conf '[program:once]' 'command = /bin/true' 'startsecs = 0'
conf '[program:fatal]' 'command = /no/such/file' 'startretries = 0'
conf '[program:starting]' 'command = /bin/sleep 1000' 'startsecs = 1000'
conf '[program:backoff]' 'command = /no/such/either' 'startretries = 1000'
conf '[program:m1]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:m2]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autostart = false'
conf '[group:g]' 'programs = m2,m1'
up_quiet
await supd.log 'gave up: fatal' >/dev/null
await supd.log 'exited: once' >/dev/null
await supd.log 'spawnerr: .*either' >/dev/null
session <<'END'
$ status run
run                              RUNNING   pid N, uptime TIME
$ status never
never                            STOPPED   Not started
= 3
$ status run never
run                              RUNNING   pid N, uptime TIME
never                            STOPPED   Not started
= 3
$ status g:*
g:m1                             RUNNING   pid N, uptime TIME
g:m2                             STOPPED   Not started
= 3
$ status g:m1 run
g:m1                             RUNNING   pid N, uptime TIME
run                              RUNNING   pid N, uptime TIME
$ status zz
zz: ERROR (no such process)
= 4
$ status run zz
zz: ERROR (no such process)
run                              RUNNING   pid N, uptime TIME
= 4
$ status never zz
zz: ERROR (no such process)
never                            STOPPED   Not started
= 3
$ status zz:* zz:a
zz: ERROR (no such group)
zz:a: ERROR (no such process)
= 4
$ status never:never
never                            STOPPED   Not started
= 3
$ status starting
starting                         STARTING  |
$ status fatal
fatal                            FATAL     can't find command '/no/such/file'
= 3
$ status once
once                             EXITED    DATE
= 3
$ status backoff
backoff                          BACKOFF   can't find command '/no/such/either'
! ctl status
a_name_that_is_longer_than_thirty_columns   STOPPED   Not started
backoff                                     BACKOFF   can't find command '/no/such/either'
fatal                                       FATAL     can't find command '/no/such/file'
g:m1                                        RUNNING   pid N, uptime TIME
g:m2                                        STOPPED   Not started
never                                       STOPPED   Not started
once                                        EXITED    DATE
run                                         RUNNING   pid N, uptime TIME
starting                                    STARTING  |
= 3
! ctl status all | awk '{ print $1 }'
a_name_that_is_longer_than_thirty_columns
backoff
fatal
g:m1
g:m2
never
once
run
starting
$ status run run
run                              RUNNING   pid N, uptime TIME
run                              RUNNING   pid N, uptime TIME
END
is "$(ctl status g:m1 | mask; ctl status g:m1 >/dev/null; echo $?)" "$(ctl status g:m1 | mask)
0" 'exit status 0 when all that is listed runs'
down
done_testing
