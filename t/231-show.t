#!/bin/sh
# supd show: the values that count, where they come from, and a file that can be loaded again.
. t/lib.sh
skip_unless_supd 'supervisord has no show'
mkdir conf.d
cat >show.conf <<'E'
[supervisord]
logfile = /tmp/a.log
nodaemon = true
environment = A="1",B='say "x"'
[unix_http_server]
file = %(here)s/sock
username = me
password = secret
[include]
files = conf.d/*.conf
[program:web]
command = /bin/echo %(program_name)s %(process_num)d
  100%% "two words"
numprocs = 2
process_name = %(program_name)s_%(process_num)02d
stdout_logfile_maxbytes = 1048576
[group:g]
programs = db
E
printf '[program:db]\ncommand=/bin/true\nstopsignal=9\n[program:web]\nstartsecs=7\n' >conf.d/x.conf
show() { "$T/bin/supd" show -c show.conf "$@"; }

show >all
is "$(grep '^\[' all)" '[supervisord]
[supd]
[unix_http_server]
[supervisorctl]
[group:g]
[program:db] ; process g:db
[program:web] ; process web:web_00
[program:web] ; process web:web_01
[include]' 'sections'
is "$(grep -c secret all) $(grep '^password' all)" '0 password=*** ; show.conf:8' 'no password'

has() { is "$(show "$1" | grep "^$2=")" "$2=$3" "$1 $2"; }
has supervisord logfile '/tmp/a.log ; show.conf:2'
has supervisord loglevel 'info ; default'
has supervisord environment 'A="1",B="say \"x\"" ; show.conf:4'
has unix_http_server file "$T/sock ; show.conf:6"
has g:db stopsignal "KILL ; $T/conf.d/x.conf:3"
has db stopsignal "KILL ; $T/conf.d/x.conf:3"
has program:db priority '999 ; default'
has web:web_01 startsecs "7 ; $T/conf.d/x.conf:5"
has web:web_01 stdout_logfile_maxbytes '1MB ; show.conf:16'
has web:web_01 process_name '%(program_name)s_%(process_num)02d ; show.conf:15'
is "$(show web:web_01 | grep -A1 '^command')" 'command=/bin/echo web 1
    100%% "two words" ; show.conf:12' 'a command is expanded'
is "$(show -e debug -n supervisord | grep '; command line')" 'loglevel=debug ; command line
nodaemon=true ; command line' 'the command line'
is "$(show web | grep -c '^\[')" 2 'a group has all its processes'
show nosuch >out 2>err
is "$?: $(cat out err)" "2: Error: no section, group or process is named 'nosuch'" 'no such name'

# What it prints says the same when it is loaded.
show supervisord supd >again.conf
show db >>again.conf
mv again.conf a.conf
"$T/bin/supd" show -c a.conf supervisord db | sed 's/ ; .*//' >second
show supervisord db | sed 's/ ; .*//' >first
is "$(cat second)" "$(cat first)" 'loaded again'
done_testing
