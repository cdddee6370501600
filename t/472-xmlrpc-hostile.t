#!/usr/bin/perl
# What nobody should send to /RPC2, and logs that no XML can carry: always an answer, always
# the same web guest, and nobody else waits.
use strict;
use warnings;
use Encode ();
use lib 't/tool';
use Http;
use Test::More;
use Time::HiRes qw(time);
use Varlink;

# A program that says something and stays.
sub script {
	my ($name, $text) = @_;
	open my $f, '>', "$T/$name" or die "$T/$name: $!";
	print $f "binmode STDOUT; \$| = 1; $text sleep 1000;\n";
}

my $port = free_port();
conf('[inet_http_server]', "port = 127.0.0.1:$port",
    '[rpcinterface:supervisor]',
    'supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface',
    '[program:a]', 'command = /bin/sleep 1000', 'startsecs = 0',
    '[program:slow]', 'command = /bin/sleep 1000', 'startsecs = 3600', 'autostart = false',
    '[program:bytes]', 'startsecs = 0', "stdout_logfile = $T/bytes.log",
    "command = /usr/bin/perl $T/bytes",
    '[program:big]', 'startsecs = 0', "stdout_logfile = $T/big.log", 'stdout_logfile_maxbytes = 0',
    "command = /usr/bin/perl $T/big");
script('bytes', 'print map(chr, 0 .. 255), "\xe2\x82", "\xef\xbf\xbe end\n";');
script('big', 'print "x" x 99, "\n" for 1 .. 40000;');
up() or exit 1;
my $web = guest('RUNNING')->{pid};

sub xml {
	my ($method, @values) = @_;
	return "<?xml version='1.0'?><methodCall><methodName>$method</methodName><params>" .
	    join('', map("<param><value>$_</value></param>", @values)) . '</params></methodCall>';
}

