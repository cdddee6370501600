#!/bin/sh
# supd check: every error and every doubt, with its place.
. t/lib.sh
skip_unless_supd 'supervisord has no check'

# checks STATUS LINE...: the whole output for bad.conf; how a stop would work here
# is another matter
checks() {
	"$T/bin/supd" check -c bad.conf >out 2>err
	status=$?
	want=$1
	shift
	is "$status
$(sed '/survivor/d' out; cat err)" "$want
$(printf '%s\n' "$@")" "$(sed -n 's/^# //p' bad.conf)"
}

cat >bad.conf <<'E'
# nothing wrong
[supervisord]
[program:a]
command = /bin/true
[program:b]
command = sh -c 'exit 0'
numprocs = 3
process_name = %(process_num)d
[group:g]
programs = a,b
[program:c]
command = /bin/true
E
checks 0 'bad.conf: ok, 3 programs in 2 groups'

cat >bad.conf <<'E'
# many errors
[supervisord]
loglevel = loud
user = nosuch
[program:x]
command = /bin/true
startsecs = 1s
autostart = maybe
numprocs = 2
[group:g]
programs = x,q
[inet_http_server]
port = x
E
checks 2 "bad.conf:3: [supervisord] loglevel: bad logging level name 'loud'" \
    "bad.conf:4: [supervisord] user: Invalid user name nosuch" \
    "bad.conf:5: [program:x] process_name: %(process_num) must be present within process_name when numprocs > 1" \
    "bad.conf:7: [program:x] startsecs: invalid literal for int() with base 10: '1s'" \
    "bad.conf:8: [program:x] autostart: not a valid boolean value: 'maybe'" \
    "bad.conf:11: [group:g] programs: [group:g] names unknown program or fcgi-program q" \
    "bad.conf:13: [inet_http_server] port: not a valid port number: 'x' "

cat >bad.conf <<'E'
# lines that are nothing
[supervisord]
what is this
[program:x]
command = /bin/true
and this
E
checks 2 "bad.conf:3: 'what is this' is no section, no 'key = value' and no comment" \
    "bad.conf:6: 'and this' is no section, no 'key = value' and no comment"

cat >bad.conf <<'E'
# names that are nearly right
[supervisord]
nodeamon = true
[progam:x]
[Group:y]
[inet_http_sever]
[my own section]
[program:x]
command = /bin/true
startsec = 5
stdout_logfil = /dev/null
pidfile = /run/x
colour = red
E
checks 0 "bad.conf: ok, 1 program in 1 group" \
    "bad.conf:3: [supervisord] nodeamon: warning: unknown key (did you mean 'nodaemon'?)" \
    "bad.conf:4: [progam:x] warning: unknown section (did you mean [program:x]?)" \
    "bad.conf:5: [Group:y] warning: unknown section (did you mean [group:y]?)" \
    "bad.conf:6: [inet_http_sever] warning: unknown section (did you mean [inet_http_server]?)" \
    "bad.conf:7: [my own section] warning: unknown section" \
    "bad.conf:10: [program:x] startsec: warning: unknown key (did you mean 'startsecs'?)" \
    "bad.conf:11: [program:x] stdout_logfil: warning: unknown key (did you mean 'stdout_logfile'?)" \
    "bad.conf:12: [program:x] pidfile: warning: unknown key here; [supervisord] has it" \
    "bad.conf:13: [program:x] colour: warning: unknown key"

cat >bad.conf <<'E'
# commands that cannot work
[supervisord]
[program:a]
command = sh -c "sleep 1 ; true"
[program:b]
command = /no/such/file
[program:c]
command = nosuchcommand
[program:d]
command = bin/supd
directory = /no/such
[program:e]
command = /bin/true > /dev/null
command = /bin/true 2>&1 && /bin/true
[program:f]
command =
[program:g]
command = /bin/true
stdout_logfile = /dev/stdout
stderr_logfile = relative.log
E
checks 0 "bad.conf: ok, 7 programs in 7 groups" \
    "bad.conf:4: [program:a] command: warning: quotes are left open where a comment was cut off: ' ;' and ' #' begin one, even in quotes" \
    "bad.conf:4: [program:a] command: warning: can't parse command 'sh -c \"sleep 1': No closing quotation" \
    "bad.conf:6: [program:b] command: warning: can't find command '/no/such/file'" \
    "bad.conf:8: [program:c] command: warning: can't find command 'nosuchcommand' in PATH" \
    "bad.conf:10: [program:d] command: warning: 'bin/supd' is looked for in the directory of the supervisor, not in that of the program" \
    "bad.conf:11: [program:d] directory: warning: /no/such is not an existing directory" \
    "bad.conf:14: [program:e] command: warning: already set in line 13; this value counts" \
    "bad.conf:14: [program:e] command: warning: '2>&1' is passed as a word, there is no shell: use sh -c '...'" \
    "bad.conf:16: [program:f] command: warning: command is empty" \
    "bad.conf:19: [program:g] stdout_logfile: warning: '/dev/stdout' cannot be rotated: set stdout_logfile_maxbytes=0" \
    "bad.conf:20: [program:g] stderr_logfile: warning: relative to the directory that the supervisor is started in"

