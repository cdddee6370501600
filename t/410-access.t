#!/bin/sh
# Who may use the control socket: its mode and owner decide, and a password when one is set.
. t/lib.sh
skip_unless_root
need setpriv
conf '[unix_http_server]' 'chmod = 0770' 'chown = nobody:nogroup' \
    '[program:a]' 'command = /bin/sleep 1000' 'startsecs = 0'
as() { setpriv --reuid "$1" --regid "$1" --clear-groups $CTL -c "$T/supd.conf" status a 2>&1; }
up_quiet
await supd.log 'success: a' >/dev/null
is "$(stat -c '%a %U %G' sock)" '770 nobody nogroup' 'mode and owner of the socket'
like "$(as 65534)" '^a +RUNNING' 'its owner may'
unlike "$(as 12345)" RUNNING 'nobody else may'
down

conf '[unix_http_server]' 'chmod = 0777' 'username = jack' 'password = the:secret'
up_quiet
await supd.log 'success: a' >/dev/null
unlike "$(as 12345)" RUNNING 'with a password in the configuration: not without it'
like "$(as 12345)" 'Server requires authentication' 'as the client says'
conf '[supervisorctl]' 'username = jack' 'password = wrong'
unlike "$(as 12345)" RUNNING 'nor with a wrong one'
conf '[supervisorctl]' 'password = the:secret'
like "$(as 12345)" '^a +RUNNING' 'but with the right one'
like "$(setpriv --reuid 12345 --clear-groups $CTL -s "unix://$T/sock" -u jack -p the:secret status a)" \
    '^a +RUNNING' 'also from the command line'
down

conf '[unix_http_server]' 'password = {SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d'
conf '[supervisorctl]' 'password = thepassword'
up_quiet
await supd.log 'success: a' >/dev/null
like "$(as 12345)" '^a +RUNNING' 'the password may be kept as its SHA-1'
conf '[supervisorctl]' 'password = the'
unlike "$(as 12345)" RUNNING 'which is compared'
down
done_testing
