#!/bin/sh
# supd import: what it prints of a dotcloud.yml and of a Procfile is accepted, and runs.
. t/lib.sh
skip_unless_supd 'about supd import'
cat >dotcloud.yml <<'END'
# an application
www:
  type: custom
  approot: app
  process: ./server --rate 50% ; true
  instances: 2
  ports:
    irc: tcp
    web: http
  environment:
    ZNC_USER: "ann b"
    PERCENT: 100%
  config:
    znc_port: 6667
  requirements: [one, two]
  postinstall: ./postinstall
  buildscript: builder
db:
  type: custom
  processes:
    sql: ./serve
    gc: ./gc --loud
  ports: {sql: tcp}
END
mkdir app
for f in app/server app/postinstall; do script $f <<'END'
#!/bin/sh
env | sort >"$SUPD_TEST/${0##*/}.env"
[ "$1" = "" ] || { echo "$*" >"$SUPD_TEST/args"; exec sleep 1000; }
END
done
for f in serve gc; do printf '#!/bin/sh\nexec sleep 1000\n' >$f; chmod 755 $f; done
"$SUPD" import dotcloud.yml >services.conf
is "$? $(grep -v '^type' services.conf)" '0 [service:www]
home = %(here)s
approot = app
process = ./server --rate 50%%; true
instances = 2
port.irc = tcp
port.web = http
env.ZNC_USER = ann b
env.PERCENT = 100%%
config.znc_port = 6667
requirements = one two
postinstall = ./postinstall
build = cd "$HOME" && ./builder

[service:db]
home = %(here)s
process.sql = ./serve
process.gc = ./gc --loud
port.sql = tcp' 'dotcloud.yml as an ini file'
lo=$((24000 + $$ % 2000))
sed -i "/^home/a ports = $lo-$((lo + 19))\\nstartsecs = 0" services.conf
conf '[supd]' "statedir = $T/state" '[include]' 'files = services.conf'
is "$("$SUPD" check -c supd.conf 2>&1 | sed -n '/services.conf/p')" '' 'supd check finds nothing'
up_quiet
ctl status www.0:www.0 www.1:www.1 db.0:gc --wait RUNNING --timeout 20 >/dev/null
await args . >/dev/null
is "$(ctl status | awk '{ print $1, $2 }')" 'db.0:gc RUNNING
db.0:sql RUNNING
www.0:postinstall EXITED
www.0 RUNNING
www.1:postinstall EXITED
www.1 RUNNING' 'it runs'
is "$(cat args)" '--rate 50%' 'as it was written'
is "$(grep -E '^(SERVICE_(TYPE|CONFIG_ZNC_PORT|REQUIREMENTS|PORTS_IRC)|ZNC_USER|PERCENT)=' postinstall.env)" 'PERCENT=100%
SERVICE_CONFIG_ZNC_PORT=6667
SERVICE_PORTS_IRC=tcp
SERVICE_REQUIREMENTS=one two
SERVICE_TYPE=custom
ZNC_USER=ann b' 'with what it said'
down
# what is refused, with its place
refused() { printf '%b' "$1" >bad.yml; "$SUPD" import bad.yml 2>&1; echo "status $?"; }
is "$(refused 'Www:\n  type: custom\n')" 'bad.yml: Www: a name has at most 16 small letters, digits and _
status 2' 'a wrong name'
is "$(refused 'www:\n  process: a\n  processes: {b: c}\n')" 'bad.yml: www: has no type
bad.yml: www: process and processes cannot both be given
status 2' 'everything that is wrong'
is "$(refused 'www:\n  type: custom\n  ports: {a: ftp}\n')" "bad.yml: www: port a is 'ftp', not http, tcp or udp
status 2" 'a wrong port'
like "$(refused 'www:\n  type: custom\n   x: 1\n')" '^bad.yml: .*(line )?3' 'no YAML: the line'
printf 'web: bundle exec start -p $PORT\n# a comment\nthe-worker: rake work\n' >Procfile
is "$("$SUPD" import Procfile)" '[service:web]
home = %(here)s
process = export PORT=$PORT_MAIN; exec bundle exec start -p $PORT
port.main = http
env_file = -%(here)s/.env

[service:the_worker]
home = %(here)s
process = export PORT=$PORT_MAIN; exec rake work
port.main = tcp
env_file = -%(here)s/.env' 'a Procfile'
printf 'web bundle\n' >Procfile
is "$("$SUPD" import Procfile 2>&1)" 'Procfile:1: is not NAME: COMMAND' 'that is none'
is "$("$SUPD" import nowhere.yml 2>&1)" 'Error: cannot read nowhere.yml: No such file or directory' 'no such file'
done_testing
