#!/bin/sh
# --json gives tables as JSON.
. t/lib.sh
skip_unless_supd 'supervisorctl has no JSON'
conf '[program:a]' 'command = /bin/sleep 1000' 'startsecs = 0' 'priority = 7'
conf '[program:o"dd]' 'command = /bin/sleep 1000' 'autostart = false' 'process_name = höhe'
up
saw a STARTING RUNNING
# field COMMAND PERL: evaluates PERL with $_ being what the command printed, decoded
field() { ctl $1 | perl -MJSON::PP -e "\$_ = decode_json(join '', <>); binmode STDOUT, ':utf8'; print $2"; }
is "$(field 'status --json' 'scalar @$_')" 2 'status: an array of all processes'
is "$(field 'status --json' '$_->[0]{group}, ":", $_->[0]{name}, " ", $_->[0]{statename}, " ", $_->[0]{state}')" \
    'a:a RUNNING 20' 'with the fields of getProcessInfo'
is "$(field 'status --json' '$_->[0]{pid}')" "$(ctl pid a)" 'the pid'
is "$(field 'status --json' '$_->[1]{group}, ":", $_->[1]{name}')" 'o"dd:höhe' 'names that need quoting'
is "$(field 'status a --json' 'scalar @$_')" 1 'of one process'
is "$(field 'avail --json' '$_->[0]{name}, " ", $_->[0]{group_prio}, " ", $_->[0]{inuse} ? "in use" : ""')" 'a 7 in use' avail
is "$(ctl status --json >/dev/null; echo $?)" 3 'the exit status of status stays'
is "$(field 'plan --json' 'ref($_), scalar @$_')" ARRAY0 'an empty plan'
ok 'log-stats' field 'log-stats --json' '@$_'
ok 'status --all shows the helpers' sh -c "$CTL -c supd.conf status --all | grep -q logger"
unlike "$(ctl status)" logger 'status does not'
unlike "$(ctl status | cat -v)" '\^\[' 'no colours into a pipe'
down
done_testing
