#!/bin/sh
# The page tells browsers what they may load, and nobody else's page can make it act.
. t/lib.sh
skip_unless_supd 'supervisord has no such protection'
need perl
conf '[program:x]' 'command = /bin/sleep 1000' 'startsecs = 0'
up
saw x STARTING RUNNING
http() { perl "$TOOL/http.pl" "$@"; }
status() { http -o status "$@"; }
stop="$T/sock /index.html?processname=x&action=stop"
state() { ctl status x | awk '{ print $2 }'; }
token() { http -o body "$T/sock" / | sed -n 's/.*name="token" content="\([0-9a-f]*\)".*/\1/p'; }
head=$(http -o head "$T/sock" /)
for h in "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';" \
    'X-Content-Type-Options: nosniff' 'X-Frame-Options: DENY' 'Referrer-Policy: same-origin' \
    'Cache-Control: no-store'; do
	like "$head" "^$h" "the page: ${h%%:*}"
done
like "$head" "frame-ancestors 'none'" 'in nobody'"'"'s frame'
unlike "$(http -o body "$T/sock" /)" '(<script>|<style| on[a-z]+=|style=|https?://)' 'nothing that the policy forbids'
is "$(token | wc -c | tr -d ' ')" 65 'a token'
is "$(token)" "$(token)" 'the same for each page'

browser='User-Agent: Mozilla/5.0 (X11; Linux x86_64)'
is "$(status -H "$browser" $stop)" 403 'a browser that does not show where it comes from'
is "$(status -H "$browser" -H 'Sec-Fetch-Site: cross-site' $stop)" 403 'from another site'
is "$(status -H "$browser" -H 'Origin: http://evil.example' -d 'action=stop&processname=x' "$T/sock" /index.html)" \
    403 'a form of another site'
is "$(status -H "$browser" -H 'Origin: null' -d 'action=stop&processname=x' "$T/sock" /index.html)" 403 'of a hidden one'
is "$(status -H 'Referer: http://evil.example/' $stop)" 403 'a link of another site'
is "$(status -X HEAD "$T/sock" '/index.html?processname=x&action=stop')" 400 'HEAD'
is "$(status -d 'action=stop&processname=x&token=0000' "$T/sock" /index.html)" 403 'a wrong token'
is "$(status -H 'X-Supd-Token: ' -d 'action=stop&processname=x' "$T/sock" /index.html)" 403 'an empty one'
is "$(state)" RUNNING 'none of them has done anything'
like "$(http -o body -H "$browser" $stop)" '<form method="post"' 'the person is asked'

form=$(http -o body -H "$browser" $stop | perl -ne 'push @f, "$1=$2" while /name="(\w+)" value="([^"]*)"/g;
	END { print join "&", @f }')
is "$(status -H "$browser" -d "$form" "$T/sock" /index.html)" 301 'and who says yes means it'
saw x STOPPING STOPPED
is "$(status -H "$browser" -H 'Sec-Fetch-Site: same-origin' "$T/sock" '/index.html?processname=x&action=start')" 301 \
    'a link of our own page'
saw x STARTING RUNNING
is "$(status -H "$browser" -H 'Host: h:1' -H 'Referer: http://h:1/' $stop)" 301 'the same, in another browser'
saw x STOPPING STOPPED
is "$(status -H 'User-Agent: curl/7.88' "$T/sock" '/index.html?processname=x&action=start')" 301 'a script'
saw x STARTING RUNNING
is "$(http -o body -H 'Accept: application/json' -H "X-Supd-Token: $(token)" -d 'action=stop&processname=x' \
    "$T/sock" /index.html)" '{"message":"Process x stopped","error":false}' 'the script of the page'
saw x STOPPING STOPPED
is "$(http -o Location -H 'Host: h' -H 'X-Forwarded-Proto: https' "$T/sock" '/index.html?processname=x&action=start')" \
    'https://h/?message=Process%20x%20started' 'behind a proxy with TLS'
saw x STARTING RUNNING
is "$(http -o Location "$T/sock" '/index.html?processname=x%0d%0aSet-Cookie:a&action=start')" \
    'http://localhost/?message=No%20such%20process%20named%20x%0D%0ASet-Cookie%3Aa' 'no header in a header'

like "$(http -o body "$T/sock" '/events?types=%3Cscript%3E')" "has '|has &#39;" 'what is wrong is said'
unlike "$(http -o body "$T/sock" '/events?types=%3Cscript%3E')" '<script>' 'without markup of the caller'
unlike "$(http -o body "$T/sock" '/why.json?name=%3Cscript%3E')" '<script>' 'nor of a name'

# what takes a POST by a program does not take it by another page
call='{"method":"org.supd.Control.Stop","parameters":{"names":["x"]}}'
varlink() { http -o status -d "$call" "$@" "$T/sock" /varlink; }
is "$(varlink -H "$browser" -H 'Origin: http://evil.example')" 403 'a control call by another page'
is "$(varlink -H "$browser" -H 'Sec-Fetch-Site: cross-site')" 403 'the same, said otherwise'
is "$(varlink -H 'Origin: null')" 403 'by one that hides itself'
is "$(state)" RUNNING 'nothing was done'
is "$(varlink -H "$browser" -H 'Host: h:1' -H 'Origin: http://h:1')" 200 'by a page of ours'
saw x STOPPING STOPPED
is "$(http -o status -d "$(echo "$call" | sed s/Stop/Start/)" "$T/sock" /varlink)" 200 'by a program'
saw x STARTING RUNNING

# the files of the page are kept by a browser until they change
tag=$(http -o ETag "$T/sock" /page.js)
is "$(status -H "If-None-Match: $tag" "$T/sock" /page.js)" 304 'the script: not again'
is "$(status -H 'If-None-Match: "0"' "$T/sock" /page.js)" 200 'another one'

# a new guest has a new token
old=$(token)
kill -KILL "$(ctl pid supd:web)"
eventually sh -c "[ \"\$(perl '$TOOL/http.pl' -o status '$T/sock' /ok.html)\" = 200 ]"
isnt "$(token)" "$old" 'the token lives as long as the guest'
is "$(status -H "X-Supd-Token: $old" -d 'action=stop&processname=x' "$T/sock" /index.html)" 403 'the old one is none'
down
done_testing
