#!/bin/sh
# The client by HTTP is the client by the control socket: the same tests, the other way.
. t/lib.sh
skip_unless_supd 'the web guest answers'
skip_unless_http
ours=$T
cd "${TOOL%/t/tool}" || exit 1
for test in 401-status 402-start-stop 403-signal-pid 404-update 405-tail 407-shell 408-tail-f \
    409-fg 420-why 422-json 423-wait 425-events 430-complete; do
	if BY=http sh t/$test.t >"$ours/out" 2>&1; then
		pass "$test by HTTP"
	else
		fail "$test by HTTP"
		diag "$(cat "$ours/out")"
	fi
done
done_testing
