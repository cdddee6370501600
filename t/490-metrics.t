#!/bin/sh
# What the supervisor counts: starts, ends by cause, time to exec, processor time.
. t/lib.sh
skip_unless_supd 'supervisord counts nothing'
script burn <<'!'
#!/usr/bin/perl
1 while (times)[0] < 0.1;
exit $ARGV[0];
!
conf '[program:stays]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:done]' "command = $T/burn 0" 'startsecs = 0' 'autorestart = unexpected'
conf '[program:odd]' "command = $T/burn 9" 'startsecs = 0' 'autorestart = false'
conf '[program:hopeless]' 'command = /bin/false' 'startretries = 2'
conf '[program:absent]' 'command = /nowhere/x' 'startretries = 0'
conf '[program:off]' 'command = /bin/sleep 1000' 'autostart = false'
up
saw stays STARTING RUNNING
entered done EXITED
entered odd EXITED
entered absent FATAL
entered hopeless FATAL
# field PROCESS PERL: with $p being what is counted about it
field() {
	ctl metrics --json | perl -MJSON::PP -e '
		$all = decode_json(join "", <STDIN>);
		($p) = grep { $_->{name} eq $ARGV[0] } @{ $all->{processes} };
		print eval $ARGV[1]' "$1" "$2"
}
ends='join " ", @$p{qw(starts restarts launched stopped expected unexpected signal not_started)}'
is "$(field stays "$ends")" '1 0 1 0 0 0 0 0' 'one that runs'
is "$(field done "$ends")" '1 0 1 0 1 0 0 0' 'ended with an expected code'
is "$(field odd "$ends")" '1 0 1 0 0 1 0 0' 'with another one'
is "$(field hopeless "$ends")" '3 2 3 0 0 3 0 0' 'too quickly, three times, two of them unasked'
is "$(field absent "$ends")" '1 0 0 0 0 0 0 1' 'it could not be started'
is "$(field off "$ends")" '0 0 0 0 0 0 0 0' 'one that was never asked for'
is "$(for p in stays done odd hopeless absent off; do field $p '$p->{missing} ? 1 : 0'; done)" 001110 \
    'missing is who failed, not who is done, nor who is off'
ok 'processor time of ended runs' test "$(field done '$p->{cpu_seconds} >= 0.1 && $p->{cpu_seconds} < 5')" = 1
ok 'time from the decision to exec' test "$(field stays '$p->{launch_seconds} > 0 && $p->{launch_seconds} < 5')" = 1
ok 'when it was started' test "$(field stays 'abs(time - $p->{start}) < 60')" = 1

kill -KILL "$(ctl pid stays)"
saw stays EXITED STARTING RUNNING
is "$(field stays "$ends")" '2 1 2 0 0 0 1 0' 'killed, and restarted by itself'
ctl restart stays >/dev/null
is "$(field stays "$ends")" '3 1 3 1 0 0 1 0' 'restarted by a person'
ctl stop stays >/dev/null
is "$(field stays '$p->{missing} ? 1 : 0')" 0 'who was stopped is not missed'

is "$(field logger '"$p->{group} $p->{guest} $p->{statename} $p->{starts}"')" 'supd 1 RUNNING 1' 'guests are in it'
is "$(field x '$all->{pid}')" "$SUP" 'pid of the supervisor'
before=$(field x '$all->{calls}')
is "$(field x '$all->{calls}')" $((before + 1)) 'calls are counted'
is "$(field x 'join " ", map { $all->{$_} > 0 ? $_ : () } qw(wakeups connections calls events)')" \
    'wakeups connections calls events' 'what the supervisor counts about itself'
is "$(field x '$all->{events_lost}')" 0 'nobody was too slow'

like "$(ctl metrics)" '^hopeless +FATAL +3 +2 +0 +0 +3 +0 +0 +0\.[0-9]+$' 'as a table'
like "$(ctl metrics)" '^supervisor: wakeups [1-9]' 'and its last line'
down
done_testing
