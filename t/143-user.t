#!/bin/sh
# user= gives a process uid, gid and all groups of that user; nothing else changes.
. t/lib.sh
skip_unless_root
user=$(awk -F: '{ print $4 }' /etc/group | tr ',' '\n' | grep -v '^$' | head -n 1)
[ -n "$user" ] || user=nobody
script show <<'END'
#!/bin/sh
{ id -u; id -g; id -G; echo "$HOME $USER $LOGNAME"; } >"$1/tmp"
mv "$1/tmp" "$1/out"
exec sleep 1000
END
mkdir none named number
chmod 777 none named number
export HOME=/root USER=root LOGNAME=root
conf '[program:none]' "command = $T/show $T/none" 'startsecs = 0'
conf '[program:named]' "command = $T/show $T/named" 'startsecs = 0' "user = $user"
conf '[program:number]' "command = $T/show $T/number" 'startsecs = 0' "user = $(id -u nobody)"
up
for p in none named number; do await $p/out . 4 >/dev/null; done
is "$(sed -n 1,2p none/out)" '0
0' 'without user: as the supervisor'
is "$(sed -n 1,2p named/out)" "$(id -u "$user")
$(id -g "$user")" "user = $user: its uid and gid"
is "$(sed -n 3p named/out | tr ' ' '\n' | sort -n)" "$(id -G "$user" | tr ' ' '\n' | sort -n)" 'and its groups'
is "$(sed -n 4p named/out)" '/root root root' 'HOME, USER and LOGNAME stay'
is "$(sed -n 1,3p number/out)" "$(id -u nobody)
$(id -g nobody)
$(id -G nobody)" 'a number does as well'
is "$(stat -c %U "/proc/$(ctl pid named)")" "$user" 'the process belongs to it'
is "$(ctl stop named)" 'named: stopped' 'and can be stopped'
down
done_testing
