#!/bin/sh
# Without a command the client is a shell that reads commands from standard input.
. t/lib.sh
conf '[program:a]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autostart = false'
up_quiet
# What the shell prints, without the prompt.
shell() { printf '%s\n' "$@" | ctl 2>&1 | sed 's/supervisor> //g' | grep -v '^ *$' | mask; }
is "$(shell)" 'a                                STOPPED   Not started' 'first a status'
is "$(shell 'start a' 'status a' '' 'stop a' | tail -n +2)" 'a: started
a                                RUNNING   pid N, uptime TIME
a: stopped' 'commands'
is "$(shell 'nosuch thing' | tail -n +2)" '*** Unknown syntax: nosuch thing' 'an unknown command'
is "$(shell 'quit' 'start a' | tail -n +2)" '' 'quit ends it'
is "$(shell 'exit' 'start a' | tail -n +2)" '' 'exit as well'
printf 'status zz\n' | ctl >/dev/null 2>&1
is $? 0 'exit status is 0 whatever happened'
like "$(shell 'help')" '^default commands|^[a-z].*status' 'help lists commands'
for c in add avail clear fg maintail open pid quit reload remove reread restart shutdown signal start status stop tail \
    update version; do
	like "$(ctl help $c)" "^$c" "help $c"
done
like "$(ctl help nosuch)" 'No help on nosuch|[Uu]nknown' 'help for what is not there'
is "$(shell "open unix://$T/sock" | tail -n +2 | awk '{ print $1, $2 }')" 'a STOPPED' 'open connects and shows status'
is "$(shell 'open nonsense' | tail -n +2)" 'ERROR: url must be http:// or unix://' 'open wants a url'
is "$(shell 'shutdown' 'n' 'pid' | grep -c "$SUP\$")" 1 'shutdown asks first'
shell 'shutdown' 'y' >/dev/null
ended 0 'and does it when told so'
done_testing
