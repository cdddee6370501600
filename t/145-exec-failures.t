#!/bin/sh
# What cannot be executed says why in status and goes through BACKOFF to FATAL.
. t/lib.sh
printf '#!/bin/sh\n' >noexec
printf 'echo no interpreter line\n' >enoexec
printf '#!/no/such/interpreter\n' >nointerp
chmod 755 enoexec nointerp
mkdir dir onpath
: >onpath/plain
p() { conf "[program:$1]" "command = $2" 'startretries = 0' 'startsecs = 2' "stderr_logfile = $T/$1.err"; }
p missing "$T/missing"
p nowhere 'no-such-command arg'
p dir "$T/dir"
p noexec "$T/noexec"
p onpath plain
conf "environment = PATH=\"$T/onpath:/bin\""
p quote "/bin/echo 'unbalanced"
p escape '/bin/echo end\'
p enoexec "$T/enoexec"
p nointerp "$T/nointerp"
p empty '""'
up
for p in missing nowhere dir noexec onpath quote escape enoexec nointerp; do
	saw $p STARTING BACKOFF FATAL
done
st() { ctl status "$1" | sed -E "s#^$1 +##; s#$T#T#"; }
is "$(st missing)" "FATAL     can't find command 'T/missing'" 'missing'
is "$(st nowhere)" "FATAL     can't find command 'no-such-command'" 'not on PATH'
is "$(st dir)" "FATAL     command at 'T/dir' is a directory" 'a directory'
is "$(st noexec)" "FATAL     command at 'T/noexec' is not executable" 'no x bit'
is "$(st onpath)" "FATAL     command at 'T/onpath/plain' is not executable" 'the first on PATH counts'
is "$(st quote)" "FATAL     can't parse command \"/bin/echo 'unbalanced\": No closing quotation" 'bad quoting'
is "$(st escape)" "FATAL     can't parse command '/bin/echo end\\\\': No escaped character" 'bad escape'
logged "INFO spawnerr: can't find command '$T/missing'\$"
logged 'INFO gave up: missing entered FATAL state, too many start retries too quickly$'
if ours; then
	like "$(st enoexec)" 'FATAL +.*T/enoexec.*([Ee]xec format error|ENOEXEC)' 'no interpreter line: no shell is tried'
	like "$(st nointerp)" 'FATAL +.*T/nointerp.*([Nn]o such file|ENOENT)' 'missing interpreter'
else
	is "$(st enoexec)" 'FATAL     Exited too quickly (process log may have details)' 'exec itself fails'
	is "$(cat enoexec.err | mask)" "supervisor: couldn't exec T/enoexec: ENOEXEC
supervisor: child process was not spawned" 'no interpreter line: no shell is tried'
fi
session <<END
\$ start missing
missing: ERROR (no such file)
= 1
\$ start noexec
noexec: ERROR (file is not executable)
= 1
\$ start dir
dir: ERROR (file is not executable)
= 1
\$ start quote
quote: ERROR (file is not executable)
= 1
\$ start enoexec
enoexec: ERROR (spawn error)
= 7
END
is "$(states missing)" 'STARTING BACKOFF FATAL' 'a refused start is no attempt'
down
done_testing
