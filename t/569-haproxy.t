#!/bin/sh
# balance = haproxy: requests go to all copies in turn, not to those that are down, and copies come and go
# without a new start of the HAProxy.
. t/lib.sh
skip_unless_supd 'supervisord knows no services'
PATH=$PATH:/usr/sbin
need haproxy
mkdir srv
script serve.pl <<'END'
#!/usr/bin/perl
use IO::Socket::INET;
my $s = IO::Socket::INET->new(Listen => 50, LocalAddr => "127.0.0.1:$ENV{PORT_WWW}", ReuseAddr => 1) or die "$!\n";
$SIG{PIPE} = 'IGNORE';
while (my $c = $s->accept) {
	while (defined(my $l = <$c>)) { last if $l =~ /^\r?\n/ }
	print $c "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n$ENV{DOTCLOUD_SERVICE_ID}";
	close $c;
}
END
# who N: the copies that answer N requests, each once
script who.pl <<'END'
#!/usr/bin/perl
use IO::Socket::INET;
my ($port, $n) = @ARGV;
my %c;
for (1..$n) {
	my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Timeout => 5) or next;
	print $s "GET / HTTP/1.0\r\n\r\n";
	local $/; my $a = <$s>;
	$c{$a =~ /200 OK.*\r\n\r\n(\d)$/s ? $1 : 'error'}++;
}
print join(' ', sort keys %c), "\n";
END
lo=$((26000 + $$ % 2000))
conf '[supd]' "statedir = $T/state" '[supervisord]' "environment = PATH=\"$PATH\"" \
    '[service:web]' "home = $T/srv" "process = $T/serve.pl" 'instances = 2' 'port.www = http' "ports = $lo-$((lo + 19))" \
    'balance = haproxy' 'startsecs = 0'
up_quiet
front=$(sed -n 's/^www.front = //p' state/ports.d/web.ini)
answers() { [ "$("$T/who.pl" "$front" 6)" = "$1" ]; }
ok 'both copies answer behind one port' eventually answers '0 1'
is "$(sed -n 's/^DOTCLOUD_WEB_HTTP_PORT: //p' srv/environment.yml)" "\"$front\"" 'which is the one that others are told'
ctl status web.haproxy --wait RUNNING --timeout 20 >/dev/null
is "$(ctl status | awk '{ print $1, $2 }')" 'web.0 RUNNING
web.1 RUNNING
web.haproxy RUNNING' 'the HAProxy is a process like any other'
pid=$(ctl pid web.haproxy)
ctl stop web.1 >/dev/null
ok 'a copy that is down gets nothing' eventually answers 0
ctl start web.1 >/dev/null
ok 'until it is up again' eventually answers '0 1'
ctl scale web=3 >/dev/null
ok 'a third copy' eventually answers '0 1 2'
ctl scale web=1 >/dev/null
ok 'and only one' eventually answers 0
is "$(ctl pid web.haproxy)" "$pid" 'all that with the same HAProxy'
is "$(ctl plan)" 'No config updates to processes' 'a reload has nothing to do'
down
done_testing
