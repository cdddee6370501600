#!/usr/bin/perl
# As the init of a machine: it mounts what is missing, runs programs, switches off and restarts.
#
# A kernel of Debian in an emulator, with nothing but the binary, a shell and a
# configuration.  `make test-boot` brings what this needs; without it the test is skipped.
use strict;
use warnings;
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IO::Socket::UNIX;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);

my $build = $ENV{BUILD} // 'build';
my $supd = $ENV{SUPD_BIN} // "$build/supd";
my $kernel = $ENV{KERNEL} // 'build/boot/vmlinuz';
my $deadline = 60 * ($ENV{SLOW} // 5);	# seconds, each wait; a boot takes 4
my ($qemu) = grep { -x } map { "$_/qemu-system-x86_64" } split(/:/, $ENV{PATH});
my ($busybox) = grep { -x } '/bin/busybox', '/usr/bin/busybox';

plan skip_all => 'this build needs libraries' if $build =~ m{/(?:asan|system)$};
plan skip_all => 'no qemu-system-x86_64: make test-boot' if !$qemu;
plan skip_all => "no kernel at $kernel: make test-boot" if !-r $kernel;
plan skip_all => 'no static busybox: make test-boot'
    if !$busybox || `ldd $busybox 2>&1` !~ /not a dynamic/;

my $dir = tempdir(CLEANUP => !$ENV{KEEP});
my ($pid, $qmp);
$SIG{PIPE} = 'IGNORE';
$SIG{INT} = $SIG{TERM} = sub { exit(130) };
END {
	local $?;
	if ($pid) {
		kill('KILL', $pid);
		waitpid($pid, 0);
	}
}

# ---- the machine ----

sub put {
	my ($path, $text, $mode) = @_;
	make_path($path =~ s{/[^/]*$}{}r);
	open(my $f, '>', $path) or die "$path: $!\n";
	print $f $text;
	close($f);
	chmod($mode // 0644, $path);
}

# The contents of the machine in memory, as the kernel unpacks them.
sub initramfs {
	my %files = @_;
	my $root = "$dir/root";
	system('rm', '-rf', $root);
	make_path("$root/bin", "$root/sbin");
	system('cp', '-L', $supd, "$root/bin/supd") == 0 or die;
	system('cp', '-L', $busybox, "$root/bin/busybox") == 0 or die;
	symlink('../bin/supd', "$root/sbin/init");
	symlink('supd', "$root/bin/supctl");
	symlink('busybox', "$root/bin/$_")
	    for qw(cat echo grep kill mkdir mount sed setsid sh sleep sort);
	$files{'/etc/passwd'} = "root:x:0:0:root:/:/bin/sh\n";
	put("$root$_", $files{$_}, m{^/etc} ? 0644 : 0755) for keys %files;
	system("cd '$root' && find . | $busybox cpio -o -H newc >'$dir/initramfs' 2>/dev/null") == 0
	    or die "no initramfs\n";
}

sub boot {
	my (%how) = @_;
	unlink("$dir/qmp", "$dir/console");
	put("$dir/console", '');
	$pid = fork() // die "fork: $!\n";
	if ($pid == 0) {
		open(STDIN, '<', '/dev/null');
		open(STDOUT, '>', "$dir/qemu.log");
		open(STDERR, '>&', \*STDOUT);
		exec($qemu, qw(-accel tcg -m 256 -display none -nic none -no-reboot),
		    '-kernel', $kernel, '-initrd', "$dir/initramfs",
		    '-serial', "file:$dir/console", '-qmp', "unix:$dir/qmp,server=on,wait=off",
		    '-append', 'console=ttyS0 quiet panic=-1 rdinit=' .
		    ($how{init} // '/sbin/init') . ' splash -- -c /etc/supd.conf');
		exit(127);
	}
	my $end = time() + $deadline;
	until ($qmp = IO::Socket::UNIX->new(Peer => "$dir/qmp")) {
		die "the emulator does not start\n" if time() > $end || waitpid($pid, 1) != 0;
		sleep(0.05);
	}
	tell_qemu('qmp_capabilities');
}

sub tell_qemu {
	my ($command, %arguments) = @_;
	print $qmp encode_json({ execute => $command, %arguments ?
	    (arguments => \%arguments) : () }), "\n";
	$qmp->flush();
}

sub console {
	open(my $f, '<', "$dir/console") or return '';
	local $/;
	return (<$f> // '') =~ s/\r//gr;
}

sub await {
	my ($re) = @_;
	my $end = time() + $deadline;
	while (time() < $end) {
		return 1 if console() =~ $re;
		sleep(0.05);
	}
	return 0;
}

# Why the machine ends: guest-shutdown, guest-reset, guest-panic; '' when it does not.
sub ending {
	my $why = '';
	eval {
		local $SIG{ALRM} = sub { die "late\n" };
		alarm($deadline);
		while (my $line = <$qmp>) {
			my $said = decode_json($line);
			$why = $said->{data}{reason} if ($said->{event} // '') eq 'SHUTDOWN';
		}
		alarm(0);
	};
	alarm(0);
	diag($@) if $@;
	kill('KILL', $pid) if $why eq '';
	waitpid($pid, 0);
	$pid = undef;
	diag(console()) if $why eq '';
	return $why;
}

# What the machine has written behind "@@ name: ".
sub told {
	my ($name) = @_;
	return join("\n", console() =~ /^\@\@ \Q$name\E: (.*)$/mg);
}

my $base = <<'END';
[supervisord]
logfile = /run/supd.log
pidfile = /run/supd.pid
user = root
[program:ordinary]
command = /bin/sh -c "trap 'echo @@ trap: TERM; exit 0' TERM; echo @@ ordinary: up; while :; do sleep 0.1; done"
stdout_logfile = /dev/console
stdout_logfile_maxbytes = 0
startsecs = 0
END

# ---- 1. what is there, and switching off ----

initramfs('/etc/supd.conf' => $base . <<'END',
[program:away]
command = /bin/away
startsecs = 0
stopwaitsecs = 1
[program:probe]
command = /bin/probe
startsecs = 0
autorestart = false
stdout_logfile = /dev/console
stdout_logfile_maxbytes = 0
redirect_stderr = true
END
'/bin/away' => <<'END',
#!/bin/sh
# One that left session, group and parent, and is deaf.
setsid sh -c 'trap "" TERM HUP; (while :; do sleep 0.1; done) & echo $! >/run/away.pid' &
while :; do sleep 0.1; done
END
'/bin/probe' => <<'END');
#!/bin/sh
sed 's/^[^ ]* \([^ ]*\) \([^ ]*\) .*/@@ mount: \1 \2/' /proc/mounts
echo "@@ cgroup: $(sed -n s/^0:://p /proc/self/cgroup)"
grep -o 'tier [ABC]' /run/supd.log | sed 's/^/@@ /; s/tier/&:/'
echo "@@ null: $(echo x >/dev/null && echo written)"
echo "@@ ctrl-alt-del: $(cat /proc/sys/kernel/ctrl-alt-del)"
old=$(supctl pid ordinary)
kill -KILL "$old"
new=$old
until [ "$new" != "$old" ] && [ "$new" != 0 ]; do new=$(supctl pid ordinary); done
echo '@@ restart: done'
until [ -s /run/away.pid ]; do :; done
supctl stop away
kill -0 $(cat /run/away.pid) 2>/dev/null || echo '@@ away: gone'
supctl status | sed 's/^/@@ status: /'
supctl shutdown
sleep 1000
END
boot();
is(ending(), 'guest-shutdown', 'supctl shutdown switches the machine off');
like(console(), qr/Power down/, 'and the kernel was asked to');
my %mounted = map { split(/ /) } split(/\n/, told('mount'));
delete $mounted{'/'};
is_deeply(\%mounted, { '/proc' => 'proc', '/sys' => 'sysfs', '/dev' => 'devtmpfs',
    '/dev/pts' => 'devpts', '/dev/shm' => 'tmpfs', '/run' => 'tmpfs',
    '/sys/fs/cgroup' => 'cgroup2' }, 'everything is mounted');
is(told('null'), 'written', '/dev has devices');
is(told('tier'), 'A', 'a stop leaves no survivor by tier A');
like(told('cgroup'), qr{^/supd\.1/p\d+$}, 'a program has a cgroup of its own');
is(told('ctrl-alt-del'), 0, 'Ctrl-Alt-Del goes to init');
is(told('restart'), 'done', 'a killed program is started again');
is(told('away'), 'gone', 'a runaway is gone when its program is stopped');
like(told('status'), qr/^ordinary +RUNNING/m, 'the client is answered');
is(told('trap'), 'TERM', 'programs are stopped in an orderly way');
unlike(console(), qr/cannot mount|positional/, 'and nothing is complained about');

# ---- 2. Ctrl-Alt-Del ----

initramfs('/etc/supd.conf' => $base);
boot();
ok(await(qr/\@\@ ordinary: up/), 'a second machine runs');
tell_qemu('send-key', keys => [ map { { type => 'qcode', data => $_ } } qw(ctrl alt delete) ]);
is(ending(), 'guest-reset', 'Ctrl-Alt-Del restarts the machine');
like(console(), qr/received SIGINT/, 'by SIGINT');
is(told('trap'), 'TERM', 'after an orderly end');

# ---- 3. power failure, and a machine where others have mounted ----

initramfs('/etc/supd.conf' => $base . <<'END',
[program:probe]
command = /bin/probe
startsecs = 0
autorestart = false
stdout_logfile = /dev/console
stdout_logfile_maxbytes = 0
END
'/bin/first' => <<'END', '/bin/probe' => <<'END');
#!/bin/sh
mkdir -p /proc /run /dev
mount -t proc proc /proc
mount -t tmpfs -o mode=755 mine /run
mount -t devtmpfs mine /dev
exec /sbin/init "$@"
END
#!/bin/sh
sed 's/^\([^ ]*\) \([^ ]*\) .*/@@ mount: \2 \1/' /proc/mounts
kill -PWR 1
sleep 1000
END
boot(init => '/bin/first');
is(ending(), 'guest-shutdown', 'SIGPWR switches off');
my @mounts = sort grep { m{^/(?:run|dev|proc) } } split(/\n/, told('mount'));
is_deeply(\@mounts, [ '/dev mine', '/proc proc', '/run mine' ], 'what was mounted is left alone');
is(told('trap'), 'TERM', 'after an orderly end');

# ---- 4. nothing to run ----

initramfs('/etc/supd.conf' => "$base\[program:x]\n");
boot();
is(ending(), 'guest-reset', 'with a wrong file the kernel does what panic= says');
like(console(), qr{Error: .*/etc/supd\.conf}, 'and the console tells what is wrong');
done_testing();
