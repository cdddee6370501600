#!/bin/sh
# directory and umask of a program.
. t/lib.sh
mkdir there
script show <<'END'
#!/bin/sh
{ pwd; umask; } >"$1.tmp"
mv "$1.tmp" "$1"
exec sleep 1000
END
umask 027
conf '[program:plain]' "command = $T/show $T/plain" 'startsecs = 0'
conf '[program:set]' "command = $T/show $T/set" 'startsecs = 0' "directory = $T/%(ENV_SUB)s" 'umask = 0077' \
    'environment = SUB=there'
conf '[program:nowhere]' 'command = /bin/true' 'startretries = 0' 'startsecs = 2' "directory = $T/nowhere" \
    "stderr_logfile = $T/nowhere.err"
conf '[program:relative]' 'command = ./show ../relative' "directory = $T/there" 'startretries = 0' 'startsecs = 2'
up
entered plain RUNNING; await plain . 2 >/dev/null
is "$(cat plain)" "$T
0027" 'without them both are those of the supervisor'
entered set RUNNING; await set . 2 >/dev/null
is "$(cat set)" "$T/there
0077" 'with them'
saw nowhere STARTING BACKOFF FATAL
if ours; then
	like "$(ctl status nowhere)" "FATAL +.*$T/nowhere.*[Nn]o such file" 'a directory that is not there is named'
else
	is "$(cat nowhere.err)" "supervisor: couldn't chdir to $T/nowhere: ENOENT
supervisor: child process was not spawned" 'a directory that is not there is named'
fi
saw relative STARTING BACKOFF FATAL
down
done_testing
