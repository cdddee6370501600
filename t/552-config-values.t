#!/bin/sh
# %(config_...)s: programs get values of the store, wait for them, follow their changes.
. t/lib.sh
skip_unless_supd 'the store is ours'
# 0 would be all of us
kill_store() { _pid=$(ctl pid supd:store); [ "$_pid" -gt 0 ] && kill -9 "$_pid"; }

script show <<'E'
#!/bin/sh
# show FILE WORD...: tell what we were given, on SIGHUP too.
file=$1
shift
tell() { echo "$* A=$A B=$B" >>"$file"; }
trap 'echo hangup >>"$file"' HUP
tell "$@"
while :; do sleep 1000 & wait $!; done
E
conf '[supd]' "statedir = $T/state" \
    '[program:web]' "command = $T/show $T/web.out %(config_web/port)s '%(config_web/name)s'" \
    'environment = A="<%(config_web/port)s>",B=%(config_web/name)s' 'startsecs = 0' \
    'stopasgroup = true' \
    '[program:again]' "command = $T/show $T/again.out %(config_web/port)s" \
    'on_config_change = restart' 'startsecs = 0' 'stopasgroup = true' \
    '[program:hup]' "command = $T/show $T/hup.out %(config_web/port)s" \
    'on_config_change = reload' 'startsecs = 0' 'stopasgroup = true' \
    '[program:behind]' 'command = /bin/sleep 1000' 'depends_on = web' 'startsecs = 0' \
    '[program:plain]' 'command = /bin/sleep 1000' 'startsecs = 0'
up

# Nothing there yet: FATAL with the reason, not a start with an empty word.
entered web FATAL
entered again FATAL
entered hup FATAL
entered behind FATAL
is "$(ctl status web | sed 's/  */ /g')" 'web FATAL needs the value web/port, which is not in the store' 'a value that is not there is named'
like "$(ctl why web)" 'a value that it needs is not in the store' 'why tells'
is "$(ctl status plain | awk '{ print $2 }')" RUNNING 'other programs run'

# One after the other they come.
kato config set -j web port 8080
entered again RUNNING
entered hup RUNNING
like "$(ctl status web)" 'needs the value web/port|needs the value web/name' 'one of two is not enough'
kato config set web name "it's; a \"b\" \$(c)"
entered web RUNNING
entered behind RUNNING
await web.out 8080 >/dev/null
is "$(cat web.out)" "8080 it's; a \"b\" \$(c) A=<8080> B=it's; a \"b\" \$(c)" \
    'each value is part of its word, whatever it holds'
like "$(ctl why web)" 'is there again' 'why tells what it has waited for'

# Changes.
pid=$(ctl pid web)
old=$(ctl pid again)
hup=$(ctl pid hup)
await hup.out 8080 >/dev/null
kato config set web port 9090
await again.out '^9090 ' >/dev/null
isnt "$(ctl pid again)" "$old" 'restart: it runs with the new value'
like "$(ctl why again)" 'a value of the store that it names has changed' 'and why tells'
await hup.out hangup >/dev/null
is "$(ctl pid hup)" "$hup" 'reload: SIGHUP for the same process'
is "$(ctl pid web)" "$pid" 'ignore: it goes on'
ctl restart web >/dev/null
await web.out '^9090 ' >/dev/null
pass 'until it is started again'
kato config set local web/port 7 -j
await again.out '^7 ' >/dev/null
pass 'what is local goes first'
kato config del local web/port
await again.out '^9090 ' 2 >/dev/null
pass 'and is gone again'

# The store dies, and cannot come back: what was told last holds.
pid=$(ctl pid web)
mv state/store state/kept
mkdir -p state/store/store.sqlite
kill_store
logged 'ERRO store: .*Is a directory'
is "$(ctl pid web)" "$pid" 'without the store programs run on'
is "$(kato config get web port 2>err)" 9090 'a value that a program names can still be read'
like "$(cat err)" '^kato: stale, as the store told it last: .*Is a directory' 'and is said to be stale'
is "$(kato config get web other 2>&1 | cut -c 1-6)" 'kato: ' 'others cannot'
kato config set web port 1 2>err
is "$?" 1 'nor can anything be written'
like "$(cat err)" '^kato: .*Is a directory' 'which is said'
ctl restart web >/dev/null
await web.out '^9090 ' 2 >/dev/null
pass 'and start with the values that it told last'
cat >>supd.conf <<END
[program:late]
command = $T/show $T/late.out %(config_late/x)s
startsecs = 0
stopasgroup = true
END
ctl update >/dev/null
entered late STARTING
like "$(ctl why late)" 'waits for the value late/x of the store \(.*Is a directory' 'a value that is not known is waited for, and why tells'
rm -r state/store
mv state/kept state/store
kill_store
await supd.log 'INFO store: revision' 2 >/dev/null	# one that dies may take a call along
kato config set late x 5
entered late RUNNING
await late.out '^5 ' >/dev/null
pass 'until the store is back'
kato config del late x
logged "WARN late: its value late/x is gone from the store; it keeps the last one"

# A reload with other names.
sed -i 's,^command = .*late/x.*,command = /bin/sleep 1000,' supd.conf
ctl update >/dev/null
entered late RUNNING
pass 'an update that names no value any more'

# The core crashes, and a value changes before it is back: a connection that is the store's
# already goes on while the core stands still.
cat >>supd.conf <<END
[program:follow]
command = sh -c 'echo "\$V" >>$T/follow.out; exec sleep 1000'
environment = V = %(config_follow/v)s
on_config_change = restart
startsecs = 0
END
kato config set follow v 1
ctl update >/dev/null
entered follow RUNNING
await follow.out '^1$' >/dev/null
old=$(ctl pid again)
perl -I"$TOOL" -e '
	use IO::Socket::UNIX;
	my $s = IO::Socket::UNIX->new(shift) or die;
	my $ask = sub { print $s shift, "\0"; $s->flush; local $/ = "\0"; scalar <$s> };
	$ask->(q({"method":"org.supd.Store.Describe"}));
	kill "STOP", $ARGV[0];
	print $ask->(q({"method":"org.supd.Store.Set","parameters":{"path":"follow/v","text":"2"}}));
	kill "SEGV", $ARGV[0];
	kill "CONT", $ARGV[0];
' "$T/sock" "$MAIN" >answer
like "$(cat answer)" '"revision":' 'the store is written while the core stands still'
await follow.out '^2$' >/dev/null
pass 'after its crash the core sees that the value has changed'
kato config set follow v 3
await follow.out '^3$' >/dev/null
is "$(ctl pid again)" "$old" 'whose values have not goes on'

# What cannot be.
check() { printf '[supervisord]\n[program:x]\ncommand = /bin/true\n%s\n' "$1" >bad.conf; "$SUPD" check -c bad.conf 2>&1; }
like "$(check 'directory = /%(config_a/b)s')" 'values of the store stand in command and environment only' 'other keys are refused'
like "$(check 'environment = A=%(config_a/b)d')" 'a value of the store is %\(config_COMPONENT/PATH\)s' 'as are other formats'
like "$(check 'environment = A=%(config_a)s')" 'contains names' 'and components'
like "$(check 'on_config_change = restart')" 'does nothing: it names no value' 'a key that does nothing is told'
like "$(check 'on_config_change = sometimes')" 'sometimes' 'and other words'
down
done_testing
