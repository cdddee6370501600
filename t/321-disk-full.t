#!/bin/sh
# A full disk under the logs: one program waits, the other's output is dropped; what logs
# elsewhere goes on; with room again all go on by themselves.
. t/lib.sh
. "$TOOL/emit.sh"
skip_unless_supd 'supervisord dies or loses lines here'
skip_unless_root
unshare --mount true 2>/dev/null || skip_all 'needs mount namespaces'
mkdir small
cat >start <<END
#!/bin/sh
mount -t tmpfs -o size=256k tmpfs "$T/small" || exit 1
exec "\$@"
END
chmod 755 start
for p in block drop; do
	conf "[program:$p]" "command = $T/emit $T/$p.cmd" "stdout_logfile = $T/small/$p.log" \
	    "log_policy = $p" 'startsecs = 0'
done
conf '[program:other]' "command = $T/emit $T/other.cmd" "stdout_logfile = $T/other.log" 'startsecs = 0'
LAUNCH="unshare --mount --propagation private $T/start"
up_quiet
MAIN=$(cat pid)
inside sh -c "head -c 200000 /dev/zero >$T/small/ballast"
stat_of() { ctl log-stats | awk -v p="$1" -v c="$2" '$1 == p && $2 == "stdout" { print $c }'; }
in_is() { [ "$(stat_of "$1" 3)" = "$2" ]; }
written_is() { [ "$(stat_of "$1" 4)" = "$2" ]; }
emit block 50000 a
eventually written_is block 50000
emit block 50000 b
emit drop 50000 c
emit drop 50000 d
logged "block stdout: cannot write to '.*': no space left on device; the program waits"
logged "drop stdout: cannot write to '.*': no space left on device; output is dropped"
ok 'all of "drop" is taken from the program' eventually in_is drop 100000
emit other 0 'goes on\n'
ok 'a log elsewhere goes on' await other.log 'goes on'
like "$(ctl status)" '^block +RUNNING' 'and so does the supervisor'
is "$(stat_of block 5)" 0 'nothing of "block" is dropped'
inside rm "$T/small/ballast"
ok 'all of it is written in the end' eventually written_is block 100000
logged 'block stdout: .* takes output again'
is "$(inside cat "$T/small/block.log" | tr -s ab)" ab 'in order'
dropped=$(stat_of drop 5)
ok "$dropped bytes of the other are dropped and counted" test "$dropped" -gt 0
_recovers() { emit drop 0 'x\n'; ctl log-stats >/dev/null; inside grep -q '^x' "$T/small/drop.log"; }
eventually _recovers
like "$(inside cat "$T/small/drop.log")" \
    "^--- supd: $(stat_of drop 5) bytes dropped: no space left on device ---\$" 'the gap is marked'
logged 'drop stdout: .* takes output again'
down
done_testing
