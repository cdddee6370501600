#!/bin/sh
# Who is let in over HTTP, and what else is refused; the same answers from supervisord.
. t/lib.sh
need curl perl
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
sha=$(printf secret | sha1sum | cut -c 1-40)
conf '[inet_http_server]' "port = 127.0.0.1:$port" 'username = user' 'password = pass:word' \
    '[unix_http_server:two]' "file = $T/two" 'username = other' "password = {SHA}$sha"
up_quiet
url=http://127.0.0.1:$port

# status ARG... PATH: the status that curl sees
status() { curl -s -o body -w '%{http_code}' "$@"; }
basic() { echo "Authorization: $1 $(printf %s "$2" | base64)"; }

is "$(status $url/ok.html)" 401 'no password'
is "$(curl -s -D - -o body $url/ok.html | tr -d '\r' | grep -i '^www-auth')" \
    'WWW-Authenticate: Basic realm="default"' 'asked for'
is "$(status -u user:pass:word $url/ok.html)" 200 'the right one'
is "$(cat body)" OK 'and what is there'
is "$(status -u user:pass $url/ok.html)" 401 'a part of it'
is "$(status -u User:pass:word $url/ok.html)" 401 'another name'
is "$(status -H "$(basic bAsIc user:pass:word)" $url/ok.html)" 200 'the scheme in any case'
is "$(status -H "$(basic Digest user:pass:word)" $url/ok.html)" 401 'another scheme'
is "$(status -H 'Authorization: Basic dXNlcjpwYXNzOndvcm' $url/ok.html)" 400 'bad base64'
is "$(status $url/no/such/thing)" 401 'every path needs it'
is "$(status -u user:pass:word $url/no/such/thing)" 404 'what is not there'
is "$(status -u user:pass:word -X PUT $url/ok.html)" 400 'another method'
is "$(status --unix-socket two -u other:secret http://x/ok.html)" 200 'a password kept as SHA-1'
is "$(status --unix-socket two -u other:wrong http://x/ok.html)" 401 'and a wrong one'
is "$(status --unix-socket two -u "other:$sha" http://x/ok.html)" 401 'its digest is not it'
is "$(status --unix-socket sock http://x/ok.html)" 200 'a server without a password'
if ours; then
	logged "WARN wrong user name or password for \[inet_http_server\] from 127.0.0.1, as 'user' \(1 times\)"
	logged "WARN wrong user name or password for \[unix_http_server:two\] from uid $(id -u), as 'other' \(1 times\)"
	is "$(grep -c 'CRIT Server' supd.log)" 0 'no warning where there is a password'
	# Others' wrong passwords are no reason to wait for the right one.
	guesses=
	for _n in 1 2 3 4; do
		status -m 20 -u user:x $url/ok.html >/dev/null &
		guesses="$guesses $!"
	done
	is "$(status -m 1 -u user:pass:word $url/ok.html)" 200 'the right one is not made to wait'
	logged "from 127.0.0.1, as 'user' \(5 times\)"
	is "$(status -u user:x $url/ok.html)" 000 'who guesses in parallel is cut off'
	wait $guesses
fi
down
done_testing
