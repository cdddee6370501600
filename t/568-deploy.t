#!/bin/sh
# supctl build and supctl deploy: what a line of a service finds around it, and that files which fail never
# take the place of those that run.
. t/lib.sh
skip_unless_supd 'supervisord knows no services'
script server <<'END'
#!/bin/sh
cat "$HOME/version" >>"$SUPD_TEST/ran.$DOTCLOUD_SERVICE_ID"
[ ! -e "$HOME/broken" ] || exit 9
exec sleep 1000
END
# release NAME: files of that version
release() { mkdir -p "$1/app"; echo "$1" >"$1/version"; }
release v1; release v2; release v3; release v4; release v5
touch v3/broken v4/refuse
echo 'IN_PROFILE=yes' >v1/profile
cat >v1/app/build.sh <<'END'
echo "$SERVICE_KIND in $(basename "$PWD") of $(basename "$HOME"), $IN_PROFILE, PORT=$PORT_WWW"
END
mkdir srv
cp -a v1 srv/www
lo=$((22000 + $$ % 2000))
conf '[supd]' "statedir = $T/state" \
    '[service:web]' "home = $T/srv/www" 'approot = app' "process = $T/server" 'instances = 2' 'port.www = http' "ports = $lo-$((lo + 9))" \
    'kind = test' 'build = . ./build.sh; echo err >&2; exit ${RC:-0}' 'postinstall_timeout = 1' \
    'postinstall = echo "$DOTCLOUD_SERVICE_NAME $PORT_WWW" >"$HOME/installed"; [ ! -e "$HOME/refuse" ]' \
    'startsecs = 1' 'startretries = 0' 'stopwaitsecs = 5' \
    '[service:sick]' "home = $T" "process = sleep 1000" 'build = kill -SEGV $$' 'startsecs = 0' \
    '[service:lost]' "home = $T" "process = sleep 1000" 'build = no-such-command' 'startsecs = 0' \
    '[service:long]' "home = $T" "process = sleep 1000" 'build = sleep 1000' 'build_timeout = 1' 'startsecs = 0'
up_quiet
ctl status web.0:web.0 web.1:web.1 --wait RUNNING >/dev/null
# build
out=$(ctl build web 2>err); rc=$?
is "$rc $out $(cat err)" '0 test in app of www, yes, PORT= err' 'build: SERVICE_*, profile, approot, HOME, no PORT_*'
RC=7 ctl build web >out 2>/dev/null; rc=$?
is "$rc $(tail -n 1 out)" '7 build: exit status 7' 'its exit status'
ctl build sick >out 2>/dev/null; rc=$?
is "$rc $(sed -n 's/^build: ended by signal \([0-9]*\).*/\1/p' out)" '139 11' 'a signal, in words'
ctl build lost >out 2>/dev/null; rc=$?
is "$rc $(cat out)" '127 build: exit status 127: a command was not found' 'no such command, in words'
ctl build long >out; rc=$?
is "$rc $(cat out)" '124 build: not done after 1 s, killed' 'a limit'
is "$(first build nobody)" 'nobody: ERROR (no such service)' 'no such service'
# deploy
one=$(ctl pid web.1:web.1)
is "$(ctl deploy web v2)" 'web.0: runs release 1
web.1: runs release 1' 'deploy'
is "$(readlink srv/www) $(ls srv/www.releases)" "$T/srv/www.releases/1 0
1" 'the home is a link now, what it was is a release'
is "$(cat ran.0)|$(tail -n 1 ran.1)" 'v1
v2|v2' 'each copy was started again'
isnt "$(ctl pid web.1:web.1)" "$one" 'as another process'
is "$(cat srv/www/installed)" "web $lo" 'postinstall has run in the new files, with the whole environment'
ok 'and the environment file is there' test -s srv/www/environment.json
out=$(ctl deploy web v4); rc=$?
is "$rc $out" '1 postinstall: exit status 1
web: not deployed, the old files go on running' 'postinstall refuses'
is "$(readlink srv/www) $(ls srv/www.releases | tr '\n' ' ')" "$T/srv/www.releases/1 0 1 " 'nothing is left of it'
is "$(tail -n 1 ran.0)" v2 'and nobody was started again'
out=$(ctl deploy web v3); rc=$?
is "$rc $out" "1 web: web.0 does not come up with the new files
web: going back to $T/srv/www.releases/1
web.0: runs release 1
web.1: runs release 1" 'files that fail: back to those before'
is "$(tail -n 2 ran.0) $(readlink srv/www)" "v3
v2 $T/srv/www.releases/1" 'which run again'
unlike "$(cat ran.1)" v3 'the other copy has never tried'
ctl deploy web v5 >/dev/null
is "$(cat srv/www/version) $(ls srv/www.releases | tr '\n' ' ')" 'v5 1 2 3 ' 'the oldest release goes'
is "$(first deploy web nowhere)" 'web: nowhere is no directory' 'no such directory'
down
done_testing
