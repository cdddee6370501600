#!/bin/sh
# scale: another number of processes at run time, the highest numbers first, nobody else touched; and what
# becomes of it, and of instances, with and without a state directory.
. t/lib.sh
skip_unless_supd 'supervisord cannot scale'
# says when it begins and when it is told to end
script server <<'END'
#!/usr/bin/perl
sub note { open my $f, '>>', "$ENV{SUPD_TEST}/order"; syswrite $f, "@_\n"; close $f }
$SIG{TERM} = sub { note('stop', $ARGV[0]); exit 0 };
note('start', $ARGV[0]);
sleep 1 while 1;
END
: >order
conf '[supd]' "statedir = $T/state"
conf '[program:web]' "command = $T/server web%(process_num)s" 'process_name = %(program_name)s%(process_num)s' \
    'numprocs = 2' 'startsecs = 0' 'stdout_logfile = NONE' 'stderr_logfile = NONE'
conf '[program:one]' "command = $T/server one" 'startsecs = 0' 'stdout_logfile = NONE' 'stderr_logfile = NONE'
conf '[program:lazy]' "command = $T/server lazy%(process_num)s" 'process_name = l%(process_num)s' 'autostart = false'
conf '[template:x]' "command = $T/server %(name)s" 'startsecs = 0' 'stopwaitsecs = 30' \
    'stdout_logfile = NONE' 'stderr_logfile = NONE'
up
await order 'start web1' >/dev/null
await order 'start one' >/dev/null
pids="$(ctl pid web:web0) $(ctl pid web:web1) $(ctl pid one)"
is "$(ctl scale web=4)" 'web:web2: added
web:web3: added' 'scaled up'
await order 'start web3' >/dev/null
is "$(ctl pid web:web0) $(ctl pid web:web1) $(ctl pid one)" "$pids" 'the others are not touched'
is "$(ctl scale web=4)" 'web: no change' 'the same number again'
is "$(ctl plan)" 'No config updates to processes' 'a reload keeps the number'
: >order
is "$(ctl scale web=1)" 'web:web3: removed
web:web2: removed
web:web1: removed' 'scaled down, the highest numbers first'
is "$(sort order)" 'stop web1
stop web2
stop web3' 'they were asked to stop'
is "$(ctl status web: | awk '{ print $1, $2 }')" 'web:web0 RUNNING' 'and are gone'
is "$(first scale one=2)" 'one: ERROR (%(process_num) must be present within process_name when numprocs > 1 in section '"'program:one' (file: '$T/supd.conf'))" \
    'a program whose processes would have one name'
is "$(ctl scale one=1)$(ls state/scale.d)" 'one: no changeone.ini
web.ini' 'and it is as before'
is "$(first scale nobody=2)" 'nobody: ERROR (no such program)' 'no such program'
is "$(first scale web=x)" "Error: 'web=x' is not NAME=NUMBER" 'no number'
is "$(ctl scale lazy=2)" 'lazy:l1: added' 'what has no autostart is added'
is "$(ctl status lazy: | awk '{ print $1, $2 }')" 'lazy:l0 STOPPED
lazy:l1 STOPPED' 'and waits to be started'
ctl scale web=3 lazy= one= >/dev/null
is "$(ls state/scale.d)" 'web.ini' 'no number: as the file says'
down
up_quiet
is "$(ctl status web: | awk '{ print $1 }')" 'web:web0
web:web1
web:web2' 'the number is remembered'
is "$(ctl scale web=)" 'web:web2: removed' 'until it is said otherwise'
is "$(ls state/scale.d)" '' 'and then nothing is left'
down
# the same without a directory to remember in
: >file
sed -i "s#^statedir.*#statedir = $T/file/state#" supd.conf
: >order
up_quiet
is "$(ctl instance add x a)" 'x:a: added (until the supervisor ends: there is no state directory)' \
    'without a state directory it works, and that is said'
is "$(ctl scale web=3 | tail -n 1)" 'web: until the supervisor ends: there is no state directory' 'scale, too'
ctl instance add x b >/dev/null
ctl instance add x c >/dev/null
await order 'start c' >/dev/null
is "$(ctl instance remove x b)" 'x:b: removed' 'one of them is removed'
is "$(ctl plan)" 'No config updates to processes' 'a reload keeps all this'
kill -SEGV $SUP
await supd.log 'supervisord started with pid' 2 >/dev/null
is "$(ctl status x: web: | awk '{ print $1, $2 }')" 'x:a RUNNING
x:c RUNNING
web:web0 RUNNING
web:web1 RUNNING
web:web2 RUNNING' 'and so does a crash of the core'
is "$(grep -c 'start a' order)" 1 'which starts nobody again'
ctl reload >/dev/null
await supd.log 'supervisord started with pid' 3 >/dev/null
eventually ctl status >/dev/null
is "$(ctl instance list | awk '{ print $1 }')" 'x:a
x:c' 'and a restart of the supervisor'
down
done_testing
