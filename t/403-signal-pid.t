#!/bin/sh
# signal and pid.
. t/lib.sh
script tell <<'END'
#!/usr/bin/perl
for my $s (qw(HUP USR1 USR2 WINCH)) {
	$SIG{$s} = sub { open my $f, '>>', "$ENV{SUPD_TEST}/$ARGV[0].got"; print $f "$s\n" };
}
open my $f, '>', "$ARGV[0].up"; print $f "up\n"; close $f;
sleep 1 while 1;
END
p() { conf "[program:$1]" "command = $T/tell $1" 'startsecs = 0'; }
p a
p m1
p m2
conf '[group:g]' 'programs = m1,m2'
p off
conf 'autostart = false'
up_quiet
for p in a m1 m2; do await "$p.up" up >/dev/null; done
session <<'END'
$ signal HUP a
a: signalled
! await a.got HUP
HUP
$ signal SIGUSR1 a
a: signalled
! await a.got USR1
USR1
$ signal 12 a
a: signalled
! await a.got USR2
USR2
$ signal usr1 a
a: signalled
! await a.got USR1 2
USR1
$ signal 0 a
a: signalled
! ctl signal USR2 g:* | sort
g:m1: signalled
g:m2: signalled
! await m1.got USR2
USR2
! await m2.got USR2
USR2
! ctl signal WINCH all | sort
a: signalled
g:m1: signalled
g:m2: signalled
! await a.got WINCH
WINCH
! await m2.got WINCH
WINCH
$ signal HUP off
off: ERROR (not running)
= 7
$ signal HUP zz
zz: ERROR (no such process)
= 1
$ signal HUP zz:*
zz: ERROR (no such group)
= 1
$ signal NOSUCH a
a: ERROR (bad signal name)
= 1
$ signal 99 a
a: ERROR (bad signal name)
= 1
$ signal NOSUCH g:*
g:m1: ERROR (bad signal name)
g:m2: ERROR (bad signal name)
= 1
$ signal HUP a zz off
a: signalled
zz: ERROR (no such process)
off: ERROR (not running)
= 7
! first signal HUP
Error: signal requires a signal name and a process name
= 1
! first signal
Error: signal requires a signal name and a process name
= 1
$ pid off
0
= 7
$ pid zz
No such process zz
= 1
! ctl pid zz a | sed -n 1p
No such process zz
END
is "$(ctl pid)" "$SUP" 'pid of the supervisor'
is "$(cat "/proc/$(ctl pid a)/cmdline" | tr '\0' ' ')" "/usr/bin/perl $T/tell a " 'pid of a process'
is "$(ctl pid g:m1 a; echo $?)" "$(ctl pid g:m1)
$(ctl pid a)
0" 'several'
is "$(ctl pid all | sort -n)" "$( { echo 0; ctl pid a; ctl pid g:m1; ctl pid g:m2; } | sort -n)" 'all'
down
done_testing
