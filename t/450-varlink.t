#!/usr/bin/perl
# The protocol: what the service says about itself, frames, errors, pipelining.
use strict;
use warnings;
use lib 't/tool';
use Test::More;
use Socket qw(SHUT_WR);
use Varlink;

conf('[program:a]', 'command = /bin/cat', 'startsecs = 0');
up() or exit 1;
my $c = dial();
wait_for($c, 'RUNNING', 'a');

my $info = ask($c, 'org.varlink.service.GetInfo')->{parameters};
is($info->{product}, 'supd', 'GetInfo: product');
is_deeply($info->{interfaces}, [qw(org.varlink.service org.supd.Control org.supd.Log org.supd.Node org.supd.Gateway org.supd.Store)],
    'and interfaces');
for my $name (@{ $info->{interfaces} }) {
	my $idl = ask($c, 'org.varlink.service.GetInterfaceDescription',
	    { interface => $name })->{parameters}{description};
	like($idl, qr/^interface \Q$name\E$/m, "$name describes itself");
	next if $name ne 'org.supd.Control';
	open(my $f, '<', 'src/wire/org.supd.Control.varlink') or die;
	is($idl, do { local $/; <$f> }, 'with the bytes of the file');
	my @methods = grep { !/^(Shutdown|Restart)$/ } $idl =~ /^method (\w+)/mg;
	cmp_ok(@methods, '>', 15, scalar(@methods) . ' methods');
	my @missing = grep {
		my $d = dial();
		my $r = ask($d, $_, {}, more());
		!$r && $_ ne 'Subscribe' || ($r->{error} // '') =~ /NotFound/;
	} grep { $_ ne 'Subscribe' } @methods;
	is("@missing", '', 'each of them is there');
}

is(ask($c, 'Nope')->{error}, 'org.varlink.service.MethodNotFound', 'no such method');
is(ask($c, 'x.y.Z')->{error}, 'org.varlink.service.InterfaceNotFound', 'no such interface');
my $r = ask($c, 'Status', { names => 'a' });
is($r->{error}, 'org.varlink.service.InvalidParameter', 'a wrong parameter');
is_deeply($r->{parameters}, { parameter => 'names', code => 2, name => 'INCORRECT_PARAMETERS',
    text => q(INCORRECT_PARAMETERS: parameter 'names' is a string, not an array of strings) },
    'says which, and what would be right');
$r = ask($c, 'Why', { name => 'zz' });
is($r->{error}, 'org.supd.Control.Fault', 'a fault');
is_deeply($r->{parameters}, { code => 10, name => 'BAD_NAME', text => 'BAD_NAME: zz' },
    'has code and text of supervisord');
is(ask($c, 'Subscribe')->{error}, 'org.varlink.service.ExpectedMore', 'Subscribe wants more');

my $state = ask($c, 'GetState')->{parameters};
is($state->{pid}, $SUP, 'GetState: pid');
is("$state->{statecode} $state->{statename} $state->{api}", '1 RUNNING 3.0', 'state, api');
like($state->{tier}, qr/^[ABC]$/, 'tier');
my ($p) = @{ ask($c, 'Status', { names => ['a'] })->{parameters}{processes} };
like($p->{description}, qr/^pid \d+, uptime 0:00:\d\d$/, 'Status: description');
is_deeply([sort keys %$p], [qw(description exitstatus group guest logfile name now pid
    spawnerr start state statename stderr_logfile stdout_logfile stop)], 'and all members');

# frames
my $call = text('Status', { names => ['a'] });
my $d = dial();
for my $byte (split //, $call) {
	syswrite($d->{sock}, $byte);
	select(undef, undef, undef, 0.0005);
}
is(reply($d)->{parameters}{processes}[0]{name}, 'a', 'a call that comes byte by byte');
syswrite($d->{sock}, $call x 50);
is(scalar(grep { reply($d) } 1 .. 50), 50, '50 calls in one write have 50 replies');
syswrite($d->{sock}, text('Stop', { names => ['a'] }) . text('Status', { names => ['a'] }));
is(results(reply($d)), 'a:80', 'a call that lasts');
is(reply($d)->{parameters}{processes}[0]{statename}, 'STOPPED', 'and the next after it');
syswrite($d->{sock}, text('Start', { names => ['a'] }, oneway => JSON::PP::true) .
    text('GetState'));
ok(exists reply($d)->{parameters}{pid}, 'one-way: the next reply is of the next call');
wait_for($d, 'RUNNING', 'a');
is(ask($d, 'Status', { names => ['a'] })->{parameters}{processes}[0]{statename}, 'RUNNING',
    'and it was done');
syswrite($d->{sock}, $call);
shutdown($d->{sock}, SHUT_WR);
ok(reply($d), 'the last call before the end of input is answered');
is(reply($d), undef, 'then the connection ends');

down();
done_testing();
