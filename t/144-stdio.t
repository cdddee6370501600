#!/bin/sh
# Standard input is a pipe that stays open; output goes to the logs, with redirect_stderr to one.
. t/lib.sh
script io <<'END'
#!/bin/sh
readlink /proc/self/fd/0 | sed 's/:.*//'
readlink /proc/self/fd/1 | sed 's/:.*//'
echo to stderr >&2
ls /proc/self/fd >"$1.fds"
[ "$(stat -L -c %i /proc/$$/fd/1)" = "$(stat -L -c %i /proc/$$/fd/2)" ] && echo one || echo two
echo end
read -r line
echo "read returned $?"
END
for p in two one; do
	conf "[program:$p]" "command = $T/io $T/$p" 'startsecs = 0' "stdout_logfile = $T/$p.out"
done
conf 'redirect_stderr = true'			# of the last one
conf '[program:two]' "stderr_logfile = $T/two.err"
up
await two.out '^end' >/dev/null
is "$(cat two.out)" 'pipe
pipe
two
end' 'descriptors 0 and 1 are pipes, 2 another one'
is "$(await two.err .)" 'to stderr' 'stderr has its own log'
await one.out '^end' >/dev/null
is "$(cat one.out)" 'pipe
pipe
to stderr
one
end' 'redirect_stderr: one pipe and one log, in order'
# ls itself has one more for the directory
is "$(tr '\n' ' ' <two.fds)" '0 1 2 3 ' 'no other descriptor is open'
saw two STARTING RUNNING
is "$(ctl status two | awk '{ print $2 }')" RUNNING 'read from stdin waits: nobody writes, nobody closes'
down
done_testing
