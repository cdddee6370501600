#!/usr/bin/perl
# Where the control socket is, and who may have it.
use strict;
use warnings;
use lib 't/tool';
use Test::More;
use IO::Socket::UNIX;
use Socket qw(SOCK_STREAM);
use Varlink;

my $bin = ($ENV{SUPD_BIN} || ($ENV{BUILD} || 'build') . '/supd');

# a dead server's socket, and another file
my $dead = IO::Socket::UNIX->new(Type => SOCK_STREAM, Local => "$T/sock", Listen => 1);
close $dead;
conf('[unix_http_server]', 'chmod = 0751');
up() or exit 1;
is(slurp("$T/stderr") =~ /^Unlinking stale socket \Q$T\E\/sock$/m ? 1 : 0, 1,
    'a dead socket is pushed away, and said so');
is(sprintf('%o', (stat "$T/sock")[2] & 07777), '751', 'chmod');
is(join(' ', map { s/.*\///r } glob "$T/sock*"), 'sock', 'no temporary name is left');

# a living one
my $out = `$bin -n -c $T/supd.conf 2>&1`;
is($? >> 8, 2, 'a second supervisor is refused');
like($out, qr/^Error: Another program is already listening on a port that one of our HTTP servers/m,
    'in the words of supervisord');
ok(ask(dial(), 'GetState'), 'the first is left alone');
down();
ok(!-e "$T/sock", 'at the end the socket is removed');

# two of them; nothing else may be removed
open(my $f, '>', "$T/supd.conf");
close $f;
conf('[supervisord]', "logfile = $T/supd.log", "pidfile = $T/pid", $> ? '' : 'user = root',
    '[unix_http_server]', "file = $T/one", '[unix_http_server:b]', "file = $T/two");
unlink "$T/supd.log";
up() or exit 1;
SKIP: {
	skip 'one unix_http_server only', 1 unless -S "$T/two";
	ok(ask(dial("$T/two"), 'GetState'), 'a second socket');
}
ok(ask(dial("$T/one"), 'GetState'), 'a socket');
rename "$T/one", "$T/moved";
open($f, '>', "$T/one");
close $f;
down();
ok(-e "$T/one", 'a file that somebody put in its place is left alone');

# default places, as a user
SKIP: {
	skip 'needs root to become somebody else', 4 if $>;
	open($f, '>', "$T/supd.conf");
	close $f;
	chmod 0777, $T;
	conf('[supervisord]', "logfile = $T/user.log", "pidfile = $T/userpid", "childlogdir = $T");
	my @as = ('setpriv', '--reuid=54321', '--regid=54321', '--clear-groups', 'env', '-u',
	    'XDG_RUNTIME_DIR');
	mkdir "$T/run";
	chown 54321, 54321, "$T/run";
	for (['XDG_RUNTIME_DIR', "XDG_RUNTIME_DIR=$T/run", "$T/run/supd.sock"],
	    ['nowhere to write: an abstract name', 'X=y', "\0supd:$T/supd.conf"]) {
		my ($name, $env, $at) = @$_;
		unlink "$T/user.log";
		my $pid = fork // die;
		if (!$pid) {
			open(STDOUT, '>', '/dev/null');
			exec @as, $env, $bin, '-c', "$T/supd.conf" or exit 127;
		}
		my $line = `perl t/tool/await.pl line $DEADLINE $pid '$T/user.log' 'started with pid' 1`;
		my $c = dial($at);
		ok($c && ask($c, 'GetState'), $name);
		kill 'TERM', $pid;
		waitpid $pid, 0;
		is($?, 0, 'ends');
	}
}
done_testing();
