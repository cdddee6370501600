#!/bin/sh
# Command lines that are refused, and the two that print and exit.
. t/lib.sh
printf '[supervisord]\n' >ok.conf

# refused WANTED ARG...
refused() {
	want=$1
	shift
	timeout $DEADLINE $SUPERVISORD "$@" >out 2>err
	status=$?
	is "$status: $(sed -n 1p err)" "2: Error: $want" "$*"
}

refused 'option -Z not recognized' -c ok.conf -Z
refused 'option -Z not recognized' -nZ
refused 'option --foo not recognized' --foo
refused 'option -c requires argument' -c
refused 'option -c requires argument' -nc
refused 'option --minfds requires argument' --minfds
refused 'option --m not a unique prefix' --m 3
refused 'option --min not a unique prefix' --min=3
refused 'option --logfile_ not a unique prefix' --logfile_ x
refused 'option --nodaemon must not have an argument' --nod=1
refused "positional arguments are not supported: ['extra']" -n extra
refused "positional arguments are not supported: ['a', '-n', \"it's\"]" -- a -n "it's"
refused "positional arguments are not supported: ['-']" -
refused "positional arguments are not supported: ['extra']" -e loud extra
refused "conflicting command line option '-n'" -n -n
refused "conflicting command line option '--nodaemon'" -n --nodaemon
refused "conflicting command line option '-c'" --conf ok.conf -c ok.conf
refused "invalid value for -e 'loud': bad logging level name 'loud'" -e loud
refused "invalid value for --loglevel 'loud': bad logging level name 'loud'" --logl=loud
refused "invalid value for -m '9': 9 can not be converted to an octal type" -m9
refused "invalid value for -d '/no/such': /no/such is not an existing directory" -d /no/such
refused "invalid value for -q '/no/such': /no/such is not an existing directory" -q /no/such
refused "invalid value for -l '/no/such': The directory named as part of the path /no/such does not exist" -l /no/such
refused "invalid value for -j '/no/such': The directory named as part of the path /no/such does not exist" -j /no/such
refused "invalid value for -y '1K': invalid literal for int() with base 10: '1k'" -y 1K
refused "invalid value for -z 'x': invalid literal for int() with base 10: 'x'" -z x
refused "invalid value for -a 'x': invalid literal for int() with base 10: 'x'" -a x
refused "invalid value for --minprocs '': invalid literal for int() with base 10: ''" --minprocs=
refused 'could not find config file /no/such' -c /no/such
refused 'could not read config file /etc' -c /etc
refused 'Invalid user name nosuch' -c ok.conf -u nosuch
refused 'Invalid user id 99999' -c ok.conf --user=99999

printf '[supervisord]\nlogfile = /no/such/log\n' >bad.conf
refused 'The directory named as part of the path /no/such/log does not exist' -c bad.conf -l "$T/log"

is "$(sed -n 2p err)" "For help, use $SUPERVISORD -h" 'the second line'

for v in -v --version --vers '-v -h' '-v -e loud'; do
	like "$($SUPERVISORD $v)" '^[0-9]+\.[0-9]+' "$v"
done
for h in -h --help '-?' '-h -v' '-h -n -n'; do
	like "$($SUPERVISORD $h)" '--configuration' "$h"
done
done_testing
