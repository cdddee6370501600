#!/bin/sh
# In an OCI container whose file system holds nothing but the static binary and its configuration.
. t/lib.sh
skip_unless_supd 'supervisord needs a distribution around it'
skip_unless_pid1
need crun
file=$(readlink -f "$SUPD_BIN")
! ldd "$file" >/dev/null 2>&1 || skip_all 'the binary is not static'
mkdir -p box/rootfs/proc box/rootfs/dev box/rootfs/run
cp "$file" box/rootfs/supd
chmod 755 box/rootfs/supd
# The only programs there are: supd itself, in its various faces.
cat >box/rootfs/supd.conf <<'END'
[supervisord]
user = root
logfile = /dev/stdout
logfile_maxbytes = 0

[program:version]
command = /supd --version
startsecs = 0
stdout_logfile = /dev/stdout
stdout_logfile_maxbytes = 0

[program:inner]
command = /supd -c /inner.conf
priority = 5
END
cat >box/rootfs/inner.conf <<'END'
[supervisord]
logfile = /dev/null
logfile_maxbytes = 0
pidfile = /run/inner.pid
[unix_http_server]
file = /run/inner.sock
[program:once]
command = /supd --version
startsecs = 0
END
ln -s supd box/rootfs/supctl
name=supd-t-${T##*.}
# box READONLY: the container's description
box() {
	cat >box/config.json <<END
{ "ociVersion": "1.0.2",
  "process": { "terminal": false, "user": { "uid": 0, "gid": 0 }, "cwd": "/",
    "args": [ "/supd", "-c", "/supd.conf" ], "env": [], "noNewPrivileges": true,
    "capabilities": { "bounding": [], "effective": [], "permitted": [] } },
  "root": { "path": "rootfs", "readonly": $1 },
  "hostname": "box",
  "mounts": [
    { "destination": "/proc", "type": "proc", "source": "proc" },
    { "destination": "/run", "type": "tmpfs", "source": "tmpfs", "options": [ "nosuid", "mode=755" ] },
    { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": [ "nosuid", "mode=755" ] } ],
  "linux": { "namespaces": [ { "type": "pid" }, { "type": "ipc" }, { "type": "uts" }, { "type": "mount" } ] } }
END
}
# crun refuses to work where both kinds of cgroups are mounted, so show it one.
oci() {
	unshare -m sh -c 'mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null
		exec crun --cgroup-manager=disabled --root "$0" "$@"' "$T/state" "$@"
}
for readonly in false true; do
	box $readonly
	(cd box && oci run "$name") >stdout 2>stderr </dev/null &
	SUP=$!
	if ! await stdout 'supervisord started with pid 1|could not write pidfile' >/dev/null; then
		fail "it starts (readonly: $readonly)"
		diag "$(cat stdout stderr)"
		done_testing
	fi
	pass "it starts (readonly: $readonly)"
	MAIN=$SUP
	ok 'a program ran, its output is on stdout' await stdout "^$($SUPD --version)|$($SUPD --version)\$"
	ok 'another one runs' await stdout 'success: inner entered RUNNING'
	is "$(oci exec "$name" /supctl -c /supd.conf status | awk '{ print $1, $2 }')" 'inner RUNNING
version EXITED' 'the client works inside'
	is "$(oci exec "$name" /supctl -c /supd.conf pid)" 1 'it is PID 1'
	is "$(oci exec "$name" /supctl -s unix:///run/inner.sock status | awk '{ print $1, $2 }')" 'once EXITED' \
	    'so does a supervisor under the supervisor'
	is "$(oci exec "$name" /supctl -c /supd.conf restart inner)" 'inner: stopped
inner: started' 'restart'
	oci kill "$name" TERM
	ended 0 'TERM ends the container with 0'
	oci delete -f "$name" 2>/dev/null
done
done_testing
