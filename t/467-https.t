#!/bin/sh
# supctl by https://: TLS 1.2 and 1.3, keys of both kinds, and a certificate that has to prove it.
. t/lib.sh
skip_unless_supd 'supervisorctl knows no https'
skip_unless_http
need openssl python3
conf '[program:a]' "command = sh -c 'while read line; do echo \$line; done'" 'startsecs = 0'
plain=${HTTP%:*}:29002
secure=$HTTP
conf '[inet_http_server]' "port = $plain" 'username = jack' 'password = secret'
up_quiet

# --- authorities and what they sign

authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout "$1.key" \
	    -out "$1.crt" -days 2 -subj "/CN=$1" 2>/dev/null
}

# certificate NAME AUTHORITY WHOM KEY...: of NAME, for WHOM
certificate() {
	_name=$1 _by=$2 _whom=$3
	shift 3
	openssl req -newkey "$@" -nodes -keyout "$_name.key" -out "$_name.csr" \
	    -subj "/CN=$_name" 2>/dev/null
	echo "subjectAltName = $_whom" >"$_name.ext"
	openssl x509 -req -in "$_name.csr" -CA "$_by.crt" -CAkey "$_by.key" -CAcreateserial \
	    -out "$_name.crt" -extfile "$_name.ext" -days "${DAYS:-2}" 2>/dev/null
}

ec='ec -pkeyopt ec_paramgen_curve:P-256'
ours="IP:${HTTP%:*},DNS:localhost"
authority ca
authority stranger
certificate elliptic ca "$ours" $ec
certificate rsa ca "$ours" rsa:2048
certificate other ca DNS:elsewhere.example $ec
certificate unknown stranger "$ours" $ec
DAYS=-1 certificate expired ca "$ours" $ec

# tls NAME [VERSION]: have TLS spoken with that certificate
tls() {
	behind tls.out python3 "$TOOL/tls.py" "$secure" "$1.crt" "$1.key" "$plain" $2
	tls=$BG
	await tls.out listening >/dev/null
}

over() {
	kill $tls
	gone $tls
}

remote() { $CTL -s "https://jack:secret@$secure" "$@"; }

# --- it works

for by in 'elliptic 1.3' 'elliptic 1.2' 'rsa 1.3' 'rsa 1.2'; do
	tls $by
	like "$(remote --cacert ca.crt status)" '^a +RUNNING' "status: $by"
	over
done
tls rsa
like "$(SSL_CERT_FILE=ca.crt remote status)" '^a +RUNNING' 'SSL_CERT_FILE names the authority'
conf '[supervisorctl]' "serverurl = https://$secure" 'username = jack' 'password = secret' \
    'cacert = %(here)s/ca.crt'
like "$(ctl status)" '^a +RUNNING' 'so does the configuration'
like "$(ctl -s "https://$secure" -u jack -p wrong status)" 'Server requires authentication' \
    'a wrong password'
is "$(ctl restart a)" 'a: stopped
a: started' 'a stream of replies'
behind tail $CTL -c supd.conf tail -f a
tail=$BG
(sleep 0.3; echo one; echo two; await tail two >/dev/null) | ctl fg a >fg
like "$(cat fg)" '^two$' 'fg follows two logs, events, and types'
ok 'tail -f' await tail '^two$'
kill -INT $tail
gone $tail

# --- it does not

refused() { is "$(remote "$2" "$3" status; echo "= $?")" "error: https://$secure $4
= 1" "$1"; }

refused 'an authority of the system, which is another' --cacert stranger.crt \
    'cannot be trusted: nobody whom we trust has signed its certificate'
refused 'no file of that name' --cacert none.crt \
    "cannot be trusted: cannot read 'none.crt': No such file or directory"
refused 'a file without certificates' --cacert ca.key \
    'cannot be trusted: there are no certificates in the file named for it'
over
tls other
refused 'a certificate for another host' --cacert ca.crt \
    'cannot be trusted: its certificate is for another host'
over
tls unknown
refused 'a certificate of another authority' --cacert ca.crt \
    'cannot be trusted: nobody whom we trust has signed its certificate'
over
tls expired
refused 'one that has expired' --cacert ca.crt 'cannot be trusted: its certificate has expired'
over
tls rsa
is "$($CTL -s "http://$secure" status)" "error: http://$secure closed the connection" \
    'http where it is https'
over
down
done_testing
