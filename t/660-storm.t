#!/bin/sh
# 20,000 short children at once: no zombie is left, no exit status lost, each of them counted.
. t/lib.sh
skip_unless_supd 'the count of what was reaped is ours'
skip_unless_pid1
DEADLINE=$((3 * DEADLINE))	# 20,000 forks, beside other tests
broods=250 each=80
# Most of its children die at once, some when the gate opens; none is waited for.
script brood <<'END'
#!/usr/bin/perl
for my $i (1 .. 80) {
	defined(my $pid = fork) or die "fork: $!";
	next if $pid;
	open my $gate, '<', "$ENV{SUPD_TEST}/gate" if $i > 60;
	kill 'KILL', $$;
}
exit $ARGV[0] % 200 + 1;
END
script last <<'END'
#!/bin/sh
(exit 7) &
exit 0
END
conf '[program:b]' "command = $T/brood %(process_num)d" 'process_name = b%(process_num)d' \
    "numprocs = $broods" 'startsecs = 0' 'autorestart = false'
conf '[program:x]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:last]' "command = $T/last" 'startsecs = 0' 'autorestart = false' 'autostart = false'
mkfifo gate
as_pid1
up_quiet
ok "$broods programs end" await supd.log 'exited: b' $broods
waiting() { [ "$(inside ps -e -o comm= | grep -c brood)" -ge "$1" ]; }
ok 'thousands of their children live on' eventually waiting $((broods * 20))
quiet() {
	: 9<>gate
	[ "$(inside sh -c 'ls -d /proc/[0-9]*' | wc -l)" -le 7 ]
}
ok 'and die together: no zombie is left, nothing else either' eventually quiet
is "$(ctl status 'b:*' --json | perl -MJSON::PP -0ne '
	for (@{ decode_json($_) }) {
		my ($n) = $_->{name} =~ /(\d+)/;
		$wrong++ if $_->{exitstatus} != $n % 200 + 1 || $_->{statename} ne "EXITED";
		$seen++;
	}
	printf "%d seen, %d wrong\n", $seen, $wrong;')" "$broods seen, 0 wrong" 'each exit status is right'
# The log counts orphans in full once a second has passed and one more has died.
told() {
	perl -ne '$n++ if /reaped unknown pid/; $n += $1 if /reaped (\d+) more/; END { print $n }' supd.log
}
more=0
all_told() {
	ctl start last >/dev/null
	more=$((more + 1))
	[ "$(told)" -ge $((broods * each + more)) ]
}
eventually all_told
is "$(told)" $((broods * each + more)) 'every orphan was reaped once'
is "$(ctl status x | awk '{ print $2 }')" RUNNING 'a bystander runs'
down
done_testing
