#!/bin/sh
# pidproxy passes signals on to the process that a pid file names.
. t/lib.sh
if ours; then pidproxy=$T/bin/pidproxy; else pidproxy=/usr/bin/pidproxy; fi
[ -x "$pidproxy" ] || skip_all 'no pidproxy here'
# Like mysqld_safe: stays, but passes no signal on to what it has started.
script safe <<'END'
#!/bin/sh
trap '' HUP USR1 TERM
"$SUPD_TEST/daemon" &
while ! wait; do :; done
END
script daemon <<'END'
#!/usr/bin/perl
$SIG{$_} = eval "sub { say_('$_'); exit 0 if '$_' eq 'TERM' }" for qw(TERM HUP USR1);
sub say_ { open my $f, '>>', "$ENV{SUPD_TEST}/got"; print $f "@_\n"; close $f }
open my $f, '>', "$ENV{SUPD_TEST}/daemon.pid"; print $f "$$\n"; close $f;
sleep 1 while 1;
END
conf '[program:d]' "command = $pidproxy $T/daemon.pid $T/safe" 'startsecs = 0'
up_quiet
pid=$(await daemon.pid .)
await supd.log 'success: d' >/dev/null
ctl signal HUP d >/dev/null
ok 'HUP is passed on' await got HUP
is "$(ctl stop d)" 'd: stopped' 'stop'
ok 'TERM is passed on' await got TERM
ok 'the daemon is gone' gone "$pid"
down
done_testing
