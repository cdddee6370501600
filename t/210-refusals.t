#!/bin/sh
# What is refused, and in which words: the first error, with status 2.
#
# A line is a configuration, \n and \t as printf knows them; [supervisord] stands in
# front of it unless it begins with !.  The lines with a tab are the message.
# Every one of them was said by supervisord 4.2.5 first.
. t/lib.sh

config= want= name= nl='
'
check() {
	[ -n "$name" ] || return
	case $config in
	!*)	config=${config#!} ;;
	*)	config="[supervisord]\\n$config" ;;
	esac
	printf '%b\n' "$config" >bad.conf
	[ "$config" ] || : >bad.conf
	env -i PATH=/usr/bin:/bin HOME=/root LC_CTYPE=C.UTF-8 \
	    timeout $DEADLINE $SUPD -c "$T/bad.conf" >out 2>err
	status=$?
	is "$status: $(sed -e "s#$T/bad.conf#PATH#g" -e '/^For help, use /d' err)" \
	    "2: Error: ${want%"$nl"}" "$name"
}

tab=$(printf '\t')
while IFS= read -r line; do
	case $line in
	'# '*)	;;
	"$tab"*)
		want="$want${line#?}$nl" ;;
	*)
		check
		config=$line want=
		name=$(printf '%s' "$line" | sed 's/\\[nt]/ | /g') ;;
	esac
done <<'EOF'
# syntax
!foo\n[supervisord]
	File contains no section headers.
	file: 'PATH', line: 1
	'foo\n'
!# comment\n\nkey=value\n
	File contains no section headers.
	file: 'PATH', line: 3
	'key=value\n'
!\0357\0273\0277[supervisord]
	File contains no section headers.
	file: 'PATH', line: 1
	'\ufeff[supervisord]\n'
