#!/bin/sh
# Sections that guests carry out: names, plans without a gateway, external programs.
. t/lib.sh
skip_unless_supd 'these sections are ours'

cat >"$T/good.conf" <<END
[supervisord]
[store]
[gateway:echo]
token = abc
[plan:echo/small]
description = for a start
[node:echo]
ports = 5002-5050
versions = 1.0, 2.0
END
like "$("$SUPD" check -c "$T/good.conf")" 'ok, 0 programs' 'a store, a gateway with its plan and a node load'
got=$("$SUPD" show -c "$T/good.conf" node:echo)
like "$got" '^versions=1\.0,2\.0 ;' 'show has a list'
like "$got" '^capacity=100 ; default' 'and a default'
unlike "$("$SUPD" show -c "$T/good.conf")" abc 'but not the token'

bad() { printf '[supervisord]\n%s\n' "$1" >"$T/bad.conf"; "$SUPD" check -c "$T/bad.conf" 2>&1 | sed "s,$T/,,"; }
like "$(bad '[plan:echo/x]')" '^bad.conf:2: \[plan:echo/x\] there is no \[gateway:echo\]' 'a plan needs its gateway'
like "$(bad '[plan:echo]')" "'echo' is not GATEWAY/PLAN" 'and a name of its own'
like "$(bad '[node:a b]')" "'a b' is not a name" 'a name is a word'
like "$(bad '[node:..]')" "'..' is not a name" 'and no way out of a directory'
like "$(bad "[node:x]
ports = 9-3")" "'9-3' is not a range of ports" 'ports are a range'
like "$(bad "[node:x]
kind = foo")" "'foo' is not one of echo, process, directory, command" 'kinds are four'
unlike "$(bad "[gateway:x]
command = /bin/true
startsecs = 0
nonsense = 1")" 'startsecs' 'an external program has the keys of a program'

# What cannot work is told, and loaded.
like "$(bad "[node:x]
kind = process")" 'warning: .*no instance can be made: there is no template x' 'a template that is not there'
like "$(bad "[node:x]
kind = command
monitor = tcp")" 'warning: .*kind=command needs provision' 'a command that is not there'
like "$(bad "[node:x]
monitor = tcp")" 'warning: .*monitor=tcp needs ports' 'probes of no port'
like "$(bad "[node:x]
conf_template = $T/nowhere")" "conf_template: warning: there is no file .*nowhere" 'a file that is not there'
is "$(bad "[template:x]
command = /bin/true
[node:x]
kind = process
conf_template = $T/bad.conf" | grep -c warning)" 0 'none of that where it is all there'

# The seed's adapters: they get a configuration and a token, and are supervised like any program.
script adapter <<END
#!/bin/sh
echo "\$SUPD_CONFIG \$SUPD_TOKEN" >"$T/\$1.env"
exec sleep 1000
END
conf '[node:echo]' "command = $T/adapter node" 'config = /etc/echo_node.yml' 'startsecs = 0' \
    '[gateway:echo]' "command = $T/adapter gateway" 'token = secret' 'startsecs = 0' 'config = /etc/g.yml'
up
await "$T/node.env" '^/etc/echo_node.yml ' >/dev/null
is "$(ctl status | awk '{ print $1, $2 }')" 'echo_gateway RUNNING
echo_node RUNNING' 'external programs run under names of their own'
await "$T/gateway.env" . >/dev/null
is "$(cat "$T/gateway.env")" '/etc/g.yml secret' 'and find configuration and token'
done_testing
