#!/bin/sh
# How lines of the file become the words that a program is started with.
. t/lib.sh
script args <<'E'
#!/bin/sh
for word; do printf '<%s>' "$word"; done >"$SUPD_TEST/$SUPERVISOR_PROCESS_NAME.out"
E

n=0
# words WANTED LINE...: a program whose lines are LINE... is started with <these><words>
words() {
	n=$((n + 1))
	printf '%s\n' "$1" >>wanted
	shift
	conf "[program:p$n]" 'startsecs = 0' 'autorestart = false' "$@"
}

A=$T/args
tab=$(printf '\t')
nbsp=$(printf '\302\240')
words '<a><b>' "command=$A a b"
words '<a><b>' "command:$A a b"
words '<a=b:c>' "command = $A a=b:c"
words '<a=b:c>' "COMMAND${tab}:$tab$A a=b:c  "
words '<a b>' "command = $A \"a b\""
words '<a;b><a#b>' "command = $A a;b a#b"
words '<a>' "command = $A a ; b"
words '<a>' "command = $A a # b"
words '<a>' "command = $A a${tab};b"
words '<a>' "command = $A a${nbsp}; b"
words '<a;b><;c>' "command = $A a;b ;c #d"	# both marks are counted in step
words '<x;;;>' "command = $A x;;; # ;"
words '<a><b><c>' "command = $A a" '  b' "${tab}c"
words '<a><c>' "command = $A a" '; no comment ends a value' '  c'
words '<a><c>' "command = $A a" '   # nor does this' ' c'
words '<a><c>' "command = $A a" '' '' ' c'
words '<a><b><c>' "command = $A a" '  b' ' c'
words '<a><startsecs><=><3>' "command = $A a" ' startsecs = 3'
words '<last>' "command = $A first" "Command = $A last"
words '<a b><c"d><e\f><><gh>' "command = $A 'a b' 'c\"d' 'e\\f' '' g\"h\""
words '<a b><"\><\x><$HOME><*><`x`>' "command = $A a\\ b \"\\\"\\\\\" \"\\x\" \$HOME * \`x\`"
words '<%><%%><100%>' "command = $A %% %%%% 100%%"
words '<p23-p23>' "command = $A %(program_name)s-%(group_name)s"
words '<0><000><0x0><  0|><1>' \
    "command = $A %(process_num)d %(process_num)03d %(process_num)#x '%(process_num)3d|' %(numprocs)s"
words "<$T>" "command = $A %(here)s"
words '<in><sup><own>' "command = $A %(ENV_IN)s %(ENV_SUP)s %(ENV_OWN)s" 'environment = OWN="own"'
words '<own>' "command = $A %(ENV_IN)s" 'environment = IN=own'
words '<(p28  )><p2>' "command = $A '(%(program_name)-5s)' %(program_name).2s"
words "<'p29'>" "command = $A \"%(program_name)r\""
words '<é日><ü>' "command = $A é日 ü"
conf '[program:p1] trailing text is nothing' 'stopwaitsecs = 5'
conf '[supervisord]' 'environment = SUP=sup'

export IN=in
up_quiet
i=0
while IFS= read -r want; do
	i=$((i + 1))
	eventually grep -q . "p$i.out"
	is "$(cat "p$i.out")" "$want" "$want"
done <wanted
down
done_testing
