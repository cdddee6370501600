#!/bin/sh
# stop_signals: one signal after the other, each with its time, KILL at the end; and refresh, which has a
# process read its configuration again.
. t/lib.sh
skip_unless_supd 'supervisord has one signal'
# notes the signals it gets; ends with the one named
script server <<'END'
#!/usr/bin/perl
my ($name, $end) = @ARGV;
sub note { open my $f, '>>', "$ENV{SUPD_TEST}/$name.got"; syswrite $f, "@_\n"; close $f }
for my $sig (qw(TERM INT HUP QUIT USR1)) {
	$SIG{$sig} = sub { note($sig); exit 0 if $sig eq $end };
}
note('up');
sleep 1 while 1;
END
quiet='stdout_logfile = NONE
stderr_logfile = NONE
startsecs = 0'
conf '[program:second]' "command = $T/server second INT" 'stop_signals = TERM 0.2s INT 1h KILL' "$quiet"
conf '[program:never]' "command = $T/server never X" 'stop_signals = USR1 100ms TERM 0.1s' "$quiet"
conf '[program:first]' "command = $T/server first QUIT" 'stop_signals = QUIT 1h' 'reload_signal = HUP' "$quiet"
conf '[program:left]' "command = /bin/sh -c '$T/server left INT & exec $T/server main TERM'" \
    'stop_signals = TERM 0.2s INT 1h' "$quiet"
conf '[program:plain]' "command = $T/server plain TERM" 'stop_signals = TERM 1h INT 1h' "$quiet"
conf '[program:slow]' "command = $T/server slow X" 'stop_signals = TERM 1h INT 1h' "$quiet"
up
for name in second never first left main plain slow; do await $name.got up >/dev/null; done

is "$(ctl stop second)" 'second: stopped' 'stopped'
is "$(tr '\n' ' ' <second.got)" 'up TERM INT ' 'the second signal came after the first'
like "$(ctl why second)" 'still STOPPING: the next step of its stop, SIGINT was sent' 'why tells'
logged 'the next step for second \([0-9]+\): it gets SIGINT'
ctl stop never >/dev/null
is "$(tr '\n' ' ' <never.got)" 'up USR1 TERM ' 'every step'
like "$(ctl why never)" 'still STOPPING: the times of stop_signals were over, SIGKILL was sent' 'and SIGKILL at the end'
logged "killing 'never' \([0-9]+\) with SIGKILL"

is "$(ctl refresh first)" 'first: refreshed' 'refresh'
await first.got HUP >/dev/null
is "$(ctl refresh second)" 'second: ERROR (not running)' 'of one that is down'
is "$(ctl refresh plain)" 'plain: ERROR (FAILED: plain has no reload_signal and no reload_command)' 'of one that has no way'
is "$(ctl refresh all)" 'first: refreshed' 'all: those that have one'
logged 'first \([0-9]+\) gets SIGHUP to read its configuration again \(reload_signal\)' 2
ctl stop first >/dev/null
is "$(tr '\n' ' ' <first.got | sed 's/HUP HUP/HUP/')" 'up HUP QUIT ' 'stopped by the first'

# what is left behind gets the same (found by adoption or cgroup)
ctl stop left >/dev/null
is "$(tr '\n' ' ' <left.got)" 'up TERM INT ' 'survivors get one after the other, too'

ctl stop plain >/dev/null
is "$(tr '\n' ' ' <plain.got)" 'up TERM ' 'who obeys the first gets no other'
kill -TERM "$SUP"
await slow.got TERM >/dev/null
kill -TERM "$SUP"
ended 0 'a second request does not wait for all steps'
is "$(tr '\n' ' ' <slow.got)" 'up TERM ' 'but kills'

cat >bad.conf <<'END'
[supervisord]
[program:a]
command = /bin/cat
stop_signals = TERM
[program:b]
command = /bin/cat
stop_signals = KILL TERM 5s
[program:c]
command = /bin/cat
stop_signals = TERN 5s
[program:d]
command = /bin/cat
hook_timeout = 5s
[program:e]
command = /bin/cat
reload_signal = HUP
reload_command = /bin/true
[program:f]
command = /bin/cat
backoff_max = 5s
permanent_exitcodes = 1,0
END
"$T/bin/supd" check -c bad.conf >check.out 2>&1
like "$(cat check.out)" "'TERM' is not like TERM 5s INT 5s KILL: a time is missing" 'no time'
like "$(cat check.out)" "'KILL TERM 5s' is not like TERM 5s INT 5s KILL: KILL is the end" 'KILL not at the end'
like "$(cat check.out)" "value 'TERN' is not a valid signal name" 'no signal'
like "$(cat check.out)" 'hook_timeout does nothing without a hook' 'a time of nothing'
like "$(cat check.out)" 'reload_signal does nothing beside reload_command' 'one of two'
like "$(cat check.out)" 'backoff_max does nothing without backoff' 'a pause that is none'
like "$(cat check.out)" 'permanent_exitcodes: 0 is one of exitcodes, too' 'expected and permanent'
done_testing
