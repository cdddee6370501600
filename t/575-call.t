#!/bin/sh
# supctl call: any method of the control socket, those of guests too.
. t/lib.sh
skip_unless_supd 'supervisorctl has no such command'
conf '[supd]' "statedir = $T/state" '[node:echo]' '[program:a]' 'command = /bin/cat' 'startsecs = 0'
up
like "$(ctl call GetState)" '^\{"pid":[0-9]+,"statecode":1,"statename":"RUNNING",' 'a method of the supervisor'
is "$(ctl call Node.Provision '{"name": "one"}')" \
'{"created":true,"credentials":{"host":"127.0.0.1","hostname":"127.0.0.1","name":"one","node_id":"echo"}}' \
    'one of a node, with JSON that has blanks'
is "$(ctl call org.supd.Node.Unprovision '{"name":"one"}')" '{"removed":true}' 'a whole name'
is "$(ctl call Node.Bind '{"name":"one","binding":"b"}'; echo $?)" \
"org.supd.Node.Bind: ERROR (there is no instance 'one')
1" 'a fault'
ctl call Node.Drain '{"drain":true}' >/dev/null
is "$(ctl call Node.Provision '{"name":"two"}')" \
'org.supd.Node.Provision: ERROR (NoCapacity: this node takes no new instances)' 'an error of the interface'
is "$(ctl call Status '["a"]'; echo $?)" \
"Error: parameters are one JSON object, such as '{\"name\":\"web\"}', not [\"a\"]
2" 'parameters are an object'
like "$(ctl call Nothing)" 'ERROR \(org.supd.Control.Nothing is unknown' 'a method that is not there'
is "$(ctl call -f Stop '{"names":["a"]}' | tail -n 1)" '{"results":[]}' 'one with many answers'
like "$(printf 'call GetState\n' | ctl)" '"statename":"RUNNING"' 'in the shell'
done_testing
