#!/bin/sh
# [include]: patterns, order, merging, %(here)s.
. t/lib.sh
script say <<'E'
#!/bin/sh
echo "$*" >"$SUPD_TEST/$SUPERVISOR_PROCESS_NAME.out"
E
mkdir -p conf.d sub
one() { printf '%s\n' "[program:$1]" "command = $T/say $2" 'startsecs = 0' 'autorestart = false'; }
one a 'from %(here)s' >conf.d/a.conf
one b 'first' >conf.d/b.conf
one b 'second' >conf.d/c.conf		# the same section: its keys win
printf '[program:b]\nenvironment = X=1\n' >conf.d/d.conf
one hidden 'no' >conf.d/.hidden.conf
one other 'no' >conf.d/other.ini
mkdir conf.d/dir.conf			# matches, cannot be read
one sub 'here is %(here)s' >sub/x.conf
printf '[include]\nfiles = nested.conf\n' >>sub/x.conf
one nested 'no' >sub/nested.conf
one host 'named' >"sub/$(uname -n).ini"
one env 'from the environment' >sub/env.ini
one main 'overridden in the include' >sub/last.conf
conf '[include]' "files = conf.d/*.conf $T/sub/x.conf" '  sub/%(host_node_name)s.ini' \
    '  sub/%(ENV_WHICH)s.ini sub/last.conf nothing/*.conf sub/[a-d]nv.ini sub/?nv.ini'
conf '[program:main]' "command = $T/say main" 'startsecs = 0' 'autorestart = false'

export WHICH=env
up_quiet
said() {
	eventually grep -q . "$1.out"
	is "$(cat "$1.out")" "$2" "$1"
}
said a "from $T/conf.d"
said b 'second'
said sub "here is $T/sub"
said host 'named'
said env 'from the environment'
said main 'overridden in the include'
is "$(ctl status | awk '{ print $1 }' | sort | tr '\n' ' ')" 'a b env host main sub ' 'nothing else'
is "$(sed -n 's/.*\(INFO Included extra\)/\1/p; s/.*\(WARN No file\)/\1/p' supd.log | sed "s#$T#T#")" \
'WARN No file matches via include "T/nothing/*.conf"
WARN No file matches via include "T/sub/[a-d]nv.ini"
INFO Included extra file "T/conf.d/a.conf" during parsing
INFO Included extra file "T/conf.d/b.conf" during parsing
INFO Included extra file "T/conf.d/c.conf" during parsing
INFO Included extra file "T/conf.d/d.conf" during parsing
INFO Included extra file "T/conf.d/dir.conf" during parsing
INFO Included extra file "T/sub/x.conf" during parsing
INFO Included extra file "T/sub/'"$(uname -n)"'.ini" during parsing
INFO Included extra file "T/sub/env.ini" during parsing
INFO Included extra file "T/sub/last.conf" during parsing
INFO Included extra file "T/sub/env.ini" during parsing' 'what the log says'
down

# Errors name the file that the section stands in.
printf '[program:z]\ncommand = x\nstartsecs = x\n' >conf.d/z.conf
$SUPD -c supd.conf >out 2>err
is "$(sed -n 1p err)" "Error: invalid literal for int() with base 10: 'x' in section 'program:z' (file: '$T/conf.d/z.conf')" 'an error in an included file'
printf 'nonsense\n' >conf.d/z.conf
$SUPD -c supd.conf >out 2>err
is "$(sed -n 1,3p err)" "Error: File contains no section headers.
file: '$T/conf.d/z.conf', line: 1
'nonsense\\n'" 'no section in an included file'
printf '[program:z]\nnonsense\n' >conf.d/z.conf
$SUPD -c supd.conf >out 2>err
is "$(sed -n 1,2p err)" "Error: Source contains parsing errors: '$T/conf.d/z.conf'
	[line  2]: 'nonsense\\n'" 'a bad line in an included file'
done_testing
