#!/bin/sh
# kato finds its commands and options, and has one meaning for each exit status.
. t/lib.sh
skip_unless_supd 'kato is ours'

kato_status() { kato "$@" >out 2>err; echo $?; }

# ---- without a supervisor ----

is "$(kato_status process list)" 7 'no supervisor: 7'
is "$(cat err)" "kato: unix://$T/sock no such file" 'said in one line'
is "$(cat out)" '' 'and nothing on stdout'
is "$(kato_status)" 2 'no command: 2'
like "$(cat out)" '^  process list +Name and state' 'with the list of commands'
is "$(kato_status help)" 0 'help: 0'
is "$(kato_status nonsense)" 2 'an unknown command: 2'
is "$(cat err)" "kato: no command 'nonsense'; kato help lists them" 'which is named'
is "$(kato_status process nonsense)" 2 'an unknown second word: 2'
is "$(cat err)" "kato: no command 'process nonsense'; kato help lists them" 'named too'
is "$(kato_status version --no-such)" 2 'an unknown option: 2'
is "$(kato_status version word)" 2 'a word too many: 2'
is "$(cat err)" 'kato: version takes no words' 'said'
is "$(kato_status process list -h)" 0 '-h behind a command'
like "$(cat out)" '^Usage: kato process list' 'tells how it is used'
is "$(kato_status help process)" 0 'help of a family'
is "$(grep -c '^Usage: kato process' out)" "$(kato help | grep -c '^  process ')" 'tells of each'
is "$(kato_status process -h; cat out)" "0
$(kato help process)" 'which -h does as well'
is "$(kato --version)" "$("$CTL" --version)" '--version is that of the program'

# ---- with one ----

conf '[program:a]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autostart = false' \
    '[program:b]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autostart = false' \
    '[program:bad]' 'command = /nonexistent' 'startretries = 0' 'autostart = false'
up_quiet
session <<'E'
$kato process list a
a                              STOPPED   Not started
$kato process start b
starting b...   ok
$kato process start a
starting a...   ok
$kato process start a
starting a...   ok (runs already)
$kato process list -j a b
{"127.0.0.1":{"a":"RUNNING","b":"RUNNING"}}
$kato process list -y a
127.0.0.1:
  a: RUNNING
$kato process list nobody a -j
{"127.0.0.1":{"a":"RUNNING"}}
kato: no process 'nobody'
= 1
$kato process restart a
stopping a...   ok
starting a...   ok
$kato process stop a
stopping a...   ok
$kato process stop a
stopping a...   ok (does not run)
$kato process list -n 10.0.0.1
kato: node '10.0.0.1' is not known: there is 127.0.0.1 only
= 1
E
is "$(kato_status process start bad)" 1 'what cannot be started: 1'
like "$(cat out)" "^starting bad\.\.\.   failed: .*nonexistent" 'and why'
is "$(kato version)" "supd $("$CTL" --version), kato $("$CTL" --version)" 'version of both'
down
done_testing
