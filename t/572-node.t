#!/usr/bin/perl
# A node: instances that are nothing, directories, and what commands make; answers that can be
# repeated, what is undone after a failure, and what a reload does.
use strict;
use warnings;
use lib 't/tool';
use Cwd 'abs_path';
use IO::Socket::INET;
use Test::More;
use Varlink;

# Four ports in a row that nobody listens at.
sub free_ports {
	for my $first (map { 20000 + ($$ * 7 + $_ * 16) % 12000 } 0 .. 200) {
		my @open = grep { defined } map { IO::Socket::INET->new(LocalPort => $_, Listen => 1) }
		    $first .. $first + 3;
		return $first if @open == 4;
	}
	die "no free ports\n";
}

my $first = free_ports();
my $last = $first + 3;
my $bin = abs_path(($ENV{BUILD} // 'build') . '/supd');

open(my $hook, '>', "$T/hook") or die;
print $hook <<"END";
#!/bin/sh
# what it is told goes into a file of its own; the name says how it shall end
cat >"$T/\$SUPD_OP.json"
echo "\$SUPD_OP \$SUPD_NAME \$SUPD_BINDING" >>"$T/hooks"
case \$SUPD_OP-\$SUPD_NAME in
provision-bad) echo "first line" >&2; echo "the disk is full" >&2; exit 3 ;;
provision-later) exit 75 ;;
provision-slow) exec sleep 100 ;;
provision-odd) echo "no JSON" ;;
enable-c1) [ ! -e "$T/refuse" ] || { echo "not today" >&2; exit 5; } ;;
update-*) grep -q '"size":13' "$T/update.json" && { echo "13 is no size" >&2; exit 1; }
	echo '{"credentials":{"changed":"yes"}}' ;;
bind-*) echo '{"credentials":{"username":"u-'\$SUPD_BINDING'","port":7}}' ;;
esac
END
close $hook;
chmod 0755, "$T/hook";
mkdir "$T/templates";
open(my $t, '>', "$T/templates/app.ini.in") or die;
print $t "port = %(port)s\nname = %(name)s\nrate = 100%%\n";
close $t;

my $nodes = <<"END";
[supd]
statedir = $T/state
[node:echo]
ports = $first-$last
capacity = 3
versions = 1.0, 2.0
credentials = url=echo://%(name)s:%(password)s\@%(host)s:%(port)s
[node:dir]
kind = directory
base_dir = $T/dirs
ports = $first-$last
conf_template = $T/templates/app.ini.in
quota = 1
[node:cmd]
kind = command
provision = $T/hook
unprovision = $T/hook
bind = $T/hook
unbind = $T/hook
enable = $T/hook
disable = $T/hook
update = $T/hook
hook_timeout = 1
[node:empty]
kind = command
END
conf($nodes);
up() or exit 1;
my $c = dial();

