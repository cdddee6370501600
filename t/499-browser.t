#!/bin/sh
# The web page in a browser; `make test-page` brings one.  Pictures are left in t/out.
. t/lib.sh
skip_unless_supd 'the page is ours'
[ -x /usr/bin/chromium ] || skip_all 'no chromium: make test-page'
need node perl
playwright=$("$TOOL/../../contrib/playwright" --offline) || skip_all 'no playwright-core: make test-page'
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
script talks <<'!'
#!/bin/sh
i=0
while :; do
	i=$((i + 1))
	printf '\033[32mINFO\033[0m line %d of something that is said again and again\n' $i
	[ $i -lt 60 ] || sleep 0.2
done
!
script hopeless <<'!'
#!/bin/sh
echo 'there is no hope' >&2
exit 3
!
conf '[inet_http_server]' "port = 127.0.0.1:$port"
conf '[program:web]' 'command = /bin/sleep 1000' 'startsecs = 0'
conf '[program:talks]' "command = $T/talks" 'startsecs = 0'
conf '[program:hopeless]' "command = $T/hopeless" 'startretries = 1'
conf '[program:absent]' 'command = /nowhere/x' 'autostart = false' 'startretries = 0'
conf '[program:done]' 'command = /bin/true' 'startsecs = 0' 'autorestart = false'
conf '[program:off]' 'command = /bin/sleep 1000' 'startsecs = 0' 'autostart = false'
conf '[program:pool]' 'command = /bin/sleep 1000' 'startsecs = 0' 'numprocs = 2' 'process_name = n%(process_num)d'
conf '[program:a-program-with-a-rather-long-name]' 'command = /bin/sleep 1000' 'startsecs = 0'
up
entered hopeless FATAL
timeout $((60 * ${SLOW:-1})) node "$TOOL/browser.js" "$playwright" "http://127.0.0.1:$port/" "$TOOL/../out" \
    "$CTL" "$T/supd.conf" >said 2>&1 || echo 'not ok the browser runs to its end' >>said
while IFS= read -r line; do
	case $line in
	'ok '*) pass "${line#ok }" ;;
	'not ok '*) fail "${line#not ok }" ;;
	*) diag "$line" ;;
	esac
done <said
# all of its connections are gone: an idle guest has six descriptors
few() { [ "$(ls "/proc/$(ctl pid supd:web)/fd" | wc -l)" -lt 12 ]; }
ok 'no connection is left behind' eventually few
down
done_testing