sub rpc {
	my ($body, $where) = @_;
	my $r = fetch($where // $port, 'POST', '/RPC2', body => $body, 'Content-Type' => 'text/xml');
	return $r // { status => 'none', body => '' };
}

sub fault { return $_[0]{body} =~ m{<int>(\d+)</int>.*<string>(.*?)</string>}s ? "$1 $2" : $_[0]{body} }

# ---- requests that are none ----

is(fetch($port, 'GET', '/RPC2')->{status}, 400, 'GET');
is(fetch($port, 'PUT', '/RPC2', body => 'x')->{status}, 400, 'PUT');
my $r = rpc(xml('supervisor.getState'));
is($r->{status}, 200, 'POST');
is($r->{head}{'content-type'}, 'text/xml', 'as text/xml');
for my $path ('/RPC2/', '/RPC2?x=y', '/RPC2foo') {
	is(fetch($port, 'POST', $path, body => xml('supervisor.getState'))->{status}, 200, $path);
}
isnt(fetch($port, 'POST', '/rpc2', body => xml('supervisor.getState'))->{status}, 200, '/rpc2');

my $laughs = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "ha">' .
    join('', map { my $b = $_ - 1; "<!ENTITY a$_ \"" . "&a$b;" x 10 . '">' } 1 .. 9) .
    ']>' . '<methodCall><methodName>&a9;</methodName></methodCall>';
my $outside = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>' .
    xml('supervisor.getProcessInfo', '&a;') =~ s/^<\?.*?\?>//r;
for (
	[ '', 'nothing' ], [ '<', 'a piece' ], [ 'x' x 100000, 'no XML' ], [ "\0" x 1000, 'zeros' ],
	[ '<methodCall/>', 'no method' ], [ $laughs, 'a billion laughs' ],
	[ $outside, 'a file of ours' ], [ xml("\xff"), 'no UTF-8' ],
	[ xml('x', '<int>' . '9' x 100000 . 'x</int>'), 'a huge number that is none' ],
	[ xml('x', '<nil/>'), 'nil' ],
	[ '<methodCall>' . '<a>' x 100000, '100,000 elements in each other' ],
	[ xml('x', '<array><data><value>' x 10000), 'arrays that do not end' ],
	[ xml('x', ('<array><data><value>' x 40) . ('</value></data></array>' x 40)), 'too deep' ],
	[ xml('x', '<array><data>' . '<value/>' x 60000 . '</data></array>'), 'too many values' ],
	[ "<?xml version='1.0' encoding='utf-16'?>" . xml('x') =~ s/^<\?.*?\?>//r . "\xff", 'utf-16' ],
) {
	my ($body, $what) = @$_;
	is(rpc($body)->{status}, 400, $what);
}
isnt(rpc(xml('x', 'y' x (2 << 20)))->{status}, 200, 'two megabytes');

# ---- calls that make no sense ----

is(fault(rpc(xml('x' x 100000))), '1 UNKNOWN_METHOD', 'a long name');
is(fault(rpc(xml('supervisor.getState', ('x') x 20000))), '2 INCORRECT_PARAMETERS',
    '20,000 parameters');
like(fault(rpc(xml('supervisor.getProcessInfo', "\xc3\xa4" x 100000))), qr/^10 BAD_NAME: \xc3\xa4/,
    'a process with a long name');
ok(Encode::is_utf8(Encode::decode('UTF-8', fault(rpc(xml('supervisor.getProcessInfo',
    "\xe2\x82\xac" x 1000))), Encode::FB_CROAK)), 'a fault is cut at a character');
is(fault(rpc(xml('supervisor.readLog', '<int>' . '9' x 1000 . '</int>', '<int>5</int>'))),
    rpc(xml('supervisor.readLog', '<int>9999999999</int>', '<int>5</int>'))->{body},
    'a huge offset is beyond the end');
is(fault(rpc(xml('supervisor.readLog', '<int>-' . '9' x 1000 . '</int>', '<int>-5</int>'))),
    '3 BAD_ARGUMENTS', 'and a huge negative one');
is(fault(rpc(xml('supervisor.startProcess', '<struct><member><name>a</name><value>b</value>' .
    '</member></struct>'))), "10 BAD_NAME: {'a': 'b'}", 'a struct for a name');
is(fault(rpc(xml('supervisor.getProcessInfo', '<base64>YQBh</base64>'))) =~ /^2 /, 1,
    'a name with a NUL is not what stands before it');

my $call = '<value><struct><member><name>methodName</name><value>supervisor.getState</value>' .
    '</member></struct></value>';
$r = rpc(xml('system.multicall', '<array><data>' . $call x 3000 . '</data></array>'));
is(() = $r->{body} =~ /RUNNING/g, 3000, '3,000 calls in one');

# ---- logs ----

my $end = time + $DEADLINE;
do { $r = rpc(xml('supervisor.readProcessStdoutLog', 'bytes', '<int>0</int>', '<int>0</int>')) }
    until $r->{body} =~ / end\n/ || time > $end;
my $text = eval { Encode::decode('UTF-8', $r->{body}, Encode::FB_CROAK) };
ok(defined $text, 'any bytes in a log: the answer is UTF-8');
unlike($text // '', qr/[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]/, 'and XML');
like($text // '', qr/\x{fffd} !"#\$%&amp;'/, 'what was well is there');
$end = time + $DEADLINE;
1 until -s "$T/big.log" >= 4_000_000 || time > $end;
$r = rpc(xml('supervisor.readProcessStdoutLog', 'big', '<int>0</int>', '<int>0</int>'));
cmp_ok(length $r->{body}, '>', 4_000_000, 'a log of 4 MB');
$r = rpc(xml('supervisor.tailProcessStdoutLog', 'big', '<int>0</int>', '<int>' . '9' x 30 . '</int>'));
cmp_ok(length $r->{body}, '>', 4_000_000, 'its tail');
truncate "$T/big.log", 5 << 30 or diag("truncate: $!");
like(fault(rpc(xml('supervisor.readProcessStdoutLog', 'big', '<int>0</int>', '<int>0</int>'))),
    qr/^30 FAILED: 5368709120 bytes are too many for one answer/, 'a log of 5 GB');
truncate "$T/big.log", 0;

# ---- those who wait, and those who do not ----

my @waiting = map { knock($port) } 1 .. 20;
syswrite($_->{sock}, request('POST', '/RPC2', body => xml('supervisor.startProcess', 'slow')))
    for @waiting;
wait_for(dial(), 'STARTING', 'slow');
my $since = time;
like(rpc(xml('supervisor.getProcessInfo', 'a'))->{body}, qr/RUNNING/, 'others are answered');
cmp_ok(time - $since, '<', $DEADLINE / 2, 'at once');
$_->{sock}->close for @waiting[1 .. 19];
like(rpc(xml('supervisor.getProcessInfo', 'slow'))->{body}, qr/STARTING/,
    'who waits may go: the start goes on');
is(fault(rpc(xml('supervisor.stopProcess', 'slow'))) =~ /boolean/, 1, 'a stop ends the waiting');
is(fault(answer($waiting[0])), '40 ABNORMAL_TERMINATION: slow', 'which hears of it');

my $c = knock($port);
syswrite($c->{sock}, join('', map { request('POST', '/RPC2', body => xml('supervisor.getProcessInfo',
    "n$_")) } 1 .. 50));
is(join(' ', map { fault(answer($c)) =~ /: n(\d+)/ ? $1 : 'none' } 1 .. 50), join(' ', 1 .. 50),
    '50 requests at once on one connection: answered in order');

is(guest('RUNNING')->{pid}, $web, 'all by the same web guest');
down();

# ---- without the section ----

my $text_conf = slurp("$T/supd.conf");
$text_conf =~ s/\[rpcinterface.*?\n\n?(?=\[)//s;
open my $f, '>', "$T/supd.conf" or die;
print $f $text_conf;
close $f;
up() or exit 1;
guest('RUNNING');
is(fault(rpc(xml('supervisor.getState'))), '1 UNKNOWN_METHOD',
    'without [rpcinterface:supervisor] nothing is known');
$r = rpc(xml('system.listMethods'));
is(join(' ', $r->{body} =~ m{<string>(.*?)</string>}g),
    'system.listMethods system.methodHelp system.methodSignature system.multicall',
    'but system.*');
down();
done_testing();
