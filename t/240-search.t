#!/bin/sh
# Without -c: supervisord's places, beside the binary first, and both kinds of words for none.
. t/lib.sh
skip_unless_supd 'the binary has to be moved around'
[ ! -e /etc/supervisord.conf ] || skip_all '/etc/supervisord.conf exists'
mkdir -p root/bin root/etc cwd/etc
cp "$T/bin/supd" root/bin/supervisord
cd cwd || exit 1
bin=$T/root/bin/supervisord

# The message of an unknown user shows which file was read.
put() { printf '[supervisord]\nuser = %s\n' "$1" >"$2"; }
reads() { is "$("$@" 2>&1 | sed -n 's/^Error: Invalid user name //p')" "$want" "$want"; }

if [ ! -e /etc/supervisor/supervisord.conf ]; then
	is "$("$bin" -n 2>&1 | sed -n 's/^Error: //p')" "No config file found at default paths ($T/root/etc/supervisord.conf, $T/root/supervisord.conf, supervisord.conf, etc/supervisord.conf, /etc/supervisord.conf, /etc/supervisor/supervisord.conf); use the -c option to specify a config file at a different path" 'none'
fi
put nosuch_cwd_etc etc/supervisord.conf
want=nosuch_cwd_etc; reads "$bin" -n
put nosuch_cwd supervisord.conf
want=nosuch_cwd; reads "$bin" -n
put nosuch_root ../root/supervisord.conf
want=nosuch_root; reads "$bin" -n
put nosuch_root_etc ../root/etc/supervisord.conf
want=nosuch_root_etc; reads "$bin" -n
reads ../root/bin/supervisord -n
PATH=$T/root/bin:$PATH reads supervisord -n
done_testing
