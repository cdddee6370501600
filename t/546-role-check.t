#!/bin/sh
# What is wrong about roles is told with file and line, and refused when the supervisor starts.
. t/lib.sh
skip_unless_supd 'supervisord knows no roles'

# refused LINE TEXT LINE...: with these lines behind a program, line LINE has this error
refused() {
	_line=$1 _text=$2
	shift 2
	printf '%s\n' '[supervisord]' '[program:web]' 'command = /bin/cat' '[group:g]' 'programs = web' "$@" >x.conf
	is "$("$T/bin/supd" check -c x.conf 2>&1 | grep '^x.conf:')" "x.conf:$_line: $_text" \
	    "refused: $_text"
	"$T/bin/supd" check -c x.conf >/dev/null 2>&1
	is $? 2 'with status 2'
}

refused 7 "[role:a] programs: 'wbe' is no group, program, group:process, node or gateway" \
    '[role:a]' 'programs = web, wbe'
refused 7 "[role:a] programs: 'node:x' is no group, program, group:process, node or gateway" \
    '[role:a]' 'programs = node:x'
refused 8 "[program:y] roles: 'b' is no role: there is a" \
    '[program:y]' 'command = /bin/cat' 'roles = a, b' '[role:a]'
refused 7 "[role:a] exclusive: 'b' is no role: there is a" '[role:a]' 'exclusive = b'
refused 7 "[role:a] exclusive: role 'a' cannot exclude itself" '[role:a]' 'exclusive = a'
refused 8 "[role:a] exclusive: roles 'a' and 'b' exclude each other, and both are mandatory or have a goal" \
    '[role:a]' 'mandatory = true' 'exclusive = b' '[role:b]' 'goal = STOP'
refused 8 '[role:a] max_per_cluster: 1 is below min_per_cluster, 2' \
    '[role:a]' 'min_per_cluster = 2' 'max_per_cluster = 1'
refused 8 "[rolegroup:g] roles: 'c' is no role: there is a" '[role:a]' '[rolegroup:g]' 'roles = a, c'
refused 8 "[rolegroup:a] roles: there is a role of the same name, 'a'" '[role:a]' '[rolegroup:a]' 'roles = a'
refused 7 "[role:a] goal: 'SOON' is not one of none, STOP, START" '[role:a]' 'goal = SOON'

printf '%s\n' '[supervisord]' '[program:web]' 'command = /bin/cat' '[group:g]' 'programs = web' \
    '[role:a]' 'programs = g, g:web, web, w*, no-such-*' 'goal = start' >x.conf
is "$("$T/bin/supd" check -c x.conf 2>&1 | grep -c '^x.conf:[0-9]')" 0 'each way to name a program, and a pattern of none'
is "$("$T/bin/supd" show -c x.conf a | sed 's/ ;.*//' | head -4)" '[role:a]
programs=g,g:web,web,w*,no-such-*
order=999
goal=START' 'supd show has roles'
sed -i 's/^goal = start/exclusive = x/' x.conf
like "$("$T/bin/supd" -c x.conf 2>&1)" "^Error: 'x' is no role: there is a in section 'role:a' \(file: 'x.conf'\)" \
    'the supervisor names section and file'
done_testing