cat >bad.conf <<'E'
# what loads with a remark
[supervisord]
[include]
files = no/such/*.conf
[program:a]
command = /bin/true
redirect_stderr = true
stderr_logfile = /tmp/x
stdout_logfile = syslog
[program:b]
command = /bin/true
stdout_logfile_maxbytes = 0
stopwaitsecs = 99999999999
startretries = -1
[eventlistener:l]
command = /bin/true
events = TICK_5
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
anything = goes
E
sed -i "s#^files = #&$T/#" bad.conf
checks 0 "bad.conf: ok, 3 programs in 3 groups" \
    "bad.conf:4: [include] files: warning: No file matches via include \"$T/no/such/*.conf\"" \
    "bad.conf:8: [program:a] stderr_logfile: warning: For [program:a], redirect_stderr=true but stderr_logfile has also been set to a filename, the filename has been ignored" \
    "bad.conf:9: [program:a] stdout_logfile: warning: For [program:a], stdout_logfile=syslog but this is deprecated and will be removed.  Use stdout_syslog=true to enable syslog instead." \
    "bad.conf:10: [program:b] stdout_logfile: warning: For [program:b], AUTO logging used for stdout_logfile without rollover, set maxbytes > 0 to avoid filling up filesystem unintentionally" \
    "bad.conf:13: [program:b] stopwaitsecs: warning: For [program:b], stopwaitsecs=99999999999 is out of bounds, 315360000 is used" \
    "bad.conf:14: [program:b] startretries: warning: For [program:b], startretries=-1 is out of bounds, 0 is used"

cat >bad.conf <<'E'
# by file and line, the main file first; /dev/shm is no device
[supervisord]
[include]
files = a.conf b.conf
[program:z]
command = /bin/true
stdout_logfile = /dev/shm/z.log
startsec = 1
E
printf '[program:b]\ncommand = /bin/true\nnosuchkey = 1\n' >a.conf
printf '[program:a]\nnosuchkey = 1\nstartsecs = x\ncommand = /bin/true\n' >b.conf
checks 2 "bad.conf:8: [program:z] startsec: warning: unknown key (did you mean 'startsecs'?)" \
    "$T/a.conf:3: [program:b] nosuchkey: warning: unknown key" \
    "$T/b.conf:2: [program:a] nosuchkey: warning: unknown key" \
    "$T/b.conf:3: [program:a] startsecs: invalid literal for int() with base 10: 'x'"

cat >bad.conf <<'E'
# where the client would look
[supervisord]
[supervisorctl]
serverurl = http://localhost:9001/
E
checks 0 "bad.conf: ok, 0 programs in 0 groups" \
    "bad.conf:4: [supervisorctl] serverurl: warning: no [inet_http_server] has this port"
sed -i 's/^serverurl.*/serverurl = localhost:9001/' bad.conf
checks 0 "bad.conf: ok, 0 programs in 0 groups" \
    "bad.conf:4: [supervisorctl] serverurl: warning: 'localhost:9001' is no address for a client: it begins with unix://, http:// or https://"
sed -i 's/^serverurl.*/serverurl = http:\/\/127.0.0.1:9001/' bad.conf
printf '[inet_http_server]\nport = 9001\nusername = a\npassword = b\n' >>bad.conf
"$T/bin/supd" check -c bad.conf >out 2>err
unlike "$(cat out err)" warning 'the port of an [inet_http_server] is one'

"$T/bin/supd" check -c nosuch.conf >out 2>err
is "$?: $(cat out err)" '2: nosuch.conf: could not find config file nosuch.conf' 'no file'
"$T/bin/supd" check -Z >out 2>err
is "$?: $(cat out err)" '2: Error: option -Z not recognized' 'a bad option'
printf '[program:x]\ncommand = a\n' >bad.conf
"$T/bin/supd" check -c bad.conf >out 2>err
is "$?: $(cat out err)" "2: bad.conf: .ini file does not include supervisord section" 'no [supervisord]'
done_testing
