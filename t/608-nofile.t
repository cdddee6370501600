#!/bin/sh
# A low limit of open files does not hinder, and our own raise does not leak into programs (minfds does, as ever).
. t/lib.sh
skip_unless_supd 'supervisord lets its own limit leak and refuses to start with a low one'
conf '[program:x]' 'command = sh -c "ulimit -Sn; ulimit -Hn; exec sleep 1000"' 'startsecs = 0' "stdout_logfile = $T/x.log"
hard=$(ulimit -Hn)
LAUNCH="$T/limited 1500 $hard"
script limited <<'END'
#!/bin/sh
ulimit -Sn "$1" && ulimit -Hn "$2" && shift 2 && exec "$@"
END
up_quiet
is "$(await x.log . 2 >/dev/null; cat x.log)" "1500
$hard" 'the program sees the limits of before'
ok 'the supervisor has raised its own' test "$(awk '/^Max open files/ { print $4 }' "/proc/$SUP/limits")" -gt 1500
down

# Not enough for minfds, and nobody to raise it.
rm x.log
if [ "$(id -u)" = 0 ]; then
	sed -i '/^user = root$/d' supd.conf
	chown 12345 . log
	chown 12345 supd.log
	LAUNCH="setpriv --reuid 12345 --regid 12345 --clear-groups $T/limited 100 100"
else
	LAUNCH="$T/limited 100 100"
fi
up_quiet
is "$(await x.log . 2 >/dev/null; cat x.log)" '100
100' 'a hard limit below minfds is no reason not to start'
down
done_testing
