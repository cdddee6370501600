#!/bin/sh
# Works where /proc is not mounted.
. t/lib.sh
skip_unless_supd 'nobody promised it for supervisord'
skip_unless_pid1
! grep -q __asan_init "$SUPD_BIN" || skip_all 'the leak check of this build needs /proc'
script noproc <<'END'
#!/bin/sh
while [ -e /proc/1 ]; do umount -l /proc || exit 99; done
exec "$@"
END
conf '[program:x]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:once]' 'command = /bin/sh -c "echo output; exit 3"' 'startsecs = 0' 'autorestart = false' \
    "stdout_logfile = $T/once.log"
as_pid1 "$T/noproc"
up_quiet
ok 'there is no /proc' sh -c "! nsenter -t $MAIN -m test -e /proc/1"
logged 'success: x'
logged 'exited: once \(exit status 3; not expected\)'
is "$(await once.log .)" output 'output is logged'
is "$(ctl stop x)" 'x: stopped' 'stop'
is "$(ctl start x)" 'x: started' 'start'
down
done_testing
