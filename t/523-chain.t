#!/bin/sh
# A real chain by readiness alone: PostgreSQL, a migration, a web server; and the database killed under them.
. t/lib.sh
skip_unless_supd 'supervisord knows no dependencies'
need python3
pgbin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -x "$pgbin/postgres" ] || skip_all 'postgres is not installed'
as='' user=''
if [ "$(id -u)" = 0 ]; then		# it does not run as root
	id postgres >/dev/null 2>&1 || skip_all 'no user postgres'
	as='setpriv --reuid postgres --regid postgres --init-groups' user='user = postgres'
fi
mkdir pg
[ -z "$as" ] || chown postgres pg
chmod 700 pg
$as "$pgbin/initdb" -D pg -U postgres -A trust -N --no-locale --encoding UTF8 >initdb.out 2>&1 ||
    { cat initdb.out >&2; skip_all 'initdb fails here'; }
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
sql() { "$pgbin/psql" -h "$T/pg" -U postgres -Atqc "$1" 2>&1; }
script migrate <<END
#!/bin/sh
exec $pgbin/psql -h $T/pg -U postgres -v ON_ERROR_STOP=1 -qc 'create table t (x int); insert into t values (42)'
END
# answers with the row, so it needs the migration at its first request
script web <<END
#!/usr/bin/env python3
import http.server, subprocess, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        p = subprocess.run(['$pgbin/psql', '-h', '$T/pg', '-U', 'postgres', '-Atqc', 'select x from t'], capture_output=True)
        self.send_response(200 if p.returncode == 0 else 503)
        self.end_headers()
        self.wfile.write(p.stdout)
    def log_message(self, *a): pass
http.server.HTTPServer.allow_reuse_address = True
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), H).serve_forever()
END
conf '[program:web]' "command = python3 $T/web $port" 'startsecs = 0' 'priority = 1' \
    'depends_on = migrate:done, pg:healthy' 'on_dependency_loss = restart' "ready = http://127.0.0.1:$port/" \
    "stderr_logfile = $T/web.err" 'health_timeout = 20s'
conf '[program:page]' 'command = /bin/sleep 1000' 'startsecs = 0' 'priority = 1' 'depends_on = web'
conf '[program:migrate]' "command = $T/migrate" 'type = oneshot' 'depends_on = pg' 'priority = 2' \
    "stderr_logfile = $T/migrate.err" 'startretries = 0'
conf '[program:pg]' "command = $pgbin/postgres -D $T/pg -k $T/pg -c listen_addresses=" "$user" 'stopsignal = INT' \
    'priority = 3' 'startsecs = 0' "ready = exec:$pgbin/pg_isready -q -h $T/pg" "stderr_logfile = $T/pg.log" \
    "health = exec:$pgbin/pg_isready -q -h $T/pg" 'health_interval = 200ms' 'health_timeout = 20s' \
    'health_retries = 20' 'health_start_period = 60' 'autorestart = true'
up
saw pg STARTING RUNNING
saw migrate STARTING RUNNING EXITED
saw web STARTING RUNNING
saw page STARTING RUNNING
is "$(grep -Eo '(ready|healthy|spawned|exited): .?(pg|migrate|web|page)' supd.log | tr -d "'" | grep -v healthy | tr '\n' ' ')" \
    'spawned: pg ready: pg spawned: migrate exited: migrate spawned: web ready: web spawned: page ' \
    'each when what it needs is ready, and not before'
get() { perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die; print $s "GET / HTTP/1.0\r\n\r\n"; local $/; print +(<$s> =~ /\r\n\r\n(.*)/s)' "$port"; }
is "$(get)" 42 'it serves what the migration has made'
is "$(ctl status pg migrate web page | awk '{ print $1, $2 }')" 'pg RUNNING
migrate EXITED
web RUNNING
page RUNNING' 'and all are as they should be'

# the database is killed: it comes back, and who wants it healthy with it
page=$(ctl pid page) web=$(ctl pid web)
kill -9 "$(ctl pid pg)"
entered pg EXITED
logged 'web: a dependency went down \(on_dependency_loss\)'
saw web STOPPING STOPPED STARTING RUNNING
logged 'healthy: pg' 2
logged 'ready: web' 2
is "$(get)" 42 'no row is lost, and it serves again'
isnt "$(ctl pid web)" "$web" 'the web server was started again'
is "$(ctl pid page)" "$page" 'who keeps on through a loss was not'
is "$(grep -c 'spawned: .migrate' supd.log)" 1 'the migration is not done twice'
lines=$(wc -l <supd.log)
down
is "$(tail -n "+$((lines + 1))" supd.log | sed -n 's/.* stopped: \([a-z]*\) .*/\1/p' | tr '\n' ' ')" 'page web pg ' \
    'the end goes the other way round, whatever the priorities'
like "$(cat pg.log)" 'database system is shut down' 'and the database closed its files'
done_testing
