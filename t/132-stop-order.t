#!/bin/sh
# Shutdown stops groups in reverse order of priority, the next when the one before is gone.
. t/lib.sh
# Takes a moment to end, and tells when it begins and when it is over.
script slow <<'END'
#!/usr/bin/perl
$SIG{TERM} = sub {
	syswrite $out, "$ARGV[0] begins\n";
	select undef, undef, undef, $ARGV[1];
	syswrite $out, "$ARGV[0] ends\n";
	exit 0;
};
open $out, '>>', "$ENV{SUPD_TEST}/order";
open $up, '>>', "$ENV{SUPD_TEST}/up";
syswrite $up, "$ARGV[0] up\n";
sleep 1 while 1;
END
p() { conf "[program:$1]" "command = $T/slow $1 $2" 'startsecs = 0' "priority = $3"; }
p base 0 1
p data 0.3 2
p front 0.3 3
p m1 0.3 5
p m2 0.3 7
conf '[group:g]' 'programs = m1,m2' 'priority = 4'
up
for p in base data front m1 m2; do await up "$p up" >/dev/null; done
down
is "$(grep -v '^m' order)" 'front begins
front ends
data begins
data ends
base begins
base ends' 'highest priority first, one after the other'
is "$(head -n 4 order | sort)" 'm1 begins
m1 ends
m2 begins
m2 ends' 'the group as a whole before all of a lower priority'
is "$(head -n 2 order | grep -c begins)" 2 'its members at the same time'
is "$(ours || exec <supd.log; grep -c 'waiting for .*base.* to die' supd.log | sed 's/^[1-9][0-9]*$/yes/')" yes \
    'the log says who is waited for'
done_testing
