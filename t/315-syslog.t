#!/bin/sh
# stdout_syslog: each line to /dev/log as well, as NAME text.
. t/lib.sh
. "$TOOL/emit.sh"
skip_unless_root
unshare --mount true 2>/dev/null || skip_all 'needs mount namespaces'
conf '[program:x]' "command = $T/emit $T/x.cmd" "stdout_logfile = $T/x.log" \
    'stdout_syslog = true' 'startsecs = 0'
conf '[program:e]' "command = $T/emit $T/e.cmd stderr" 'stderr_logfile = NONE' \
    'stderr_syslog = true' 'startsecs = 0'
# A /dev of our own, in which we are the system log.
cat >syslogd <<'END'
use Socket;
$| = 1;
socket my $s, PF_UNIX, SOCK_DGRAM, 0 or die;
bind $s, sockaddr_un('/dev/log') or die "bind: $!";
print "ready\n";
while (defined recv $s, my $line, 65536, 0) { $line =~ s/\0$//; print "$line\n"; }
END
cat >start <<END
#!/bin/sh
mount -t tmpfs tmpfs "$T/dev" && for f in null zero random urandom; do
	touch "$T/dev/\$f" && mount --bind "/dev/\$f" "$T/dev/\$f"
done && mount --move "$T/dev" /dev && ln -s /proc/self/fd /dev/fd || exit 1
perl "$T/syslogd" >"$T/syslog" &
while ! grep -q ready "$T/syslog"; do :; done
"\$@"
status=\$?
kill \$!
exit \$status
END
mkdir dev
chmod 755 start
unshare --mount sh -c "mount --make-rprivate / && mount -t tmpfs tmpfs '$T/dev'" 2>/dev/null ||
    skip_all 'cannot mount'
LAUNCH="unshare --mount --propagation private $T/start"
SUPD="$SUPERVISORD -n"
up_quiet
emit x 0 'one\ntwo\nbegin'
emit x 0 ' and end\n'
await syslog 'x two' >/dev/null
like "$(cat syslog)" '^<14>[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} [^ ]+: x one$' 'facility user, priority info'
like "$(cat syslog)" ' supervisord: x one$' 'as the program that it was started as'
await x.log 'and end' >/dev/null
is "$(cat x.log)" 'one
two
begin and end' 'the log file has the same'
emit e 0 'on stderr\n'
ok 'without a file too' await syslog ': e on stderr$'
if ours; then
	ok 'a line is whole, however it was written' await syslog ': x begin and end$'
fi
kill -TERM "$(cat "$T/pid")"
ended 0 'it ends'
done_testing
