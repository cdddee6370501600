#!/bin/sh
# What kato tells for who runs a machine: info, history, inspect, report, log tail.
. t/lib.sh
skip_unless_supd 'kato is ours'
need tar gzip

kato_status() { kato "$@" >out 2>err; echo $?; }
conf '[supd]' "statedir = $T/state" \
    '[program:talks]' 'command = sh -c "echo hello; while read -r l; do echo got $l; done"' \
    'startsecs = 0' 'environment = DB_PASSWORD="swordfish",PLAIN="sword,fish"' \
    '[program:quiet]' 'command = /bin/sleep 1000' 'startsecs = 0' \
    '[program:bad]' 'command = /nonexistent' 'startretries = 0' 'autostart = false' \
    '[role:echo]' 'programs = talks' '[role:still]' 'programs = quiet' 'order = 7' \
    '[role:broken]' 'programs = bad'
up_quiet

# ---- info ----

kato role add echo >/dev/null
kato info >out
is "$(sed '/^vendor_version/,$d' out)" 'assigned_roles:
  - echo
available_roles:
  - echo
  - still
  - broken
micro_cloud: true
maintenance_mode: false
mbusip: 127.0.0.1
nodes:
  127.0.0.1:
    roles:
      - echo' 'info: the roles of this machine, and those there are'
like "$(cat out)" "^  pid: $(ctl pid)\$" 'and the supervisor'
like "$(kato info -j)" '^\{"assigned_roles":\["echo"\],.*"nodes":\{"127.0.0.1":\{"roles":\["echo"\]\}\}' 'as JSON'

is "$(kato node list)" '127.0.0.1 echo' 'node list: the address, then the roles'
is "$(kato node list -j)" '{"127.0.0.1":["echo"]}' 'as JSON'

# ---- history ----

kato role add nix >/dev/null 2>&1
kato stop >/dev/null
kato status >/dev/null
kato start echo >/dev/null
me=$(id -un)
is "$(kato history | sed 's/^[0-9TZ:-]*  //; s/  */ /g')" "$me 0 kato role add echo
$me 1 kato role add nix
$me 0 kato stop
$me 0 kato start echo" 'history: what changes something, with user and status'
like "$(kato history -j)" '^\[\{"command":"role add echo","status":0,"user":"[^"]*","node":"127.0.0.1","time":"[-0-9T:Z]*"\},' \
    'as JSON'

# ---- inspect ----

is "$(kato_status inspect)" 0 'inspect: all is well'
is "$(cat out)" 'supervisor   ok
stop         ok
state        ok
config       ok
processes    ok
roles        ok
logs         ok
disk         ok' 'every test'
like "$(kato inspect -v tests supervisor)" '^  supd .* is RUNNING$' '-v says what was seen'
is "$(kato_status inspect tests nix)" 2 'an unknown test: 2'
is "$(kato_status inspect nix)" 2 'another word: 2'
is "$(kato inspect group logs)" 'logs         ok
disk         ok' 'a group'
is "$(kato inspect list | wc -l)" 8 'the list'
kato role add broken >/dev/null
ctl start quiet >/dev/null
conf '[program:new]' 'command = /bin/cat'
is "$(kato_status inspect)" 1 'something is wrong: 1'
like "$(cat out)" '^  quiet is ROGUE: no role' 'runs, and is not wanted'
like "$(cat out)" '^  bad is FATAL:' 'does not run'
like "$(cat out)" '^  role broken shall run and is FATAL' 'so its role'
like "$(cat out)" '^  update would add new' 'another file on disk'

# ---- report ----

is "$(kato_status report "$T/report.tgz")" 0 'report'
is "$(cat out)" "$T/report.tgz" 'says where it is'
is "$(stat -c %a report.tgz)" 600 'for nobody else'
ok 'gzip takes it' gzip -t report.tgz
mkdir report && tar -xzf report.tgz -C report --strip-components=1
is "$(cd report && find . -type f | sort | paste -sd' ')" './config.ini ./log/supervisord.main ./log/talks.stdout ./logs.json ./metrics.json ./plan.json ./roles.json ./state.json ./status.json ./why/bad.json ./why/quiet.json ./why/talks.json' \
    'tar unpacks it: states, causes, configuration, logs'
is "$(cat report/log/talks.stdout)" 'hello
hello' 'the end of a log'
like "$(cat report/config.ini)" '^environment=DB_PASSWORD=\*\*\*,PLAIN=\*\*\*' 'variables are masked'
is "$(grep -rl swordfish report)" '' 'the secret is nowhere'
ok 'what is in it can be read by others' perl -MJSON::PP -e '
	for (@ARGV) { open(my $f, "<", $_) or die; local $/; decode_json(<$f>) }' \
    report/state.json report/roles.json report/why/bad.json
is "$(kato_status report /nonexistent/x.tgz)" 1 'where nothing can be written: 1'

# ---- log tail ----

behind tail.out "$T/bin/kato" -c "$T/supd.conf" log tail echo
await tail.out '^talks@127.0.0.1: hello$' >/dev/null && pass 'log tail: of a role, with names' || fail 'log tail'
printf '%s' '{"method":"org.supd.Control.SendStdin","parameters":{"name":"talks","chars":"more\n"}}' >call
perl -MIO::Socket::UNIX -e '
	my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die;
	open(my $f, "<", "call"); print {$s} <$f>, "\0"; $/ = "\0"; <$s>' "$T/sock"
ok 'what comes' await tail.out '^talks@127.0.0.1: got more$'
kill -INT $BG
wait $BG
is $? 0 'Ctrl-C ends it'
unlike "$(cat tail.out)" quiet 'nothing of others'
behind raw.out "$T/bin/kato" -c "$T/supd.conf" log tail --raw --time talks
ok '--raw --time' await raw.out '^[-0-9]+T[0-9:]+Z hello$'
kill -INT $BG
wait $BG
is "$(kato_status log tail nix)" 1 'nobody of that name: 1'
down
done_testing
