#!/bin/sh
# The binary is what it has to be: one small static file with several names.
. t/lib.sh
skip_unless_supd 'about our own build'
ROOT=${TOOL%/t/tool}
DIR=$(dirname "$SUPD_BIN")
version=$(sed -n 's/^VERSION = //p' "$ROOT/Makefile")

case $DIR in
*/asan | */system)
	skip 'this build is neither static nor small' 5
	;;
*)
	like "$(ldd "$SUPD_BIN" 2>&1)" 'not a dynamic executable' 'ldd: not a dynamic executable'
	# e_type of the ELF header: 2 is an executable at a fixed place
	is "$(od -An -tu2 -j16 -N2 "$SUPD_BIN" | tr -d ' ')" 2 'no interpreter is needed'
	lite=$DIR/lite/supd	# without services and SQLite; make SERVICES=0 tests that one
	small=$DIR/small/supd	# nor libcurl and TLS; make CURL=0
	[ -e "$lite" ] || lite=$SUPD_BIN
	[ -e "$small" ] || small=$SUPD_BIN
	size=$(stat -c %s "$lite")
	ok "at most 1.6 MiB without services ($size bytes)" \
	    test "$size" -le $((16 * 1024 * 1024 / 10))
	size=$(stat -c %s "$small")
	# a supervisor without kato, roles, probes and templates had 0.9
	ok "at most 1.25 MiB without HTTP client ($size bytes)" \
	    test "$size" -le $((5 * 1024 * 1024 / 4))
	if [ -e "$DIR/lite/supd" ]; then
		like "$("$lite" store 2>&1; echo "= $?")" 'built with SERVICES=0
= 1' 'what is left out says so'
	else
		skip 'this is a small one' 1
	fi
	;;
esac

for name in supctl supervisord supervisorctl pidproxy kato; do
	is "$(readlink "$DIR/$name")" supd "$name is a link to supd"
done

# --- every face tells its version and how it is used

for face in supd supervisord; do
	for opt in -v --version --vers; do
		is "$("$T/bin/$face" $opt 2>&1)" "$version" "$face $opt"
	done
	for opt in -h -? --help; do
		like "$("$T/bin/$face" "$opt" 2>&1; echo "= $?")" '--configuration' "$face $opt"
	done
done
for face in supctl supervisorctl 'supd supctl'; do
	is "$("$T/bin/"$face --version 2>&1)" "$version" "$face --version"
	like "$("$T/bin/"$face --help 2>&1)" '--serverurl' "$face --help"
	"$T/bin/"$face --help >/dev/null 2>&1
	is $? 0 "$face --help: exit status"
done
for face in pidproxy 'supd pidproxy'; do
	like "$("$T/bin/"$face 2>&1)" '[Uu]sage' "$face without arguments tells its usage"
done
"$T/bin/supd" -h >/dev/null 2>&1
is $? 0 'supd -h: exit status'

# A name that is not ours is the supervisor: people rename files.
cp "$SUPD_BIN" init
is "$(./init --version)" "$version" 'under any other name it is the supervisor'

# --- the faces that look at a file and start nothing

like "$("$T/bin/supd" manual)" '^\.It Cm stopwaitsecs' 'supd manual prints the key tables'
"$T/bin/supd" check -c supd.conf >out 2>&1
is $? 0 'supd check accepts a good file'
conf '[program:x]' 'startsecs = 1'
"$T/bin/supd" check -c supd.conf >out 2>&1
is $? 2 'supd check refuses one without a command'
like "$(cat out)" 'supd\.conf:[0-9]+: \[program:x\]' 'and says where'
conf 'command = /bin/true'
like "$("$T/bin/supd" show -c supd.conf x 2>&1)" '^command *= */bin/true' 'supd show prints what a program comes to'
ok 'supd check and show have started nothing' test ! -s supd.log
done_testing
