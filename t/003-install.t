#!/bin/sh
# make install puts everything below DESTDIR and PREFIX, and nothing elsewhere.
. t/lib.sh
skip_unless_supd 'about our own build'
ROOT=${TOOL%/t/tool}
case $SUPD_BIN in
*/asan/supd)	skip_all 'this build is not installed' ;;
*/system/supd)	SYSTEM=SYSTEM_LIBS=1 ;;
*/lite/supd)	SYSTEM=SERVICES=0 ;;
*/small/supd)	SYSTEM=CURL=0 ;;
*)		SYSTEM= ;;
esac
unset MAKEFLAGS MFLAGS MAKELEVEL

install_to() {
	# shellcheck disable=SC2086
	make -s -C "$ROOT" $SYSTEM B="${BUILD:-build}" install DESTDIR="$1" PREFIX="$2" >make.out 2>&1 ||
	    { fail "make install"; diag "$(cat make.out)"; done_testing; }
}

(cd "$ROOT" && find . -path ./.git -prune -o -path ./run -prune -o -path "./${BUILD:-build}" -prune -o -print | sort) >before
install_to "$T/dest" /usr
(cd "$ROOT" && find . -path ./.git -prune -o -path ./run -prune -o -path "./${BUILD:-build}" -prune -o -print | sort) >after
is "$(diff before after)" '' 'the source tree is as it was'

cd dest
is "$(find . -maxdepth 1 -mindepth 1)" ./usr 'everything is below PREFIX'
is "$(usr/bin/supd --version)" "$(sed -n 's/^VERSION = //p' "$ROOT/Makefile")" 'supd runs'
is "$(stat -c %a usr/bin/supd)" 755 'mode of the binary'
for name in supctl supervisord supervisorctl pidproxy kato; do
	is "$(readlink "usr/bin/$name")" supd "$name leads to it"
done
for page in man8/supd.8 man1/supctl.1 man1/kato.1 man5/supd.conf.5; do
	ok "$page" grep -q '^\.Sh NAME' "usr/share/man/$page"
done
ok 'supd.conf.5 has the keys' grep -q '^\.It Cm stopwaitsecs' usr/share/man/man5/supd.conf.5
is "$(find usr/share/supd/conf.d -type f -printf '%f\n' | sort)" \
    "$(cd "$ROOT/conf.d/examples" && printf '%s\n' * | sort)" 'examples'
for file in bash-completion/completions/supctl zsh/site-functions/_supctl \
    fish/vendor_completions.d/supctl.fish bash-completion/completions/kato \
    zsh/site-functions/_kato fish/vendor_completions.d/kato.fish; do
	ok "$file" test -s "usr/share/$file"
done
is "$(find . ! -type d ! -user "$(id -un)" -o -perm -022 ! -type l)" '' 'nobody else may write there'
is "$(grep -lsF "$T" -r usr)" '' 'DESTDIR is named nowhere'

# Once more over itself, as an upgrade does, while the old file runs.
cd "$T"
cp -a dest/usr/bin/supd running
conf '[program:x]' 'command = /bin/sleep 1000'
SUPD="$T/dest/usr/bin/supd" up_quiet
install_to "$T/dest" /usr
pass 'installs over itself while the old one runs'
down

# Uninstalling is rm: what was installed, and then nothing is left but directories.
(cd dest && find . ! -type d) >list
(cd dest && xargs rm <"$T/list")
is "$(find dest ! -type d)" '' 'removing the files removes it'
done_testing
