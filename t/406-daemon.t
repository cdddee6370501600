#!/bin/sh
# version, reload, shutdown, and a client that finds no supervisor.
. t/lib.sh
conf '[program:a]' 'command = /bin/sleep 1000' 'startsecs = 0'
session <<'END'
$ status
unix://T/sock no such file
= 4
$ start a
unix://T/sock no such file
= 7
$ pid
unix://T/sock no such file
= 7
$ version
unix://T/sock no such file
= 7
$ shutdown
ERROR: unix://T/sock no such file (already shut down?)
= 1
$ -s unix:///no/such/socket status
unix:///no/such/socket no such file
= 4
$ -s http://127.0.0.1:1 status
http://127.0.0.1:1 refused connection
= 4
$ -s nonsense status
Error: invalid value for -s 'nonsense': value 'nonsense' is not a URL
For help, use CTL -h
= 2
$ -s
Error: option -s requires argument
For help, use CTL -h
= 2
$ --foo
Error: option --foo not recognized
For help, use CTL -h
= 2
$ nosuch
*** Unknown syntax: nosuch
= 1
$ nosuch command
*** Unknown syntax: nosuch command
= 1
END
for c in reread update avail 'add a' 'remove a'; do
	like "$(ctl $c 2>&1; echo "= $?")" '^error: |^= 1' "$c: an error, too"
done
like "$($CTL -c /no/such/file status 2>&1; echo "= $?")" '^Error: could not find config file /no/such/file$' \
    'a configuration that is not there'
up_quiet
await supd.log 'success: a' >/dev/null
a=$(ctl pid a)
session <<'END'
$ nosuch
*** Unknown syntax: nosuch
= 1
! first version x
Error: version accepts no arguments
= 1
! first reload x
Error: reload accepts no arguments
= 1
! first shutdown x
Error: shutdown accepts no arguments
= 1
$ reload
Restarted supervisord
END
await supd.log 'success: a' 2 >/dev/null
is "$(ctl pid)" "$SUP" 'reload keeps the supervisor'
isnt "$(ctl pid a)" "$a" 'and restarts the programs'
is "$(ctl version)" "$($SUPD -v)" 'version is that of the supervisor'
session <<'END'
$ shutdown
Shut down
END
ended 0 'shutdown ends it with 0'
done_testing
