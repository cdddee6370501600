#!/bin/sh
# What stands before the processes of a service: postinstall with its time limit, and the profile; and one
# socket for all copies.
. t/lib.sh
skip_unless_supd 'supervisord knows no services'
for s in good bad slow prof; do mkdir $s; done
script run <<'END'
#!/bin/sh
echo "run $DOTCLOUD_SERVICE_NAME" >>"$SUPD_TEST/order"
exec sleep 1000
END
script good/install <<'END'
#!/bin/sh
read -r _ <"$SUPD_TEST/gate"
echo "install $DOTCLOUD_SERVICE_NAME in $(basename "$(pwd)") $PORT_A" >>"$SUPD_TEST/order"
END
# tells which process has answered
script accept.pl <<'END'
#!/usr/bin/perl
use IO::Socket::INET;
$ENV{LISTEN_PID} == $$ && $ENV{LISTEN_FDS} == 1 or die "no socket\n";
my $s = IO::Socket::INET->new_from_fd(3, 'r+') or die "$!\n";
while (my $c = $s->accept) { print $c "$ENV{DOTCLOUD_SERVICE_ID}\n"; close $c; select undef, undef, undef, 0.02 }
END
for s in good bad slow prof; do cp run $s/run; done
echo 'echo no such thing >&2; return 3' >prof/profile
mkfifo gate
# somebody else listens at the first port of the range of few, and no more than one is left
lo2=$((32000 + $$ % 700))
perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(LocalAddr => "0.0.0.0:$ARGV[0]", Listen => 1) or die "$!\n";
	open my $f, ">", "taken"; print $f "yes\n"; close $f; sleep 1000' $lo2 &
other=$!
await taken yes >/dev/null
: >order
lo=$((30000 + $$ % 2000))
common="startsecs = 0
ports = $lo-$((lo + 20))"
conf '[supd]' "statedir = $T/state" \
    '[service:good]' "home = $T/good" 'postinstall = ./install' 'port.a = tcp' "$common" \
    '[service:bad]' "home = $T/bad" 'postinstall = echo broken >&2; exit 7' "$common" \
    '[service:slow]' "home = $T/slow" 'postinstall = sleep 1000 & wait' 'postinstall_timeout = 1' "$common" \
    '[service:prof]' "home = $T/prof" 'startretries = 0' 'startsecs = 1' "ports = $lo-$((lo + 20))" \
    '[service:many]' "home = $T" "process = $T/accept.pl" 'instances = 3' 'balance = round-robin' 'port.www = http' "$common" \
    '[service:few]' "home = $T" "process = sleep 1000" 'instances = 2' 'port.a = tcp' 'startsecs = 0' "ports = $lo2-$((lo2 + 1))"
up
like "$(ctl status good.0:good.0)" 'STARTING +waits for good.0:postinstall to be done' 'the process waits for postinstall'
echo >gate
entered good.0 RUNNING
await order 'run good' >/dev/null
port=$(sed -n 's/^good.0 = //p' state/ports.d/good.ini; sed -n 's/^a.0 = //p' state/ports.d/good.ini)
is "$(cat order)" "install good in good $port
run good" 'which has the whole environment, ports too'
entered bad.0 FATAL
like "$(ctl status bad.0:bad.0)" 'FATAL +needs bad.0:postinstall' 'one that fails: its service is not started'
is "$(cat log/bad.0-postinstall_error.log)" broken 'and its words are in its log'
entered slow.0 FATAL
like "$(ctl status slow.0:\*)" '^slow.0:postinstall +EXITED' 'one that takes too long is stopped'
entered prof.0 FATAL
is "$(cat log/prof.0_error.log)" 'no such thing' 'a profile that fails: no process, and what it said in the log'
unlike "$(cat order)" 'run (bad|slow|prof)' 'none of these has run'
like "$(ctl status good.0:good.0)" RUNNING 'others go on'
eventually sh -c "ctl() { $CTL -c $T/supd.conf \"\$@\"; }; [ \"\$(ctl status many | grep -c RUNNING)\" = 3 ]"
www=$(sed -n 's/^www.0 = //p' state/ports.d/many.ini)
got=$(perl -MIO::Socket::INET -e 'my %c; for (1..60) { my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$ARGV[0]") or die "$!\n";
	my $l = <$s>; $c{$l}++ } print scalar(keys %c), " ", eval { my $n = 0; $n += $_ for values %c; $n }' "$www")
is "$got" '3 60' 'round-robin: all copies answer at one port'
is "$(ctl status few | awk '{ print $1, $2 }')" 'few.0 RUNNING' 'no port is left for the second copy: the first one runs'
is "$(sed -n 's/^a.0 = //p' state/ports.d/few.ini)" "$((lo2 + 1))" 'at the port that nobody else had'
logged "copy 1 is not started, as no port of $lo2-$((lo2 + 1)) is free for its 'a'"
kill $other
down
done_testing
