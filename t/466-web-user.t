#!/bin/sh
# The user of the web guest, and its TCP port over a crash of the core.
. t/lib.sh
skip_unless_supd 'an own key'
skip_unless_root
need curl perl
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
conf '[inet_http_server]' "port = 127.0.0.1:$port" '[supd]' 'web_user = nosuch' \
    '[program:a]' 'command = /bin/sleep 1000' 'startsecs = 0'
is "$($SUPD -c supd.conf 2>&1 | sed -n 1p)" 'Error: Invalid user name nosuch' 'an unknown user is refused'
sed -i 's/nosuch/daemon/' supd.conf
up_quiet
await supd.log 'success: a' >/dev/null
answers() { [ "$(curl -s -m 5 "http://127.0.0.1:$port/ok.html")" = OK ]; }
ok 'it answers' eventually answers
is "$(awk '/^Uid:/ { print $2, $3, $4, $5 }' "/proc/$(ctl pid supd:web)/status")" \
    "$(for _i in 1 2 3 4; do id -u daemon; done | paste -s -d ' ')" 'as the user that is named'
a=$(ctl pid a)
kill -SEGV "$SUP"
ok 'the core crashes and begins anew' await stderr SIGSEGV
ok 'the port answers again' eventually answers
is "$(ctl pid a)" "$a" 'and the program went on'
unlike "$(cat supd.log)" 'already listening' 'nobody was in the way'
down
ok 'then the port is free' perl -MIO::Socket::INET -e \
    "exit !IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', LocalPort => $port, ReuseAddr => 1)"
done_testing
