#!/bin/sh
# Orphans are reaped, many at once too, and programs are not confused by them.
. t/lib.sh
skip_unless_pid1
# 300 grandchildren lose their parent and end later.
script orphans <<'END'
#!/usr/bin/perl
for (1 .. 300) {
	next if fork;
	exit 0 if fork;
	select undef, undef, undef, 0.1 + rand 0.3;
	exit $_ % 200;
}
1 while wait > 0;
open my $f, '>', "$ENV{SUPD_TEST}/done"; print $f "done\n"; close $f;
sleep 1000;
END
conf '[program:o]' "command = $T/orphans" 'startsecs = 0'
conf '[program:x]' 'command = /bin/sleep 1000' 'startsecs = 0'
as_pid1
up_quiet
await done done >/dev/null
zombies() { inside sh -c 'grep -l "^State:.Z" /proc/[0-9]*/status' | wc -l; }
children() { inside ps -e -o ppid= | grep -c '^ *1$'; }
no_zombies() { [ "$(zombies)" = 0 ] && [ "$(children)" -le "$1" ]; }
if ours; then n=3; else n=2; fi		# ours has a helper
ok 'no zombie is left, no orphan either' eventually no_zombies $n
is "$(ctl status | awk '{ print $1, $2 }')" 'o RUNNING
x RUNNING' 'the programs run'
is "$(grep -c 'exited: ' supd.log)" 0 'and nobody thought otherwise'
down
done_testing
