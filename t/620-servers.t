#!/bin/sh
# Real servers under a supervisor that is PID 1: started, used, crashed, rotated, stopped in order.
. t/lib.sh
skip_unless_pid1
need nginx redis-server redis-cli
pgbin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -x "$pgbin/postgres" ] || skip_all 'postgres is not installed'
unshare --net true 2>/dev/null || skip_all 'needs network namespaces'

mkdir pg redis www
chown postgres pg
chown redis redis
chmod 700 pg
setpriv --reuid postgres --regid postgres --init-groups "$pgbin/initdb" -D pg -A trust -N \
    --no-locale --encoding UTF8 >initdb.out 2>&1 || { cat initdb.out >&2; skip_all 'initdb fails here'; }
echo hello >www/index.html
cat >nginx.conf <<END
worker_processes 2;
pid $T/nginx.pid;
error_log stderr;
events { worker_connections 64; }
http {
	access_log /dev/stdout;
	client_body_temp_path $T/www/b; proxy_temp_path $T/www/p; fastcgi_temp_path $T/www/f;
	uwsgi_temp_path $T/www/u; scgi_temp_path $T/www/s;
	server { listen 127.0.0.1:8080; location / { root $T/www; } }
}
END
conf '[program:pg]' "command = $pgbin/postgres -D $T/pg -k $T/pg -c listen_addresses=" \
    'user = postgres' 'stopsignal = INT' 'priority = 10' 'autorestart = true' "stderr_logfile = $T/pg.log" \
    '[program:redis]' "command = redis-server --port 0 --unixsocket $T/redis/sock --unixsocketperm 777 --save '' --dir $T/redis" \
    'user = redis' 'priority = 20' 'autorestart = true' "stdout_logfile = $T/redis.log" \
    '[program:nginx]' "command = nginx -p $T -c $T/nginx.conf -g 'daemon off;'" \
    'stopsignal = QUIT' 'priority = 30' 'autorestart = true' "stdout_logfile = $T/nginx.log" \
    "stderr_logfile = $T/nginx.err" 'stdout_logfile_maxbytes = 20KB' 'stdout_logfile_backups = 2'
# A database for whoever asks, as the example makes it.
cp "${TOOL%/t/tool}/conf.d/examples/postgres-hook" .
conf '[supd]' "statedir = $T/state" '[node:pg]' 'kind = command' 'user = postgres' \
    "provision = $T/postgres-hook host=$T/pg" "unprovision = $T/postgres-hook host=$T/pg" \
    "bind = $T/postgres-hook host=$T/pg" "unbind = $T/postgres-hook host=$T/pg"
export PATH="$pgbin:$PATH"
# A network of its own, with the loopback up, so that no port is taken.
script lo <<'END'
#!/usr/bin/perl
use Socket;
socket my $s, AF_INET, SOCK_DGRAM, 0 or die;
my $ifreq = pack 'a16 s x22', 'lo', 1;
ioctl $s, 0x8914, $ifreq or die "lo: $!";	# SIOCSIFFLAGS, IFF_UP
exec @ARGV;
END
LAUNCH="unshare --pid --fork --kill-child --mount-proc --net $T/lo"
up_quiet
for p in pg redis nginx; do await supd.log "success: $p" >/dev/null; done
is "$(ctl pid)" 1 'it is PID 1'

sql() { "$pgbin/psql" -h "$T/pg" -U postgres -Atqc "$1" 2>&1; }
redis() { redis-cli -s "$T/redis/sock" "$@"; }
http() {
	nsenter -t "$MAIN" -n perl -MIO::Socket::INET -e '
		for (1 .. $ARGV[0]) {
			$s = IO::Socket::INET->new("127.0.0.1:8080") or die "connect: $!";
			print $s "GET /?$_ HTTP/1.0\r\n\r\n";
			$got = join "", <$s>;
		}
		print $got =~ /\r\n\r\n(.*)/s' "$1"
}
serves() { [ "$(sql 'select 1')" = 1 ] && [ "$(redis ping)" = PONG ] && [ "$(http 1)" = hello ]; }
ok 'all serve' eventually serves
sql 'create table t (x int); insert into t values (42)' >/dev/null

is "$(http 1000)" hello 'many requests'
ok 'the access log is rotated' eventually test -e nginx.log.2
ok 'at 20 KB' test "$(wc -c <nginx.log.1)" -ge 20480

# Each is killed in the hardest way and comes back by itself.
crash='pg redis'
ours && crash='pg redis nginx'	# the workers of nginx keep the port from supervisord
for p in $crash; do
	pid=$(ctl pid $p)
	inside kill -KILL "$pid"
	logged "WARN exited: $p \\(terminated by SIGKILL; not expected\\)\$"
	ok "$p is there again" await supd.log "success: $p" 2
	isnt "$(ctl pid $p)" "$pid" 'with another pid'
done
ok 'all serve again' eventually serves
unlike "$(cat nginx.err)" 'Address already in use' 'nobody of before was in the way'
is "$(sql 'select x from t')" 42 'no row is lost'
is "$(ctl restart redis nginx)" 'redis: stopped
nginx: stopped
redis: started
nginx: started' 'restart two of them'
ok 'all serve' eventually serves
zombies() { inside sh -c 'grep -l "^State:.Z" /proc/[0-9]*/status' | wc -l; }
no_zombies() { [ "$(zombies)" = 0 ]; }
ok 'no zombies' eventually no_zombies

if ours; then
	# node METHOD PARAMETERS: a call, and what the perl expression $_ of its reply says
	node() {
		perl -MIO::Socket::UNIX -MJSON::PP -e '
			my $s = IO::Socket::UNIX->new("sock") or die "connect: $!\n";
			print $s "{\"method\":\"org.supd.Node.$ARGV[0]\",\"parameters\":{$ARGV[1]}}\0";
			local $/ = "\0";
			chomp(my $text = <$s>);
			my $r = JSON::PP->new->decode($text);
			my $c = $r->{parameters}{credentials} // {};
			print join(" ", $r->{error} // "ok", map { $c->{$_} // () } qw(database username password)), "\n"' "$@"
	}
	as() { PGPASSWORD=$3 "$pgbin/psql" -h "$T/pg" -U "$2" -d "$1" -Atqc "$4" 2>&1; }
	set -- $(node Provision '"name":"shop"')
	is "$1 $2 $3" 'ok shop shop' 'a database is made'
	as shop shop "$4" 'create table goods (n int); insert into goods values (7)' >&2
	set -- $(node Bind '"name":"shop","binding":"web"')
	is "$1 $2" 'ok shop' 'and a user of it'
	is "$(as shop "$3" "$4" 'select n from goods; create table more (n int)')" 7 'who can use it'
	is "$(node Unbind '"name":"shop","binding":"web"')" ok 'and goes'
	is "$(as shop shop x 'select count(*) from more')" 0 'without what he has made'
	is "$(node Unprovision '"name":"shop"')" ok 'the database is removed'
	is "$(sql "select (select count(*) from pg_database where datname = 'shop') + (select count(*) from pg_roles
	    where rolname !~ '^pg_')")" 1 'nobody but the superuser is left'
fi

lines=$(wc -l <supd.log)
down
is "$(tail -n "+$((lines + 1))" supd.log | sed -n 's/.* stopped: \([a-z]*\) (\(.*\))/\1 \2/p')" \
'nginx exit status 0
redis exit status 0
pg exit status 0' 'stopped one after the other, each in its own manner'
like "$(cat pg.log)" 'database system is shut down' 'the database closed its files'
done_testing