# A call of node $node: ("parameters", {...}) or ("Refused", {...})
sub node {
	my ($node, $method, %p) = @_;
	my $r = ask($c, "org.supd.Node.$method", { node => $node, %p }) or return ('nothing', {});
	return (($r->{error} // 'ok') =~ s/^org\.supd\.Node\.//r, $r->{parameters});
}

# ---- echo ----

my ($how, $p) = node('echo', 'Describe');
is("$how $p->{service} $p->{kind} $p->{plan} $p->{available} $p->{default_version}",
    'ok echo echo free 3 1.0', 'a node says what it is');
cmp_ok($p->{limit_ms}, '>', 0, 'and how long an answer may take');
($how, $p) = node('echo', 'Provision', name => 'one', version => '2.0');
my $cred = $p->{credentials};
is("$how $p->{created} $cred->{host} $cred->{port} $cred->{name} $cred->{node_id}",
    "ok 1 127.0.0.1 $first one echo", 'an instance has the lowest port');
like($cred->{url}, qr{^echo://one:[\w-]{24}\@127\.0\.0\.1:$first$}, 'and credentials as the key says');
my ($again, $q) = node('echo', 'Provision', name => 'one');
is_deeply($q, { created => JSON::PP::false(), credentials => $cred }, 'the same again is the same answer');
is((node('echo', 'Provision', name => 'one', version => '1.0'))[0], 'Refused', 'another one of that name is not');
is((node('echo', 'Provision', name => 'x', version => '3.0'))[0], 'Refused', 'a version that it does not have');
is((node('echo', 'Provision', name => 'x', plan => 'gold'))[0], 'Refused', 'or a plan');
is((node('echo', 'Provision', name => $_))[0], 'Fault', "'$_' is no name") for '../x', '.x', '', 'a b';
($how, $q) = node('echo', 'Bind', name => 'one', binding => 'b1');
is_deeply([ $how, $q ], [ 'ok', { created => JSON::PP::true(), credentials => $cred } ], 'a binding has them as well');
is((node('echo', 'Bind', name => 'none', binding => 'b'))[1]{name}, 'BAD_NAME', 'nobody is bound to nothing');

my $squatter = IO::Socket::INET->new(LocalPort => $first + 1, Listen => 1);
($how, $p) = node('echo', 'Provision', name => 'two');
is($p->{credentials}{port}, $first + 2, 'a port at which somebody listens is skipped');
my $skipped = "WARN node:echo: port @{[ $first + 1 ]} is skipped";
like(`perl t/tool/await.pl line $DEADLINE $SUP '$T/supd.log' '$skipped' 1`, qr/skipped/, 'and told');
($how, $p) = node('echo', 'Provision', name => 'three', credentials => { port => $first, password => 'old' });
like("$p->{credentials}{port} $p->{credentials}{url}", qr{^$last echo://three:old\@}, 'a wish for another port is a wish');
($how, $p) = node('echo', 'Provision', name => 'four');
is("$how $p->{text}", 'NoCapacity this node has 3 instances, and no place for more', 'capacity is the end');
is((node('echo', 'Unprovision', name => 'one'))[1]{removed}, 1, 'one is removed, with its binding');
is((node('echo', 'Unprovision', name => 'one'))[1]{removed}, 0, 'and was');
close $squatter;
is((node('echo', 'Update', name => 'two', parameters => { a => 1 }))[1]{credentials}{name}, 'two', 'what is only a name can be changed');
is((node('echo', 'Update', name => 'two', plan => 'gold'))[0], 'Refused', 'but not to another plan');
is((node('echo', 'Update', name => 'none'))[1]{name}, 'BAD_NAME', 'and not when it is not there');
node('echo', 'Provision', name => 'four');
($how, $p) = node('echo', 'List');
is(join(' ', map { "$_->{name}:$_->{port}:" . scalar @{ $_->{bindings} } } @{ $p->{instances} }),
    "four:$first:0 three:$last:0 two:@{[ $first + 2 ]}:0", 'its port is the next one to be taken');
node('echo', 'Unprovision', name => 'four');
node('echo', 'Drain', drain => JSON::PP::true());
is((node('echo', 'Provision', name => 'five'))[0], 'NoCapacity', 'a node that drains takes nothing');
ok(-e "$T/state/node/echo/disabled", 'which is a file');
unlink "$T/state/node/echo/disabled";
is((node('echo', 'Describe'))[1]{draining}, 0, 'that may be removed by hand');

# ---- directories ----

($how, $p) = node('dir', 'Provision', name => 'd1');
my $dir = "$T/dirs/d1";
is($p->{credentials}{directory}, $dir, 'a directory is made');
is((node('dir', 'Update', name => 'd1'))[0], 'Refused', 'and not changed without a hook');
is(slurp("$dir/config/app.ini"), "port = $p->{credentials}{port}\nname = d1\nrate = 100%\n",
    'with configuration files whose holes are filled');
is((stat "$dir/config/app.ini")[2] & 077, 0, 'for the owner alone');
ok(-d "$dir/data" && -d "$dir/log", 'and places for data and logs');
($how, $p) = node('dir', 'List', usage => JSON::PP::true());
ok($p->{instances}[0]{used_bytes} > 0 && $p->{instances}[0]{over_quota}, 'its size and quota are listed');
mkdir "$T/dirs/mine";
($how, $p) = node('dir', 'Provision', name => 'mine');
is($how, 'Refused', 'a directory that is there already is refused');
ok(-d "$T/dirs/mine", 'and left alone');
mkdir "$T/keep";
open(my $kept, '>', "$T/keep/file");
symlink("$T/keep", "$dir/data/link");
my $deep = "$dir/data";
mkdir($deep .= '/d') for 1 .. 50;
unlink "$dir/.supd-node";
is((node('dir', 'Unprovision', name => 'd1'))[1]{removed}, 1, 'd1 is removed');
ok(-e "$T/keep/file", 'but not what a link leads to');
opendir(my $d, "$T/dirs");
is(join(' ', grep { !/^\.\.?$/ } readdir $d), 'mine', 'with all that is in it');
closedir $d;

# ---- commands ----

($how, $p) = node('cmd', 'Provision', name => 'c1', parameters => { size => 5 });
my $told = JSON::PP->new->decode(slurp("$T/provision.json"));
is("$how $told->{op} $told->{name} $told->{plan} $told->{parameters}{size}", 'ok provision c1 free 5',
    'a hook is told what is asked for');
($how, $p) = node('cmd', 'Update', name => 'c1', parameters => { size => 6 });
$told = JSON::PP->new->decode(slurp("$T/update.json"));
is("$how $told->{parameters}{size} $p->{credentials}{changed}", 'ok 6 yes', 'so is one about a change');
is((node('cmd', 'Update', name => 'c1', parameters => { size => 13 }))[1]{text}, '13 is no size', 'which may be refused');
node('cmd', 'Bind', name => 'c1', binding => 'b0');
is(JSON::PP->new->decode(slurp("$T/bind.json"))->{credentials}{changed}, 'yes', 'its answer stays');
node('cmd', 'Unbind', name => 'c1', binding => 'b0');
($how, $p) = node('cmd', 'Bind', name => 'c1', binding => 'b1');
is("$p->{credentials}{username} $p->{credentials}{name} $p->{credentials}{port}", 'u-b1 c1 7',
    'what it says comes over the credentials');
sub state { (node('cmd', 'List', names => [ 'c1' ]))[1]{instances}[0]{state} }
is((node('cmd', 'Disable', name => 'c1'))[0] . ' ' . state(), 'ok disabled', 'it can be disabled');
is((node('cmd', 'Disable', name => 'c1'))[0], 'ok', 'twice');
open(my $refuse, '>', "$T/refuse");
($how, $p) = node('cmd', 'Enable', name => 'c1');
is("$how $p->{code} $p->{text} " . state(), 'Refused 5 not today disabled', 'a hook may be against enabling it');
unlink "$T/refuse";
is((node('cmd', 'Enable', name => 'c1'))[0] . ' ' . state(), 'ok ready', 'until it is not');
is(join(' ', map { /^(\w+able) c1/ ? $1 : () } split(/\n/, slurp("$T/hooks"))), 'disable enable enable',
    'hooks are run as often as needed');
($how, $p) = node('cmd', 'Provision', name => 'bad');
is_deeply([ $how, $p ], [ 'Refused', { code => 3, text => 'the disk is full' } ],
    'a failure is its status and its last words');
is((node('cmd', 'Provision', name => 'later'))[0], 'Later', '75 means later');
($how, $p) = node('cmd', 'Provision', name => 'slow');
is("$how $p->{text}", 'Refused the hook has taken longer than 1 seconds', 'a hook that does not end is killed');
like((node('cmd', 'Provision', name => 'odd'))[1]{text}, qr/no JSON object/, 'an answer has to be JSON');
is(join(' ', map { $_->{name} } @{ (node('cmd', 'List'))[1]{instances} }), 'c1', 'nothing is left of any of them');
is(join('', map { "$_\n" } grep { /^unprovision/ } split(/\n/, slurp("$T/hooks"))),
    "unprovision bad \nunprovision later \nunprovision slow \nunprovision odd \n", 'all were undone');
($how, $p) = node('cmd', 'Purge', instances => [ 'c1', 'unknown' ], bindings => [ { name => 'c1', binding => 'b1' } ]);
is_deeply($p, { removed => 2, failed => [] }, 'Purge removes a list');

# ---- the guest ----

like((node('empty', 'Describe'))[1]{text}, qr/kind=command needs provision/, 'a node that cannot work says why');

my $other = ask($c, 'GetState');
is($other->{parameters}{statename}, 'RUNNING', 'the same connection still reaches the supervisor');
is((node('none', 'List'))[1]{text}, 'BAD_NAME: there is no [node:none]', 'a node that is not there');
like(ask($c, 'org.supd.Node.List')->{parameters}{text}, qr/which of several/, 'one has to be named');
my ($node) = grep { $_->{name} eq 'node:echo' } @{ ask($c, 'Status', { all => JSON::PP::true() })->{parameters}{processes} };
is("$node->{group} $node->{statename} $node->{guest}", 'supd RUNNING 1', 'it is a guest');
kill 'KILL', $node->{pid};
system('perl', 't/tool/await.pl', 'gone', $DEADLINE, $node->{pid});
# a connection that was on its way to the dead one has died with it
my $end = time + $DEADLINE;
$c = dial() while (node('echo', 'Describe'))[0] eq 'nothing' && time < $end;
is(join(' ', map { $_->{name} } @{ (node('echo', 'List'))[1]{instances} }), 'three two',
    'killed, it comes back with what it knew');
system("sed -i 's/^capacity = 3/capacity = 2/; /^\\[node:dir\\]/,/^quota/d' '$T/supd.conf'");
is(join("\n", map { "$_->{group}:$_->{name} $_->{action} $_->{key}" } @{ ask($c, 'Plan')->{parameters}{steps} }),
    "supd:node:echo restart capacity\nsupd:node:dir remove ", 'a plan tells of guests, too');
ask($c, 'Update');
is((node('echo', 'Describe'))[1]{capacity}, 2, 'a change of its section makes a new one');
is((node('dir', 'Describe'))[1]{name}, 'BAD_NAME', 'a section that goes takes its node along');
down();
done_testing();
