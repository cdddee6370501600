#!/bin/sh
# At shutdown groups of equal priority stop together, others one after the other.
. t/lib.sh
skip_unless_supd 'supervisord takes one group after the other'
script slow <<'END'
#!/usr/bin/perl
$SIG{TERM} = sub {
	syswrite $out, "$ARGV[0] begins\n";
	select undef, undef, undef, 0.4;
	syswrite $out, "$ARGV[0] ends\n";
	exit 0;
};
open $out, '>>', "$ENV{SUPD_TEST}/order";
open $up, '>>', "$ENV{SUPD_TEST}/up";
syswrite $up, "$ARGV[0] up\n";
sleep 1 while 1;
END
for p in a b c; do conf "[program:$p]" "command = $T/slow $p" 'startsecs = 0' 'priority = 5'; done
conf '[program:base]' "command = $T/slow base" 'startsecs = 0' 'priority = 4'
up_quiet
for p in a b c base; do await up "$p up" >/dev/null; done
down
is "$(head -n 3 order | grep -c begins)" 3 'equal priority: all asked at once'
is "$(tail -n 2 order)" 'base begins
base ends' 'lower priority: when they are gone'
done_testing
