#!/bin/sh
# environment=: what it takes, and what the program sees.
. t/lib.sh
script say <<'E'
#!/bin/sh
env | grep '^[TU]_' | sort >"$SUPD_TEST/$SUPERVISOR_PROCESS_NAME.tmp"
mv "$SUPD_TEST/$SUPERVISOR_PROCESS_NAME.tmp" "$SUPD_TEST/$SUPERVISOR_PROCESS_NAME.out"
E
n=0
# sees WANTED TEXT...: with environment=TEXT the program sees these variables
sees() {
	n=$((n + 1))
	printf '%s\n' "$1" >"want$n"
	shift
	conf "[program:p$n]" "command = $T/say" 'startsecs = 0' 'autorestart = false' "environment = $1"
	shift
	[ $# -eq 0 ] || conf "$@"
}
U='U_SUP=sup 1'
sees "$U" ''
sees "T_A=1
$U" 'T_A=1'
sees "T_A=1
T_B=b/c.d+e-f():_
$U" 'T_A=1,T_B=b/c.d+e-f():_,'
sees "T_A=1
T_B=2
$U" 'T_A = 1 , T_B = 2'
sees "T_A=1
T_B=2
$U" 'T_A="1",' '  T_B="2"'
sees "T_A=a, b = c;d#e
$U" 'T_A="a, b = c;d#e"'
sees "T_A=it's
T_B=say \"x\" now
$U" "T_A=\"it's\",T_B='say \"x\" now'"
sees "T_A=2
$U" 'T_A=1,T_A=2'
sees "T_A=50%
T_B=p9 0 p9
$U" 'T_A="50%%",T_B="%(program_name)s %(process_num)d %(group_name)s"'
sees "T_A=sup 1/x
$U" 'T_A="%(ENV_U_SUP)s/x"'
sees "T_A=outer
$U" 'T_A="%(ENV_OUTER)s"'
sees "U_SUP=mine" 'U_SUP=mine'
sees "T_A=x
$U" 'T_A=x#y'
sees "T_A=é日
$U" 'T_A="é日"'
sees "T_A=
$U" 'T_A=""'
if ours; then		# as supervisord 4.4: quotes and backslashes like a shell's
	sees 'T_A=a"b\c
T_B=abcd
T_C=x y
'"$U" 'T_A="a\"b\\c",T_B=a"b"'"'c'"'d,T_C=x\ y'
fi
conf '[supervisord]' 'environment = U_SUP="sup 1"'
export OUTER=outer
up_quiet
i=1
while [ $i -le $n ]; do
	eventually test -e "p$i.out"
	is "$(cat "p$i.out")" "$(cat "want$i")" "$(sed -n "/^\[program:p$i\]/,/^\[/s/^environment = //p" supd.conf)"
	i=$((i + 1))
done
down
done_testing
