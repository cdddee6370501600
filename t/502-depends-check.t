#!/bin/sh
# What is wrong in depends_on is said with file, line and the way round, at a check and at a start.
. t/lib.sh
skip_unless_supd 'supervisord knows no dependencies'

# refused TEXT LINE MESSAGE NAME: the programs of TEXT
refused() {
	printf '[supervisord]\nlogfile=%s\npidfile=%s\n%b' "$T/x.log" "$T/x.pid" "$1" >bad.conf
	is "$("$SUPD" check -c bad.conf 2>&1 | head -n 1)" "bad.conf:$2 depends_on: $3" "$4"
	like "$("$SUPD" -n -c bad.conf 2>&1)" "^Error: $3 in section" "$4: not started"
}
refused '[program:a]\ncommand=/bin/cat\ndepends_on=b\n' '6: [program:a]' \
    "'b' is no group, program or group:process to depend on" 'an unknown name'
refused '[program:a]\ncommand=/bin/cat\ndepends_on=a\n' '6: [program:a]' \
    'a circle of dependencies: a -> a' 'itself'
refused '[program:a]\ncommand=/bin/cat\ndepends_on=b\n[program:b]\ncommand=/bin/cat\ndepends_on=c\n[program:c]\ncommand=/bin/cat\ndepends_on=a:started?\n' \
    '6: [program:a]' 'a circle of dependencies: a -> b -> c -> a' 'three in a ring'
refused '[program:a]\ncommand=/bin/cat\ndepends_on=g\n[program:b]\ncommand=/bin/cat\ndepends_on=a\n[group:g]\nprograms=b\n' \
    '6: [program:a]' 'a circle of dependencies: a -> g -> g:b -> a' 'through a group'
refused '[program:a]\ncommand=/bin/cat\ndepends_on=:ready\n' '6: [program:a]' \
    'an item has no name: NAME:CONDITION is wanted, CONDITION one of started, running, ready, healthy, done' \
    'no name'
printf '[supervisord]\n[program:a]\ncommand=/bin/cat\n[program:b]\ncommand=/bin/cat\n' >good.conf
printf '[group:g]\nprograms=a,b\ndepends_on=c:done, d:started?\n[program:c]\ncommand=/bin/true\ntype=oneshot\n[program:d]\ncommand=/bin/cat\ndepends_on=c\n' >>good.conf
is "$("$SUPD" check -c good.conf | head -n 1)" 'good.conf: ok, 4 programs in 3 groups' 'a group depends'
is "$("$SUPD" show -c good.conf | grep -c '^depends_on=c:done, d:started? ;')" 3 \
    'and so does each of its processes'
# 1,000 programs with 5,000 edges load; a chain of 9,999 is no recursion
perl -e 'print "[supervisord]\n"; for $i (0 .. 9999) { print "[program:p$i]\ncommand=/bin/cat\n";
    print "depends_on=", join(",", map { "p$_" } grep { $_ >= 0 } $i - 5 .. $i - 1), "\n" if $i }' >big.conf
like "$("$SUPD" check -c big.conf)" '^big.conf: ok, 10000 programs' 'a long chain'
done_testing
