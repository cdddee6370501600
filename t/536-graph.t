#!/bin/sh
# graph, blame and plot: who depends on whom, how long starts took, and what kept the last one.
. t/lib.sh
skip_unless_supd 'supervisord has no such commands'
conf '[program:db]' "command = sh -c 'sleep 0.4; touch $T/db; exec sleep 1000'" "ready = file:$T/db" 'startsecs = 0'
conf '[program:cache]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:migrate]' 'command = /bin/sleep 0.3' 'type = oneshot' 'startsecs = 0' 'depends_on = db'
conf '[program:web]' 'command = /bin/sleep 1000' 'startsecs = 0' 'depends_on = migrate:done, cache:started?, db'
conf '[program:w]' 'command = /bin/sleep 1000' 'startsecs = 0' 'process_name = w%(process_num)d' 'numprocs = 2' 'depends_on = db'
conf '[program:later]' 'command = /bin/sleep 1000' 'autostart = false' 'startsecs = 60'
conf '[program:after]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autostart = false' 'depends_on = later:ready'
conf '[program:a<&b]' 'command = /bin/sleep 1000' 'startsecs = 0'
up_quiet
await supd.log 'success: web entered RUNNING' >/dev/null
await supd.log 'success: w1 entered RUNNING' >/dev/null
session <<'END'
$ graph web
web  RUNNING, ready
├─ cache:started?  RUNNING, ready
├─ db:ready  RUNNING, ready
└─ migrate:done  EXITED
   └─ db:ready  RUNNING, ready
$ graph 'w:*' after
after  STOPPED
└─ later:ready  STOPPED
w:w0  RUNNING, ready
└─ db:ready  RUNNING, ready
w:w1  RUNNING, ready
└─ db:ready  RUNNING, ready
$ graph nosuch
nosuch: ERROR (no such process)
= 1
END
is "$(ctl graph | sed -n '$p')" 'a<&b  RUNNING, ready' 'who has no dependencies comes last'
is "$(ctl graph | sed -n '/^[^ │└├]/s/ .*//p' | tr '\n' ' ')" 'after w:w0 w:w1 web a<&b ' 'whom nobody needs are the roots'
is "$(ctl graph --json | perl -MJSON::PP -0777 -ne '$r = decode_json($_); print join " ", map { "$_->{from}>$_->{to}:$_->{condition}" .
    ($_->{weak} ? "?" : "") . ($_->{holds} ? "" : "!") } @{$r->{edges}}')" \
    'after>later:ready! migrate>db:ready w:w0>db:ready w:w1>db:ready web>migrate:done web>cache:started? web>db:ready' 'edges as JSON'

# Graphviz
ctl graph --dot >g.dot
is "$(grep -c ' -> ' g.dot)" 7 'dot: an arrow for each edge'
like "$(cat g.dot)" '"migrate" -> "web" .label="done".' 'from what is started first'
like "$(cat g.dot)" '"cache" -> "web" .label="started", style=dashed.' 'order only is dashed'
if command -v dot >/dev/null; then
	ok 'Graphviz reads it' dot -Tsvg g.dot
else
	skip 'Graphviz is not installed'
fi

# pictures
ctl graph --svg >g.svg
ctl plot >p.svg
for f in g p; do
	if command -v xmllint >/dev/null; then
		ok "$f.svg is XML" xmllint --noout $f.svg
	elif perl -MXML::Parser -e 1 2>/dev/null; then
		ok "$f.svg is XML" perl -MXML::Parser -e 'XML::Parser->new->parsefile($ARGV[0])' $f.svg
	else
		is "$(grep -vc '^</*[a-z][^<>]*>$\|^<text [^<>]*>[^<>]*</text>$' $f.svg)" 0 "$f.svg is made of whole tags"
	fi
done
is "$(grep -o '>[^<>]*</text>' g.svg | grep -cE '>(db|cache|migrate|web|w:w0|w:w1|later|after|a&lt;&amp;b)<')" 9 'graph: every process'
is "$(grep -c 'stroke-dasharray' g.svg)" 1 'one dashed line'

# times
json() { ctl blame --json | perl -MJSON::PP -0777 -ne '%r = map { $_->{name}, $_ } @{decode_json($_)}; print '"$1"; }
is "$(json '$r{db}{took} >= 0.4 && $r{db}{waited} < 0.3')" 1 'blame: db took its time to be ready'
is "$(json '$r{migrate}{waited} >= 0.4 && $r{migrate}{took} >= 0.3')" 1 'migrate waited for it, and took its own'
is "$(json '$r{web}{waited} >= 0.7')" 1 'web waited for both'
is "$(json '$r{later} ? 1 : 0')" 0 'who was not started is not there'
is "$(ctl blame | awk 'NR == 1 { print $1, $2, $3 } NR > 1 { print $3 }' | head -n 2 | tr '\n' ' ')" 'WAITED TOOK NAME db ' 'the slowest first'
like "$(ctl blame)" '^ *0\.[7-9][0-9]*s|^ *[1-9][0-9.]*s +[0-9.]*s  web$' 'the list'
is "$(grep 'font-weight="bold"' p.svg | grep -oE '>(db|cache|migrate|web|w:w0|w:w1|a&lt;&amp;b)<' | sort | tr -d '<>' | tr '\n' ' ')" \
    'db migrate web ' 'plot: the critical chain'
is "$(grep -oE '>(db|cache|migrate|web|w:w0|w:w1|a&lt;&amp;b|later|after)</text>' p.svg | wc -l)" 7 'those that were started'
# a restart is no boot
before=$(grep -o '>[0-9.]*s<' p.svg | sort | tr '\n' ' ')
ctl restart cache >/dev/null
is "$(ctl plot | grep -o '>[0-9.]*s<' | sort | tr '\n' ' ')" "$before" 'a later restart does not change it'
# who waits says for whom
rm -f db
ctl stop after later >/dev/null
behind out $CTL -c supd.conf start after
eventually sh -c "$CTL -c supd.conf graph after | grep -q 'waits for later to be ready'"
like "$(ctl graph after)" '^after  STARTING, waits for later to be ready' 'graph: what is waited for'
like "$(ctl blame)" ' -  after  waits for later' 'blame, too'
kill "$BG"
down
done_testing
