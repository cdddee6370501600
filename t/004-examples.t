#!/bin/sh
# Every ini file of the project is accepted, and has no key that nobody knows.
. t/lib.sh
skip_unless_supd 'about our own files'
ROOT=${TOOL%/t/tool}
mkdir -p "$ROOT/run"			# as make run does

# drop_in FILE...: a main file that includes them
drop_in() { printf '[supervisord]\n[include]\nfiles = %s\n' "$*" >main.conf; }

# accepts NAME FILE: no error, and no warning but of what is not installed here
accepts() {
	"$T/bin/supd" check -c "$2" >out 2>&1
	is "status $? $(grep -E '^[^ ]+:[0-9]+: ' out |
	    grep -v -e "can't find command" -e 'No file matches')" 'status 0 ' "$1 is accepted"
}

# A user that an example names has to exist; Debian's package makes it.
has_users() {
	for user in $(sed -n 's/^user *= *//p' "$1"); do
		id "$user" >/dev/null 2>&1 || return 1
	done
}

accepts conf.d/demo.conf "$ROOT/conf.d/demo.conf"
for file in "$ROOT"/conf.d/examples/*.conf; do
	name=${file##*/}
	if has_users "$file"; then
		drop_in "$file"
		accepts "examples/$name" main.conf
	else
		skip "examples/$name: its user does not exist here"
	fi
done
n=$(grep -hc '^\[program:' "$ROOT"/conf.d/examples/*.conf | paste -sd+ | sed 's/.*/echo $((&))/' | sh)
is "$(sed -n 's/^\[program:\(.*\)\]$/\1/p' "$ROOT"/conf.d/examples/*.conf | sort -u | wc -l)" "$n" \
    'no two examples have a name in common'

# Those for containers name directories of the image; here it is T.
for name in scratch debian; do
	sed -e "s#= /supd.pid#= $T/pid#" -e "s#= /run/supd.pid#= $T/pid#" \
	    "$ROOT/contrib/container/$name.conf" >main.conf
	accepts "contrib/container/$name.conf" main.conf
done
like "$(cat "$ROOT"/contrib/container/Dockerfile.*)" 'contrib/container/scratch.conf' 'the container files name them'
for file in $(sed -nE 's/^COPY ([^-].*) [^ ]+$/\1/p' "$ROOT"/contrib/container/Dockerfile.*); do
	ok "what a container file copies is there: $file" test -e "$ROOT/$file"
done

# --- the demo runs, from any directory

sed -e "s#%(here)s/\.\./run#$T/run#g" -e "s#%(here)s#$ROOT/conf.d#g" "$ROOT/conf.d/demo.conf" >supd.conf
mkdir run
export HOME=/nonexistent
"$T/bin/supd" -c supd.conf >stdout 2>stderr </dev/null &
SUP=$! MAIN=$!
if ! await stdout 'web \| serving|web.*serving' >/dev/null; then
	fail 'the demo starts'
	diag "$(cat stdout stderr)"
	done_testing
fi
url=$(sed -n 's/.*serving http:\/\/\([0-9.:]*\)\/.*/\1/p' stdout)
ctl start web --wait RUNNING --timeout 20 >/dev/null
answer=$(perl -MIO::Socket::INET -e '
	my $s = IO::Socket::INET->new(PeerAddr => shift, Timeout => 5) or die "$!\n";
	print $s "GET /t HTTP/1.0\r\nHost: x\r\n\r\n";
	print while <$s>' "$url" | tail -n 1)
like "$answer" '^process web of web, pid [0-9]+, request 1$' 'its server serves'
ok 'and its line comes with its name' await stdout 'web.*GET /t HTTP/1\.0'
ctl status once --wait EXITED --timeout 20 >/dev/null
like "$(ctl status)" '^chatty +RUNNING' 'chatty runs'
like "$(ctl status)" '^once +EXITED' 'once has run'
like "$(ctl tail once)" prepared 'and has printed'
like "$(ctl status)" '^crashes +RUNNING' 'crashes runs, for now'
down
done_testing
