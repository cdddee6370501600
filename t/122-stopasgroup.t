#!/bin/sh
# stopasgroup and killasgroup reach the children of a program, without them only the program is signalled.
. t/lib.sh
# A shell with a child that tells on TERM; the shell itself just dies.
script tree <<'END'
#!/bin/sh
(
	trap 'echo TERM >"$1.child"; exit' TERM
	while :; do sleep 1000 & wait; done
) &
echo $! >"$1.pid"
while :; do sleep 1000 & wait; done
END
# Likewise, but deaf to TERM, and so is the child.
script deaf <<'END'
#!/bin/sh
trap '' TERM
sleep 1000 &
echo $! >"$1.pid"
while :; do sleep 1000 & wait; done
END
conf '[program:group]' "command = $T/tree $T/group" 'stopasgroup = true' 'startsecs = 0'
conf '[program:killed]' "command = $T/deaf $T/killed" 'killasgroup = true' 'stopwaitsecs = 1' 'startsecs = 0'
up
for p in group killed; do await "$p.pid" . >/dev/null; entered $p RUNNING; done
ctl stop group killed >/dev/null
is "$(await group.child . )" TERM 'stopasgroup: the child got the signal too'
ok 'and is gone' gone "$(cat group.pid)"
ok 'killasgroup: a child that is deaf to TERM is gone' gone "$(cat killed.pid)"
down
done_testing
