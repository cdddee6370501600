#!/bin/sh
# Custom services: what a process of [service:x] finds around it, its ports, its files, and its copies.
. t/lib.sh
skip_unless_supd 'supervisord knows no services'
mkdir -p srv/app db
script srv/run <<'END'
#!/bin/sh
pwd >"$SUPD_TEST/run.cwd"
env | sort >"$SUPD_TEST/run.$DOTCLOUD_SERVICE_ID"
echo out; echo err >&2
exec sleep 1000
END
script db/serve <<'END'
#!/bin/sh
env | sort >"$SUPD_TEST/db.$DOTCLOUD_SERVICE_ID"
cat environment.json >"$SUPD_TEST/db.seen" 2>/dev/null
exec sleep 1000
END
echo 'PROFILE=read; export PROFILE' >srv/profile
lo=$((20000 + $$ % 10000))
conf '[supd]' "statedir = $T/state"
conf '[service:web]' "home = $T/srv" 'approot = app' 'port.www = http' 'port.irc = tcp' "ports = $lo-$((lo + 40))" \
    'startsecs = 0' 'znc_user = joe' 'env.ZNC_USER = ann' 'env.Mixed = a b'
conf '[service:db]' "home = $T/db" 'process.sql = ./serve' 'process.gc = sleep 1000; true' 'port.sql = tcp' \
    "ports = $lo-$((lo + 40))" 'startsecs = 0' 'instances = 2' 'stopasgroup = true'
up
for f in run.0 db.0 db.1; do eventually test -s $f; done
is "$(ctl status | awk '!/t_sync/ { print $1, $2 }')" 'db.0:gc RUNNING
db.0:sql RUNNING
db.1:gc RUNNING
db.1:sql RUNNING
web.0 RUNNING' 'a group for each copy, and without process the file run'
is "$(cat run.cwd)" "$T/srv/app" 'started in approot'
# value FILE NAME
value() { sed -n "s/^$2=//p" "$1"; }
is "$(value run.0 HOME) $(value run.0 PROFILE)" "$T/srv read" 'HOME, and the profile was read'
is "$(value run.0 SERVICE_APPROOT) $(value run.0 SERVICE_ZNC_USER) $(value run.0 SERVICE_PORTS_IRC) $(value run.0 SERVICE_INSTANCES)" \
    'app joe tcp 1' 'SERVICE_*: every key, those with a default too'
is "$(value run.0 ZNC_USER) $(value run.0 SERVICE_ENVIRONMENT_ZNC_USER) $(value run.0 Mixed)" 'ann ann a b' 'env.NAME, as it is written'
is "$(value run.0 DOTCLOUD_PROJECT) $(value run.0 DOTCLOUD_ENVIRONMENT) $(value run.0 DOTCLOUD_SERVICE_NAME) $(value run.0 DOTCLOUD_SERVICE_ID)" \
    'supervisor default web 0' 'who it is'
is "$(value db.1 DOTCLOUD_SERVICE_NAME) $(value db.1 DOTCLOUD_SERVICE_ID)" 'db 1' 'and which copy'
sql=$(value db.0 PORT_SQL) sql1=$(value db.1 PORT_SQL) www=$(value run.0 PORT_WWW)
is "$(printf '%s\n' "$sql" "$sql1" "$www" "$(value run.0 PORT_IRC)" | sort -u | grep -c .)" 4 'four ports'
is "$(value run.0 DOTCLOUD_DB_SQL_HOST) $(value run.0 DOTCLOUD_DB_SQL_PORT) $(value run.0 DOTCLOUD_DB_SQL_URL)" \
    "127.0.0.1 $sql tcp://127.0.0.1:$sql" 'web is told where the database is: its first copy'
is "$(value run.0 DOTCLOUD_DB_SQL_PORT_0) $(value run.0 DOTCLOUD_DB_SQL_PORT_1)" "$sql $sql1" 'and where each copy is'
is "$(value db.0 DOTCLOUD_WEB_HTTP_URL) $(value db.0 DOTCLOUD_WEB_WWW_HOST)" "http://127.0.0.1:$www/ 127.0.0.1" 'and the database about web'
is "$(value db.0 PORT_WWW)" '' 'which is not its own port'
json() { perl -MJSON::PP -0777 -e 'my $j = decode_json(<STDIN>); print join " ", map { $j->{$_} // "-" } @ARGV' "$@"; }
is "$(json DOTCLOUD_SERVICE_ID PORT_WWW DOTCLOUD_DB_SQL_PORT_1 ZNC_USER <srv/environment.json)" "0 $www $sql1 ann" 'environment.json'
is "$(json DOTCLOUD_SERVICE_ID PORT_SQL <db/environment.1.json)" "1 $sql1" 'that of the second copy'
is "$(sed -n 's/^PORT_WWW: //p' srv/environment.yml)" "\"$www\"" 'environment.yml'
is "$(stat -c %a srv/environment.json)" 600 'for nobody else to read'
isnt "$(cat db.seen)" '' 'it is there before the process'
is "$(sed -n '$p' log/web.0.log) $(sed -n '$p' log/web.0_error.log)$(ls log/db.0-sql.log log/db.1-gc_error.log | grep -c .)" 'out err2' 'logs'
pid=$(ctl pid web.0)
is "$(ctl scale db=3 | sort)" 'db.2:gc: added
db.2:sql: added' 'one more copy'
eventually test -s db.2
is "$(ctl pid web.0)" "$pid" 'nobody else is started again'
is "$(json DOTCLOUD_DB_SQL_PORT_2 <srv/environment.json)" "$(value db.2 PORT_SQL)" 'but the files of the others are written anew'
is "$(ctl plan)" 'No config updates to processes' 'a reload keeps this'
is "$(ctl scale db:instances=1 | sort)" 'db.1:gc: removed
db.1:sql: removed
db.2:gc: removed
db.2:sql: removed' 'scaled down'
is "$(json DOTCLOUD_DB_SQL_PORT_1 <srv/environment.json)" - 'the files forget them'
ctl stop db >/dev/null
is "$(ctl status db | awk '{ print $1, $2 }')" 'db.0:gc STOPPED
db.0:sql STOPPED' 'the whole service by its name'
ctl start db:\* >/dev/null
like "$(ctl status db.0)" 'RUNNING' 'one copy by its name'
down
rm -f run.0 db.0 db.1 db.2
up_quiet
eventually test -s run.0
eventually test -s db.0
is "$(value run.0 PORT_WWW) $(value db.0 PORT_SQL)" "$www $sql" 'ports stay over a new start'
ctl scale db=2 >/dev/null
eventually test -s db.1
is "$(value db.1 PORT_SQL)" "$sql1" 'also that of a copy that had gone'
down
# what is refused
refused() {
	printf '[supervisord]\n[service:%s]\nhome = %s\n' "$1" "$T/srv" >bad.conf
	shift
	printf '%s\n' "$@" >>bad.conf
	"$SUPD" check -c bad.conf 2>&1 | sed -n 1p
}
like "$(refused Web)" 'service Web: Web is not a name' 'a wrong name'
like "$(refused x 'process = a' 'process.b = b')" 'service x: process and process.NAME cannot both' 'both forms'
like "$(refused x 'home = /nonexistent')" "no process, and no executable file 'run' in /nonexistent" 'nothing to run'
like "$(refused x 'port.a = ftp')" "a port is http, tcp or udp" 'a wrong port'
like "$(refused x 'env.DOTCLOUD_X = 1')" "'env.DOTCLOUD_X' would be one of the variables" 'a name that is ours'
done_testing