![supervisord\na=b
	File contains no section headers.
	file: 'PATH', line: 1
	'[supervisord\n'
!
	.ini file does not include supervisord section
![foo]
	.ini file does not include supervisord section
![SUPERVISORD]
	.ini file does not include supervisord section
![supervisord]\nfoo\nbar = 1\n  baz\nquux
	Source contains parsing errors: 'PATH'
		[line  2]: 'foo\n'
		[line  5]: 'quux\n'
![supervisord]\n[]
	Source contains parsing errors: 'PATH'
		[line  2]: '[]\n'
![supervisord]\n=5
	Source contains parsing errors: 'PATH'
		[line  2]: '=5\n'
![supervisord]\n: x\n  continued
	Source contains parsing errors: 'PATH'
		[line  2]: ': x\n'
		[line  3]: '  continued\n'
![supervisord]\na b c
	Source contains parsing errors: 'PATH'
		[line  2]: 'a b c\n'
![supervisord]\n\ttab "q" 'q' \\ é
	Source contains parsing errors: 'PATH'
		[line  2]: '\ttab "q" \'q\' \\ é\n'
# supervisord
minfds = x
	invalid literal for int() with base 10: 'x'
minprocs = __1
	invalid literal for int() with base 10: '__1'
minfds = 1 MB
	invalid literal for int() with base 10: '1 MB'
directory = /no/such
	/no/such is not an existing directory
directory =
	 is not an existing directory
umask = 9
	9 can not be converted to an octal type
umask =
	 can not be converted to an octal type
umask = 0x12
	0x12 can not be converted to an octal type
logfile = /no/such/log
	The directory named as part of the path /no/such/log does not exist
logfile = no/such
	The directory named as part of the path no/such does not exist
logfile = %(nope)s/log
	Format string '%(nope)s/log' for 'supervisord.logfile' contains names ('nope') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, here
logfile_maxbytes = 5xb
	invalid literal for int() with base 10: '5xb'
logfile_maxbytes = 1.5MB
	invalid literal for int() with base 10: '1.5'
logfile_maxbytes = K
	invalid literal for int() with base 10: 'k'
logfile_backups = 5KB
	invalid literal for int() with base 10: '5KB'
loglevel = loud
	bad logging level name 'loud'
loglevel = WARNING
	bad logging level name 'WARNING'
pidfile = ~nosuch/pid
	The directory named as part of the path ~nosuch/pid does not exist
identifier = %(host_node_name)s
	Format string '%(host_node_name)s' for 'supervisord.identifier' contains names ('host_node_name') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, here
nodaemon = maybe
	not a valid boolean value: 'maybe'
silent =
	not a valid boolean value: ''
childlogdir = ~nosuch
	~nosuch is not an existing directory
nocleanup = 2
	not a valid boolean value: '2'
strip_ansi = y
	not a valid boolean value: 'y'
environment = A
	Unexpected end of key/value pairs in value 'A'
environment = A=
	Unexpected end of key/value pairs in value 'A='
environment = A=1 B=2
	Unexpected end of key/value pairs in value 'A=1 B=2'
environment = A="x
	No closing quotation
environment = A='x"
	No closing quotation
environment = =1
	Unexpected end of key/value pairs in value '=1'
environment = A,B
	Unexpected end of key/value pairs in value 'A,B'
user = nosuch
	Invalid user name nosuch
user = 99999
	Invalid user id 99999
user =
	Invalid user name 
environment = V=maybe\nnodaemon = %(ENV_V)s
	Format string '%(ENV_V)s' for 'supervisord.nodaemon' contains names ('ENV_V') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, here
# expansion
[program:x]\ncommand = a %(nope)s
	Format string 'a %(nope)s' for 'program:x.command' contains names ('nope') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, group_name, here, host_node_name, numprocs, process_num, program_name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(ENV_NOPE)s
	Format string 'a %(ENV_NOPE)s' for 'program:x.command' contains names ('ENV_NOPE') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, group_name, here, host_node_name, numprocs, process_num, program_name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(a(b)c)s
	Format string 'a %(a(b)c)s' for 'program:x.command' contains names ('a(b)c') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, group_name, here, host_node_name, numprocs, process_num, program_name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = it's %()s
	Format string "it's %()s" for 'program:x.command' contains names ('') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, group_name, here, host_node_name, numprocs, process_num, program_name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %
	Format string 'a %' for 'program:x.command' is badly formatted: incomplete format in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(here
	Format string 'a %(here' for 'program:x.command' is badly formatted: incomplete format key in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(here)
	Format string 'a %(here)' for 'program:x.command' is badly formatted: incomplete format in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(here)5
	Format string 'a %(here)5' for 'program:x.command' is badly formatted: incomplete format in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(here).
	Format string 'a %(here).' for 'program:x.command' is badly formatted: incomplete format in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a % H
	Format string 'a % H' for 'program:x.command' is badly formatted: unsupported format character 'H' (0x48) at index 4 in section 'program:x' (file: 'PATH')
[program:x]\ncommand = é' " \\ %H
	Format string 'é\' " \\ %H' for 'program:x.command' is badly formatted: unsupported format character 'H' (0x48) at index 8 in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(here)d
	Format string 'a %(here)d' for 'program:x.command' is badly formatted: %d format: a real number is required, not str in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(here)u
	Format string 'a %(here)u' for 'program:x.command' is badly formatted: %u format: a real number is required, not str in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(here)5.3x
	Format string 'a %(here)5.3x' for 'program:x.command' is badly formatted: %x format: an integer is required, not str in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(here)f
	Format string 'a %(here)f' for 'program:x.command' is badly formatted: must be real number, not str in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(here)G
	Format string 'a %(here)G' for 'program:x.command' is badly formatted: must be real number, not str in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(here)c
	Format string 'a %(here)c' for 'program:x.command' is badly formatted: %c requires int or char in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(here)*d
	Format string 'a %(here)*d' for 'program:x.command' is badly formatted: * wants int in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(process_num)*d
	Format string 'a %(process_num)*d' for 'program:x.command' is badly formatted: not enough arguments for format string in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(process_num).*d
	Format string 'a %(process_num).*d' for 'program:x.command' is badly formatted: not enough arguments for format string in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(process_num)99999999999999999999d
	Format string 'a %(process_num)99999999999999999999d' for 'program:x.command' is badly formatted: width too big in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(process_num).99999999999999999999d
	Format string 'a %(process_num).99999999999999999999d' for 'program:x.command' is badly formatted: precision too big in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %s %s
	Format string 'a %s %s' for 'program:x.command' is badly formatted: not enough arguments for format string in section 'program:x' (file: 'PATH')
[program:x]\ncommand = date +%d
	Format string 'date +%d' for 'program:x.command' is badly formatted: %d format: a real number is required, not dict in section 'program:x' (file: 'PATH')
[program:x]\ncommand = date +%x
	Format string 'date +%x' for 'program:x.command' is badly formatted: %x format: an integer is required, not dict in section 'program:x' (file: 'PATH')
[program:x]\ncommand = date +%g
	Format string 'date +%g' for 'program:x.command' is badly formatted: must be real number, not dict in section 'program:x' (file: 'PATH')
[program:x]\ncommand = date +%*d
	Format string 'date +%*d' for 'program:x.command' is badly formatted: * wants int in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a %(here)ls %(here)hq
	Format string 'a %(here)ls %(here)hq' for 'program:x.command' is badly formatted: unsupported format character 'q' (0x71) at index 20 in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\n  b %(nope)s
	Format string 'a\nb %(nope)s' for 'program:x.command' contains names ('nope') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, group_name, here, host_node_name, numprocs, process_num, program_name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstartsecs = %(process_num)s
	Format string '%(process_num)s' for 'program:x.startsecs' contains names ('process_num') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, group_name, here, host_node_name, program_name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nuser = %(numprocs)s
	Format string '%(numprocs)s' for 'program:x.user' contains names ('numprocs') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, group_name, here, host_node_name, program_name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\npriority = %(program_name)s
	Format string '%(program_name)s' for 'program:x.priority' contains names ('program_name') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, here
[program:x]\ncommand = a\nenvironment = A=%(nope)s
	Format string 'A=%(nope)s' for 'environment' contains names ('nope') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, group_name, here, host_node_name, numprocs, process_num, program_name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nenvironment = A="%(ENV_A)s"
	Format string 'A="%(ENV_A)s"' for 'environment' contains names ('ENV_A') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, group_name, here, host_node_name, numprocs, process_num, program_name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nprocess_name = %(nope)s
	Format string '%(nope)s' for 'process_name' contains names ('nope') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, group_name, here, host_node_name, numprocs, process_num, program_name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nprocess_name = %(process_num)\nnumprocs = 2
	Format string '%(process_num)' for 'process_name' is badly formatted: incomplete format in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstdout_logfile = /tmp/%(nope)s
	Format string '/tmp/%(nope)s' for 'program:x.stdout_logfile' contains names ('nope') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, group_name, here, host_node_name, numprocs, process_num, program_name in section 'program:x' (file: 'PATH')
[unix_http_server]\nfile = %(host_node_name)s
	Format string '%(host_node_name)s' for 'unix_http_server.file' contains names ('host_node_name') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, here
[unix_http_server]\nfile = /tmp/x\nchmod = %(here)s
	Format string '%(here)s' for 'unix_http_server.chmod' contains names ('here') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH
[inet_http_server]\nport = %(here)s
	Format string '%(here)s' for 'inet_http_server.port' contains names ('here') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH
[group:g]\nprograms = %(group_name)s
	Format string '%(group_name)s' for 'group:g.programs' contains names ('group_name') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, here
[include]\nfiles = %(process_num)s
	Format string '%(process_num)s' for 'include.files' contains names ('process_num') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, here, host_node_name
# programs
[program:x]
	program section program:x does not specify a command in section 'program:x' (file: 'PATH')
[program:x]\ncommand
	Source contains parsing errors: 'PATH'
		[line  3]: 'command\n'
[program:x y]\ncommand = a
	Invalid name: 'x y' because of character: ' '
[program:x/y]\ncommand = a
	Invalid name: 'x/y' because of character: '/'
[program:x:y z]\ncommand = a
	Invalid name: 'x:y z' because of character: ' '
[program:x]\ncommand = a\npriority = 1.5
	invalid literal for int() with base 10: '1.5'
[program:x]\ncommand = a\nautostart = x
	not a valid boolean value: 'x' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nautorestart = Maybe
	invalid 'autorestart' value 'maybe' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nautorestart =
	invalid 'autorestart' value '' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstartsecs = 1s
	invalid literal for int() with base 10: '1s' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstartretries = - 1
	invalid literal for int() with base 10: '- 1' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstopsignal = FOO
	value 'FOO' is not a valid signal name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstopsignal = 99
	value '99' is not a valid signal number in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstopsignal = 35
	value '35' is not a valid signal number in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstopsignal = -9
	value '-9' is not a valid signal number in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstopsignal =
	value '' is not a valid signal name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstopsignal = SIGSIGTERM
	value 'SIGSIGTERM' is not a valid signal name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstopsignal = RTMIN+1
	value 'RTMIN+1' is not a valid signal name in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstopwaitsecs = 1__0
	invalid literal for int() with base 10: '1__0' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstopasgroup = x
	not a valid boolean value: 'x' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nkillasgroup = x
	not a valid boolean value: 'x' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstopasgroup = true\nkillasgroup = off
	Cannot set stopasgroup=true and killasgroup=false in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nexitcodes = a,b
	not a valid list of exit codes: 'a,b' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nexitcodes = 256
	not a valid list of exit codes: '256' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nexitcodes = -1
	not a valid list of exit codes: '-1' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nexitcodes = 0,,2
	not a valid list of exit codes: '0,,2' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nredirect_stderr = x
	not a valid boolean value: 'x' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nnumprocs = x
	invalid literal for int() with base 10: 'x' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nnumprocs = 2
	%(process_num) must be present within process_name when numprocs > 1 in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nnumprocs = 0\nstopasgroup = true\nkillasgroup = off
	Cannot set stopasgroup=true and killasgroup=false in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nnumprocs_start = x
	invalid literal for int() with base 10: 'x' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nprocess_name = a b
	Invalid name: 'a b' because of character: ' ' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nprocess_name = a/b:c
	Invalid name: 'a/b:c' because of character: ':' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nuser = nosuch
	Invalid user name nosuch in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nuser = 99999
	Invalid user id 99999 in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\numask = 999
	999 can not be converted to an octal type in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nenvironment = A=x@y,B=
	Unexpected end of key/value pairs in value 'A=x@y,B=' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nenvironment = A='x
	No closing quotation in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstdout_logfile = /no/such/x
	The directory named as part of the path /no/such/x does not exist in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstderr_logfile = no/such/x
	The directory named as part of the path no/such/x does not exist in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstdout_logfile_maxbytes = 10K
	invalid literal for int() with base 10: '10k' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstderr_logfile_maxbytes = MB
	invalid literal for int() with base 10: '' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstdout_logfile_backups = x
	invalid literal for int() with base 10: 'x' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstderr_logfile_backups = 1 2
	invalid literal for int() with base 10: '1 2' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstdout_capture_maxbytes = 1xb
	invalid literal for int() with base 10: '1xb' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstderr_capture_maxbytes = 1gbb
	invalid literal for int() with base 10: '1gbb' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstdout_events_enabled = x
	not a valid boolean value: 'x' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstderr_events_enabled = x
	not a valid boolean value: 'x' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstdout_syslog = x
	not a valid boolean value: 'x' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstderr_syslog = x
	not a valid boolean value: 'x' in section 'program:x' (file: 'PATH')
[program:x]\ncommand = a\nstartsecs = 1\nSTARTSECS = b
	invalid literal for int() with base 10: 'b' in section 'program:x' (file: 'PATH')
# the first of several
[program:x]\ncommand = %(a)s\nstderr_syslog = x\nuser = nosuch\nstartsecs = x
	invalid literal for int() with base 10: 'x' in section 'program:x' (file: 'PATH')
[program:y]\nstartsecs = 2nd\n[program:x]\nstartsecs = 1st
	invalid literal for int() with base 10: '2nd' in section 'program:y' (file: 'PATH')
[program:x]\nstartsecs = x\n[group:g]\nprograms = y
	[group:g] names unknown program or fcgi-program y
[program:x]\nstartsecs = x\n[rpcinterface:r]
	section [rpcinterface:r] does not specify a supervisor.rpcinterface_factory
[eventlistener:l]\ncommand = a\nevents = FOO\n[program:x]\n
	program section program:x does not specify a command in section 'program:x' (file: 'PATH')
[unix_http_server]\n[inet_http_server]\n
	section [inet_http_server] has no port value
[unix_http_server]\n[fcgi-program:f]
	[fcgi-program:f] section requires a "socket" line
# groups
[group:g]\nprograms = nosuch
	[group:g] names unknown program or fcgi-program nosuch
[group:g]\npriority = x
	invalid literal for int() with base 10: 'x'
[group:g h]
	Invalid name: 'g h' because of character: ' '
[group:g/h]
	Invalid name: 'g/h' because of character: '/'
[program:a]\ncommand = a\n[fcgi-program:a]\ncommand = a\nsocket = unix:///tmp/x\n[group:g]\nprograms = a
	[group:g] name a is ambiguous (exists as program and fcgi-program)
[program:a]\ncommand = a\nstartsecs = x\n[group:g]\nprograms = a
	invalid literal for int() with base 10: 'x' in section 'program:a' (file: 'PATH')
# listeners
[eventlistener:l]\ncommand = a
	[eventlistener:l] section requires an "events" line
[eventlistener:l]\ncommand = a\nevents =
	[eventlistener:l] section requires an "events" line
[eventlistener:l]\ncommand = a\nevents = TICK_5, foo
	Unknown event type FOO in [eventlistener:l] events
[eventlistener:l]\ncommand = a\nevents = TICK,
	Unknown event type  in [eventlistener:l] events
[eventlistener:l]\ncommand = a\nevents = TICK\nbuffer_size = 0
	[eventlistener:l] section sets invalid buffer_size (0)
[eventlistener:l]\ncommand = a\nevents = TICK\nbuffer_size = x
	invalid literal for int() with base 10: 'x'
[eventlistener:l]\ncommand = a\nevents = TICK\nredirect_stderr = true
	[eventlistener:l] section sets redirect_stderr=true but this is not allowed because it will interfere with the eventlistener protocol
[eventlistener:l]\ncommand = a\nevents = TICK\nredirect_stderr = x
	not a valid boolean value: 'x'
[eventlistener:l]\nevents = TICK
	program section eventlistener:l does not specify a command in section 'eventlistener:l' (file: 'PATH')
[eventlistener:l m]\ncommand = a\nevents = TICK
	Invalid name: 'l m' because of character: ' ' in section 'eventlistener:l m' (file: 'PATH')
[eventlistener:l]\ncommand = a\nevents = TICK\nstartsecs = x
	invalid literal for int() with base 10: 'x' in section 'eventlistener:l' (file: 'PATH')
# fcgi
[fcgi-program:f]\ncommand = a
	[fcgi-program:f] section requires a "socket" line
[fcgi-program:f]\nsocket = unix:///tmp/x
	program section fcgi-program:f does not specify a command in section 'fcgi-program:f' (file: 'PATH')
[fcgi-program:f]\ncommand = a\nsocket = /tmp/x
	('Bad socket format %s', '/tmp/x') in [fcgi-program:f] socket
[fcgi-program:f]\ncommand = a\nsocket = unix://tmp/x
	('Unix socket path %s is not an absolute path', 'tmp/x') in [fcgi-program:f] socket
[fcgi-program:f]\ncommand = a\nsocket = tcp://host
	('Bad socket format %s', 'tcp://host') in [fcgi-program:f] socket
[fcgi-program:f]\ncommand = a\nsocket = tcp://host:port
	('Bad socket format %s', 'tcp://host:port') in [fcgi-program:f] socket
[fcgi-program:f]\ncommand = a\nsocket = tcp://host:0
	0 is below lower bound (1) in [fcgi-program:f] socket
[fcgi-program:f]\ncommand = a\nsocket = tcp://host:65536
	65536 is above upper bound (65535) in [fcgi-program:f] socket
[fcgi-program:f]\ncommand = a\nsocket = tcp://host:80\nsocket_mode = 0700
	socket_owner and socket_mode params should only be used with a Unix domain socket in [fcgi-program:f] socket
[fcgi-program:f]\ncommand = a\nsocket = tcp://host:80\nsocket_owner = root
	socket_owner and socket_mode params should only be used with a Unix domain socket in [fcgi-program:f] socket
[fcgi-program:f]\ncommand = a\nsocket = unix:///tmp/x\nsocket_mode = 8
	Invalid socket_mode value 8
[fcgi-program:f]\ncommand = a\nsocket = unix:///tmp/x\nsocket_owner = nosuch
	Invalid socket_owner value nosuch
[fcgi-program:f]\ncommand = a\nsocket = unix:///tmp/x\nsocket_owner = root:nosuch
	Invalid socket_owner value root:nosuch
[fcgi-program:f]\ncommand = a\nsocket = unix:///tmp/x\nsocket_backlog = 0
	Invalid socket_backlog value 0
[fcgi-program:f]\ncommand = a\nsocket = unix:///tmp/x\nsocket_backlog = 65536
	Invalid socket_backlog value 65536
[fcgi-program:f]\ncommand = a\nsocket = unix:///tmp/x\nsocket_backlog = x
	invalid literal for int() with base 10: 'x'
[fcgi-program:f]\ncommand = a\nsocket = unix:///tmp/x\nuser = nosuch
	Invalid user name nosuch
[fcgi-program:f]\ncommand = a\nsocket = unix:///tmp/%(process_num)d
	Format string 'unix:///tmp/%(process_num)d' for 'fcgi-program:f.socket' contains names ('process_num') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH, here, program_name
[fcgi-program:f g]\ncommand = a\nsocket = unix:///tmp/x
	Invalid name: 'f g' because of character: ' '
# servers
[unix_http_server]
	section [unix_http_server] has no file value
[unix_http_server:two]\nchmod = 0700
	section [unix_http_server:two] has no file value
[unix_http_server]\nfile = /tmp/x\nchmod = abc
	Invalid chmod value abc
[unix_http_server]\nfile = /tmp/x\nchown = nosuch
	Invalid sockchown value nosuch
[unix_http_server]\nfile = /tmp/x\nchown = root:nosuch
	Invalid sockchown value root:nosuch
[unix_http_server]\nfile = /tmp/x\nchown = root:root:root
	Invalid sockchown value root:root:root
[unix_http_server]\nfile = /tmp/x\nchown =
	Invalid sockchown value 
[unix_http_server]\nfile = /tmp/x\nusername = u
	Section [unix_http_server] contains incomplete authentication: If a username or a password is specified, both the username and password must be specified
[unix_http_serverX]\nfile = /tmp/x\npassword = u
	Section [unix_http_serverX] contains incomplete authentication: If a username or a password is specified, both the username and password must be specified
[inet_http_server]
	section [inet_http_server] has no port value
[inet_http_server]\nport =
	not a valid port number: '' 
[inet_http_server]\nport = http
	not a valid port number: 'http' 
[inet_http_server]\nport = -5
	not a valid port number: '-5' 
[inet_http_server]\nport = 0
	not a valid port number: '0' 
[inet_http_server]\nport = 99999
	not a valid port number: '99999' 
[inet_http_server]\nport = 127.0.0.1:
	no port number specified in ''
[inet_http_server]\nport = 127.0.0.1:http
	invalid literal for int() with base 10: 'http'
[inet_http_server]\nport = *:0
	0 is below lower bound (1)
[inet_http_server]\nport = :99999
	99999 is above upper bound (65535)
[inet_http_server]\nport = 9001\nusername = u
	Section [inet_http_server] contains incomplete authentication: If a username or a password is specified, both the username and password must be specified
[inet_http_server]\nusername = u
	Section [inet_http_server] contains incomplete authentication: If a username or a password is specified, both the username and password must be specified
# the rest
[rpcinterface:supervisor]
	section [rpcinterface:supervisor] does not specify a supervisor.rpcinterface_factory
[rpcinterface:x]\nsupervisor.rpcinterface_factory = %(here)s
	Format string '%(here)s' for 'rpcinterface:x.supervisor.rpcinterface_factory' contains names ('here') which cannot be expanded. Available names: ENV_HOME, ENV_LC_CTYPE, ENV_PATH
[include]
	.ini file has [include] section, but no files setting
[include]\nfiles = %
	Format string '%' for 'include.files' is badly formatted: incomplete format
EOF
check
done_testing
