#!/bin/sh
# What is secret in one program's environment or in a password is seen by that program only.
. t/lib.sh
skip_unless_supd 'its helpers are ours'
conf '[program:a]' 'command = /bin/sleep 1000' 'startsecs = 0' 'environment = TOKEN="first-secret"'
conf '[program:b]' 'command = /bin/sleep 1000' 'startsecs = 0' 'environment = TOKEN="other-secret"'
conf '[unix_http_server]' 'username = me' 'password = third-secret' '[supervisorctl]' 'username = me' 'password = third-secret'
up_quiet
await supd.log 'success: b' >/dev/null
await supd.log 'success: a' >/dev/null
told() { tr '\0' '\n' <"/proc/$1/environ" | grep -ao '[a-z]*-secret' | tr '\n' ' '; }
is "$(told "$(ctl pid a)")" 'first-secret ' 'a program has its own'
is "$(told "$(ctl pid b)")" 'other-secret ' 'another one has another'
is "$(told "$(ctl pid supd:logger)")" '' 'the logger has none'
is "$(told "$SUP")" '' 'nor has the supervisor in its environment'
for pid in $SUP $(ctl pid supd:logger) $(ctl pid a) $(ctl pid b); do
	unlike "$(tr '\0' ' ' <"/proc/$pid/cmdline")" secret 'no command line shows one'
done
ctl status --json >out
ctl why a >>out
ctl maintail >>out
down
unlike "$(cat out supd.log stdout stderr log/*)" secret 'no answer, no log shows one'
done_testing
