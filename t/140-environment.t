#!/bin/sh
# The environment of a process: what the supervisor has, the SUPERVISOR_ variables, [supervisord] and program settings in this order.
. t/lib.sh
export FROM_OUTSIDE=outside FROM_ALL=outside FROM_PROGRAM=outside UNTOUCHED='a  b=c'
conf '[supervisord]' 'environment = FROM_ALL=all,FROM_PROGRAM=all,ONLY_ALL="x y",OUT="%(ENV_FROM_OUTSIDE)s-1"'
script show <<'END'
#!/bin/sh
env >"$1.tmp"
mv "$1.tmp" "$1"
exec sleep 1000
END
conf '[program:plain]' "command = $T/show $T/plain" 'startsecs = 0'
conf '[program:own]' "command = $T/show $T/own %(ENV_OWN)s" 'startsecs = 0' \
    'environment = FROM_PROGRAM=program,OWN="%(ENV_FROM_OUTSIDE)s:%(program_name)s:%(group_name)s:%(process_num)d",' \
    '  SPACE="two words",QUOTE='"'"'say "hi" now'"'"',COMMA="a,b",PERCENT="50%%",HERE=%(here)s,HOST=%(host_node_name)s,' \
    '  SUPERVISOR_GROUP_NAME=mine,UTF="höhe",EMPTY=""'
conf '[program:n]' "command = $T/show $T/n%(process_num)d" 'process_name = n%(process_num)d' 'numprocs = 2' \
    'startsecs = 0' 'environment = PORT="80%(process_num)02d"'
conf '[program:url]' "command = $T/show $T/url" 'startsecs = 0' 'serverurl = http://elsewhere:1'
conf '[group:g]' 'programs = url'
up
for p in plain own n:n0 n:n1 g:url; do entered $p RUNNING; done
for p in plain own n0 n1 url; do eventually test -e $p; done
v() { sed -n "s/^$2=//p" "$1"; }

is "$(v plain SUPERVISOR_ENABLED)" 1 SUPERVISOR_ENABLED
is "$(v plain SUPERVISOR_PROCESS_NAME)" plain SUPERVISOR_PROCESS_NAME
is "$(v plain SUPERVISOR_GROUP_NAME)" plain SUPERVISOR_GROUP_NAME
is "$(v plain SUPERVISOR_SERVER_URL)" "unix://$T/sock" SUPERVISOR_SERVER_URL
is "$(v url SUPERVISOR_SERVER_URL)" 'http://elsewhere:1' 'serverurl of the program'
is "$(v url SUPERVISOR_GROUP_NAME) $(v url SUPERVISOR_PROCESS_NAME)" 'g url' 'in a group'
is "$(v n1 SUPERVISOR_GROUP_NAME) $(v n1 SUPERVISOR_PROCESS_NAME)" 'n n1' 'one of many'

is "$(v plain FROM_OUTSIDE)" outside 'inherited'
is "$(v plain UNTOUCHED)" 'a  b=c' 'inherited as it is'
is "$(v plain FROM_ALL)" all '[supervisord] environment wins over it'
is "$(v plain ONLY_ALL)" 'x y' 'and adds'
is "$(v plain OUT)" 'outside-1' 'expanded'
is "$(v own FROM_PROGRAM)" program 'the program wins over both'
is "$(v own FROM_ALL)" all 'the rest stays'
is "$(v own SUPERVISOR_GROUP_NAME)" mine 'and may override even SUPERVISOR_ variables'
is "$(v own OWN)" 'outside:own:own:0' 'expansions in environment'
is "$(v n0 PORT) $(v n1 PORT)" '8000 8001' 'with the number of the process'
is "$(v own SPACE)|$(v own QUOTE)|$(v own COMMA)|$(v own PERCENT)|$(v own UTF)|$(v own EMPTY)|" \
    'two words|say "hi" now|a,b|50%|höhe||' 'quoting'
is "$(v own HERE) $(v own HOST)" "$T $(uname -n)" 'here and host_node_name'
like "$(ps -o args= -p "$(ctl pid own)" ; tr '\0' ' ' <"/proc/$(ctl pid own)/cmdline")" 'sleep 1000' 'it runs'
is "$(grep -c '^HOME=' plain)" "$(env | grep -c '^HOME=')" 'HOME is not invented'
down
done_testing
