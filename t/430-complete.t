#!/bin/sh
# The shells complete commands, processes and groups of the supervisor on the line.
ROOT=$PWD
. t/lib.sh
skip_unless_supd 'supervisorctl brings no completions'
need bash
p() { conf "[program:$1]" 'command = /bin/sleep 1000' 'autostart = false'; }
p web
p m1
p m2
conf '[group:g]' 'programs = m1,m2'
up_quiet
p later
ctl reread >/dev/null

# compgen LINE: what bash would offer behind it
cat >complete.bash <<END
source "$ROOT/contrib/completions/supctl.bash"
COMP_LINE=\$1 COMP_POINT=\${#1}
_supctl
printf '%s\n' "\${COMPREPLY[*]}"
END
offers() { PATH=$T/bin:$PATH bash complete.bash "supctl -c $T/supd.conf $1"; }
is "$(offers st)" 'start status stop' 'commands'
is "$(offers 'start ')" 'all --wait --timeout g:* g:m1 g:m2 web' 'processes and groups'
is "$(offers 'stop g:')" '* m1 m2' 'bash has the part before a colon already'
is "$(offers 'stop we')" web 'the one that fits'
is "$(offers 'start web ')" "$(offers 'start ')" 'and another one'
is "$(offers 'add ')" 'g later web' 'add knows what was read but is not active'
is "$(offers 'signal ')" 'HUP INT QUIT USR1 USR2 TERM KILL STOP CONT WINCH' 'signals'
is "$(offers 'signal HUP w')" web 'and whom they are for'
is "$(offers 'start web --wait E')" EXITED 'states'
is "$(offers 'help lo')" log-stats 'commands after help'
touch "$T/g:file"
is "$(offers 'stop g:')" '* m1 m2' 'a star is no pattern for files'
is "$(PATH=$T/bin:$PATH bash complete.bash 'supctl -s unix:///no/such/socket fg ' 2>&1)" '' \
    'no supervisor: nothing, and no complaint'
is "$(PATH=$T/bin:$PATH bash complete.bash "supctl -s unix://$T/sock fg w" 2>&1)" web 'an address with colons'
for shell in zsh fish; do
	case $shell in zsh) file=_supctl ;; *) file=supctl.fish ;; esac
	if command -v $shell >/dev/null; then
		ok "$shell accepts $file" $shell -n "$ROOT/contrib/completions/$file"
	else
		skip "$shell is not installed"
	fi
done
if command -v fish >/dev/null; then
	is "$(PATH=$T/bin:$PATH fish --no-config -c "source $ROOT/contrib/completions/supctl.fish
	    complete -C 'supctl -c $T/supd.conf start g:'" | cut -f 1 | tr '\n' ' ')" 'g:* g:m1 g:m2 ' 'fish completes'
else
	skip 'fish is not installed'
fi
down
done_testing
