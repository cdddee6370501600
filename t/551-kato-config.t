#!/bin/sh
# kato config: values in their shapes, lists, types, revisions, YAML; watching; no store.
. t/lib.sh
skip_unless_supd 'kato is ours'
# 0 would be all of us
kill_store() { _pid=$(ctl pid supd:store); [ "$_pid" -gt 0 ] && kill -9 "$_pid"; }

conf '[supd]' "statedir = $T/state" '[program:a]' 'command = /bin/sleep 1000' 'startsecs = 0'
up_quiet
session <<'E'
$kato config get
{}
$kato config get web
kato: 'web' is not there
= 1
$kato config set web host 'a: b'
$kato config get web host
a: b
$kato config set web port 80 -j
$kato config get web port
80
$kato config set web port 8080
$kato config get -f web/port -j
8080
$kato config set web port many
kato: 'web/port' is a number, not a string
= 1
$kato config set web port many --force
$kato config get -j web port
"many"
$kato config push web hosts a
- a
$kato config push web hosts b
- a
- b
$kato config get web hosts
- a
- b
$kato config pop web hosts a
- b
$kato config pop web hosts
[]
$kato config pop web hosts x
kato: 'web/hosts' has no such item
= 1
$kato config get web
host: "a: b"
hosts: []
port: many
$kato config get web /
host: "a: b"
hosts: []
port: many
$kato config set web/ports http 80
$kato config del web ports
$kato config del web ports
kato: 'web/ports' is not there
= 1
$kato config get -v web host
revision 1
a: b
$kato config set web host c --if-rev 0
kato: 'web/host' was changed by revision 1, so it is there
= 1
$kato config set web host c --if-rev 1 -v
revision 11
$kato config set web host d --if-rev 1
kato: 'web/host' was changed by revision 11
= 1
$kato config get web host
c
$kato config set web host --if-rev x y
kato: --if-rev: 'x' is not a revision: -1, 0 or more
= 2
$kato config set web
kato: config set needs COMPONENT PATH [VALUE]
= 2
$kato config set local web/host here
$kato config get web host -n 127.0.0.1
here
$kato config set a//b x y
kato: 'a//b/x': a name in it is empty
= 1
E

# values of stdin
printf 'text\n' | kato config set web text
is "$(kato config get web text)" text 'a value of stdin, without its newline'
cat >tree.yaml <<'E'
# settings
ports:
  http: 80
  other:
    - 1
    - "2"
name: 'it''s'
E
kato config set -y app / <tree.yaml
is "$(kato config get app)" "name: it's
ports:
  http: 80
  other:
    - 1
    - \"2\"" 'a tree of YAML comes back as YAML'
is "$(kato config get app ports/other -j)" '[1,"2"]' 'or a part of it as JSON'
kato config get app | kato config set -y copy /
is "$(kato config get copy -j)" "$(kato config get app -j)" 'what was printed can be read again'
printf 'a: 1\n b: 2\n' | kato config set -y app / --force 2>err
is "$?, $(cat err)" '2, kato: not YAML: line 2: indented further than what is above it' 'a wrong line is named'
printf 'a: \377\n' | kato config set -y app / --force 2>err
is "$?, $(cat err)" '2, kato: the value is not UTF-8' 'as is what is no UTF-8'
kato config set app x '{' -j 2>err
is "$?" 2 'and JSON that is none refused'
awk 'BEGIN { for (i = 0; i < 5000; i++) print "key" i ": value " i }' | kato config set -y large /
is "$(kato config get large key4999)" 'value 4999' 'a value may be large'

# what a report tells of it
kato report "$T/report.tgz" >/dev/null
tar -xzf report.tgz -O --wildcards '*/store.yaml' >outline
like "$(cat outline)" '^  host: text of 1$' 'a report has paths and sizes'
unlike "$(cat outline)" "value 4999|it's" 'but no values'

# watching
kato config watch 'w/**' >seen 2>&1 &
watcher=$!
kato config watch --from 1 >all 2>&1 &
other=$!
await all '^1 web/host "a: b"$' >/dev/null
kato config set w a 1 -j
await all ' w/a 1$' >/dev/null
rev=$(awk '/ w\/a 1$/ { print $1 }' all)
kill_store
await supd.log 'INFO store: revision' 2 >/dev/null	# one that dies may take a call along
kato config set w a 2
kato config del w a
await all ' w/a deleted$' >/dev/null
is "$(grep -c ' w/a ' all)" 3 'a watcher outlives the store, and sees each change once'
kato config set -j done x '{"y": [1]}'
await all ' done/x [{]"y":\[1\]}$' >/dev/null
sed -i 's/^\[supd\]/[store]\nhistory = 20\n[supd]/' supd.conf
ctl update >/dev/null
kato config set -j done y 1
await all ' done/y 1$' >/dev/null
pass 'nor does a change of [store] end it'
kill "$watcher" "$other"
wait "$watcher" "$other" 2>/dev/null
is "$(sed "s/^$rev /REV /" seen | head -1)" 'REV w/a 1' 'a glob picks'
is "$(grep -vc ' w/a ' seen)" 0 'nothing else'
is "$(kato config watch --from 99999 2>&1)" "kato: revision 99999 is not there yet: the last change is $(sed -n '$s/ .*//p' all)" \
    'a revision that never was'
down

# What cannot work says so at once, and programs do not notice.
rm -rf state/store/*
mkdir state/store/store.sqlite
up_quiet
pid=$(ctl pid a)
is "$(kato config set a b c 2>&1)" "kato: $T/state/store/store.sqlite: Is a directory" 'no store: a write says why'
is "$(ctl pid a)" "$pid" 'programs go on'
down

# A directory that somebody has chosen and that cannot be had is an error.
rm -rf state
: >file
sed -i "s,^statedir.*,statedir = $T/file/none," supd.conf
up_quiet
like "$(kato config set a b c 2>&1)" "^kato: cannot make the directory '$T/file/none" 'a chosen directory is meant'
down

# Nobody has chosen one, and the usual one cannot be had: in memory, which is said.
sed -i '/^statedir/d' supd.conf
if [ "$(id -u)" = 0 ]; then		# root would have one
	cp "$SUPD_BIN" "$T/supd" && chown -R 65534:65534 "$T"
	SUPD="setpriv --reuid=65534 --regid=65534 --clear-groups $T/supd"
	sed -i '/^user/d' supd.conf
fi
LAUNCH="env HOME=$T/file XDG_STATE_HOME=$T/file" up_quiet
is "$(kato config set a b c; kato config get a b)" c 'without a directory it works in memory'
logged 'WARN store: values are in memory only, and lost when the store ends'
down
done_testing
