#!/usr/bin/perl
# Programs that crash all the time, programs that write without end and clients that ask without end,
# all at once: a stop is still a matter of milliseconds.
use strict;
use warnings;
use lib 't/tool';
use Test::More;
use Time::HiRes qw(time);
use Varlink;

conf('[program:crash]', 'command = /bin/false', 'process_name = c%(process_num)d', 'numprocs = 10',
    'startsecs = 0', 'autorestart = true',
    '[program:loud]', q(command = perl -e 'print "x" x 99, "\n" while 1'), 'process_name = l%(process_num)d',
    'numprocs = 2', 'startsecs = 0', "stdout_logfile = $T/%(process_num)d.log", 'stdout_logfile_maxbytes = 1MB',
    'stdout_logfile_backups = 1',
    '[program:x]', 'command = /bin/sleep 1000', 'process_name = x%(process_num)d', 'numprocs = 20', 'startsecs = 0');
up() or exit 1;
my $c = dial();
wait_for($c, 'RUNNING', 'x:*', 'loud:*');

# who asks for everything, again and again
my @flood;
for (1 .. 3) {
	my $pid = fork // die;
	if (!$pid) {
		my $d = dial();
		my $calls = text('Status') x 100;
		$SIG{ALRM} = 'DEFAULT';
		alarm 60;
		while (1) {
			syswrite($d->{sock}, $calls);
			reply($d) // POSIX::_exit(0) for 1 .. 100;
		}
	}
	push @flood, $pid;
}
my @took;
for my $i (0 .. 19) {
	my $t = time;
	my $r = ask($c, 'Stop', { names => ["x:x$i"] });
	push @took, time - $t;
	is(results($r), "x:x$i:80", "x$i stops") if results($r) ne "x:x$i:80";
}
@took = sort { $a <=> $b } @took;
my ($median, $worst) = map { int(1000 * $_) } @took[10, 19];
within($median, 100, "half of 20 stops take less than $median ms");
within($worst, 1000, "all less than $worst ms");
kill 'KILL', @flood;
waitpid $_, 0 for @flood;
my @ends = slurp("$T/supd.log") =~ /exited: c\d/g;
cmp_ok(scalar @ends, '>', 20, 'there was a storm: ' . @ends . ' ends are in the log');
my $t = time;
down();
within(time - $t, 5, 'the exit is quick as well');
done_testing();
