#!/bin/sh
# Drop-ins as Stackato had them: files without extension, autostart=false, and a role starts them.
. t/lib.sh
skip_unless_supd 'roles are ours'

me=$(id -un)
mkdir conf.d.in logs work
mkdir supervisord.conf.d
# The keys, comments, blank lines and sizes of the originals; commands are stubs.
drop() {
	cat >"supervisord.conf.d/$1" <<E

[program:$1]
; started by kato, not by supervisord
command=$T/stub $1 -c $T/work/$1.yml
directory=$T/work
priority=$2
user=$me
environment=HOME="$T/work",USER="$me",BUNDLE_GEMFILE="$T/work/Gemfile"
redirect_stderr=true
stdout_logfile=$T/logs/$1.log
stdout_logfile_maxbytes=1MB
stdout_logfile_backups=3
autostart=false
exitcodes=0
startsecs=$3
E
}
script stub <<'E'
#!/bin/sh
echo "$1 runs in $PWD, config $3, for $USER"
exec sleep 1000
E
drop echo_node 4 0
drop echo_gateway 4 0
drop elasticsearch_node 10 1
drop elasticsearch_gateway 10 0
drop filesystem_node 10 0
drop filesystem_gateway 10 0
printf 'stopsignal=INT\nstopasgroup=true\nkillasgroup=true\n' >>supervisord.conf.d/filesystem_node
sum=$(cat supervisord.conf.d/* | cksum)
conf '[supd]' "statedir = $T/state" '[include]' "files = $T/supervisord.conf.d/*" \
    '[role:echo]' 'programs = echo_node, echo_gateway' \
    '[role:elasticsearch]' 'programs = elasticsearch_node, elasticsearch_gateway' \
    '[role:filesystem]' 'programs = filesystem_*' \
    '[rolegroup:data-services]' 'roles = elasticsearch, filesystem'

is "$("$T/bin/supd" check -c supd.conf 2>&1 | grep -c "$T/supervisord.conf.d")" 0 'nothing to say about the six files'
up_quiet
is "$(ctl status | awk '{ print $1, $2 }')" 'echo_gateway STOPPED
echo_node STOPPED
elasticsearch_gateway STOPPED
elasticsearch_node STOPPED
filesystem_gateway STOPPED
filesystem_node STOPPED' 'they are there, and down'

ok 'role add echo' kato role add echo
is "$(sed -n "s/.*spawned: '\([^']*\)'.*/\1/p" supd.log | paste -sd' ')" 'echo_node echo_gateway' \
    'the node first, though the files say the same priority'
is "$(cat logs/echo_node.log)" "echo_node runs in $T/work, config $T/work/echo_node.yml, for $me" \
    'with the directory, environment and log of the file'
ok 'role remove echo' kato role remove echo
is "$(sed -n 's/.* stopped: \([^ ]*\) .*/\1/p' supd.log | paste -sd' ')" 'echo_gateway echo_node' 'the gateway first'

ok 'role add of a group of roles' kato role add data-services
is "$(kato process list -j elasticsearch_node elasticsearch_gateway filesystem_node filesystem_gateway)" \
    '{"127.0.0.1":{"elasticsearch_node":"RUNNING","elasticsearch_gateway":"RUNNING","filesystem_node":"RUNNING","filesystem_gateway":"RUNNING"}}' \
    'all of them run'
is "$(sed -n 's/.*spawned: .\(elastic[^ ]*\). .*/\1/p; s/.*success: \(elasticsearch_node\) .*/\1 up/p' supd.log | paste -sd' ')" \
    'elasticsearch_node elasticsearch_node up elasticsearch_gateway' 'a slow one is up before the next is started'
is "$(cat supervisord.conf.d/* | cksum)" "$sum" 'and the files are what they were'

# A file that goes takes its program along; a role that names it is wrong then.
rm supervisord.conf.d/filesystem_gateway supervisord.conf.d/echo_gateway
like "$(ctl update 2>&1)" "'echo_gateway' is no group, program" 'a role whose program is gone: refused'
sed -i 's/^programs = echo_node, echo_gateway/programs = echo_node/' supd.conf
is "$(ctl update | sort)" 'echo_gateway: removed process group
echo_gateway: stopped
filesystem_gateway: removed process group
filesystem_gateway: stopped' 'without it the files go'
is "$(kato role info filesystem | sed -n '/processes/,$p')" '  processes:
    filesystem_node: RUNNING' 'and a pattern means what is left'
sed -i 's/^startsecs=1/startsecs=soon/' supervisord.conf.d/elasticsearch_node
like "$("$T/bin/supd" check -c supd.conf 2>&1)" "^$T/supervisord.conf.d/elasticsearch_node:[0-9]+: .*startsecs" \
    'a bad value is refused with file and line'
down
done_testing
