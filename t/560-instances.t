#!/bin/sh
# Templates and instances: holes are filled, an instance is a process like any other, it is
# remembered and comes back, and it goes with all that was kept of it.
. t/lib.sh
skip_unless_supd 'supervisord knows no templates'
script server <<'END'
#!/bin/sh
echo "$*" >>"$SUPD_TEST/ran"
exec sleep 1000
END
conf '[supd]' "statedir = $T/state"
conf '[template:echo]' "command = $T/server %(name)s %(port)05d %(greeting)s %(dir)s" 'startsecs = 0' \
    'stdout_logfile = NONE' 'stderr_logfile = NONE' 'var.greeting = hello' "var.dir = /srv/%(name)s"
: >ran
up
is "$(ctl instance list)" '' 'a template makes no process'
is "$(first instance add echo a)" "echo:a: ERROR (hole 'port' is not filled, which template:echo.command needs)" \
    'a hole that nobody fills is named'
is "$(ctl instance list)$(ls state 2>/dev/null)" '' 'and nothing is left of the attempt'
is "$(ctl instance add echo a port=7001)" 'echo:a: added' 'an instance is added'
await ran '^a ' >/dev/null
is "$(cat ran)" 'a 07001 hello /srv/a' 'its holes are filled, by numbers, defaults and defaults of defaults'
saw echo:a STARTING RUNNING
is "$(ctl instance add echo a port=7001)" 'echo:a: is there already' 'the same again changes nothing'
like "$(ctl instance add echo a port=7002)" '^echo:a: ERROR \(there is another echo:a\)$' 'another one of that name is refused'
is "$(ctl instance add echo b_c port=7002 greeting=good day dir=/x)" 'echo:b_c: added' 'a value of two words'
await ran '^b_c ' >/dev/null
is "$(tail -n 1 ran)" 'b_c 07002 good day /x' 'and given values beat the defaults'
is "$(ls state/instances.d)" 'echo_a.ini
echo_b_c.ini' 'each has a file'
is "$(grep -v config state/instances.d/echo_b_c.ini)" '[instance:echo:b_c]
dir = /x
greeting = good day
port = 7002' 'which a person can read'
is "$(stat -c %a state/instances.d/echo_a.ini)" 600 'and nobody else, as there may be passwords in it'
is "$(ctl instance list)" 'echo:a RUNNING port=7001
echo:b_c RUNNING dir=/x greeting=good day port=7002' 'instance list'
is "$(ctl avail | awk '/^echo/ { print $1, $2, $3, $4 }')" 'echo:a in use auto
echo:b_c in use auto' 'avail lists them'
like "$(ctl instance add echo x/y port=1; ctl instance add echo a:b port=1)" "'name' is 'x/y'" 'names are checked'
like "$(first instance add nobody a)" 'nobody:a: ERROR \(no such template\)' 'no such template'
like "$(first instance add echo c Port=1)" "'holes' has 'Port'" 'names of holes are checked'
is "$(ctl plan)" 'No config updates to processes' 'an update has nothing to do with it'
pid=$(ctl pid echo:a)
sed -i 's/^var.greeting = .*/var.greeting = hi/' supd.conf
like "$(ctl plan)" "^echo:a: restart because of command: '.* hello .*' becomes '.* hi .*'" 'a changed template shows the instance that restarts'
unlike "$(ctl plan)" 'b_c' 'and not the one that it does not matter to'
ctl update >/dev/null
await ran '^a 07001 hi' >/dev/null
pass 'update starts it anew'
isnt "$(ctl pid echo:a)" "$pid" 'as another process'
printf '[instance:echo:d]\nport = 9\n' >state/instances.d/echo_d.ini
is "$(ctl update | sort -u)" 'echo: updated process group' 'a file put there by hand counts at an update'
await ran '^d 00009' >/dev/null
printf 'nonsense\n' >state/instances.d/echo_e.ini
is "$(ctl plan)" 'No config updates to processes' 'a damaged file is left out'
ctl update >/dev/null
logged 'CRIT .*echo_e.ini is left out'
rm state/instances.d/echo_e.ini
is "$(ctl instance remove echo b_c)" 'echo:b_c: removed' 'removed'
is "$(ctl instance remove echo b_c)" 'echo:b_c: was not there' 'and once more is fine'
is "$(ctl status | awk '/^echo/ { print $1, $2 }')" 'echo:a RUNNING
echo:d RUNNING' 'it is gone'
is "$(ls state/instances.d)" 'echo_a.ini
echo_d.ini' 'and so is its file'
sed -i '/^\[template/i [instance:echo:fixed]\nport = 4' supd.conf
ctl update >/dev/null
like "$(ctl instance remove echo fixed)" 'is in a file that supd does not write' 'one of the configuration stays'
down
: >ran
rm events
up_quiet
await ran '^a 07001 hi' >/dev/null && await ran '^d 00009' >/dev/null
pass 'they are back after a new start'
like "$(ctl instance list)" '^echo:fixed' 'with the one of the configuration'
kill -KILL "$(ctl pid echo:a)"
await ran '^a ' 2 >/dev/null
pass 'an instance that dies is started again'
kill -SEGV $SUP
await supd.log 'supervisord started with pid' 2 >/dev/null
is "$(ctl instance list | awk '{ print $1, $2 }')" 'echo:a RUNNING
echo:d RUNNING
echo:fixed RUNNING' 'a crash of the core changes nothing'
is "$(grep -c '^a ' ran)" 2 'nobody was started again for it'
down
done_testing
