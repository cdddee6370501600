#!/bin/sh
# README's "Add your own service in ten lines", line by line, and what is behind its answers.
. t/lib.sh
skip_unless_supd 'services are ours'
need curl
export ROOT="${TOOL%/t/tool}"
command -v redis-server >/dev/null || skip_all 'redis-server is not installed'

# The ports of the demo may be taken, and its directory is not ours.
first=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1")->sockport')
sed -n '/^## Add your own service/,/^## [^A]/p' "$ROOT/README.md" >section
sed -n '/^```ini/,/^```$/p' section | grep -v '^```' | grep . >ten
ok 'the ini is in the demo, word for word' perl -e 'my %d = map { $_ => 1 } `cat "$ENV{ROOT}/conf.d/demo.conf"`;
	$d{$_} or exit 1 for <STDIN>' <ten
is "$(grep -c . ten)" 10 'and has ten lines'
sed -e "s#%(here)s/\.\./run#$T/run#g" -e "s#%(here)s#$ROOT/conf.d#g" -e '/^command = perl/s/8080/0/' \
    -e "s/^ports = .*/ports = $first-$first/" -e "s#run/supd.log#supd.log#" "$ROOT/conf.d/demo.conf" >supd.conf
mkdir run
up_quiet

step() { sed -n "s/^    \(.*$1.*\)/\1/p" section | sed -e "s#build/#$T/bin/#g" \
    -e "s#conf.d/demo.conf#$T/supd.conf#g" >line; sh -e ./line 2>&1; echo "= $?"; }
like "$(step 'service catalog')" '^redis +free ' 'what there is'
got=$(step 'service create')
like "$got" '^creating mine\.\.\.   ok' 'an instance is made'
like "$got" "^port: $first" 'with a port'
like "$got" '^= 0' 'status 0'
password=$(printf '%s\n' "$got" | sed -n 's/^password: //p')
redis() { perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new("127.0.0.1:" . shift) or die "$!\n";
	for (@ARGV) { print $s "$_\r\n"; $r = <$s>; $r = <$s> if $r =~ /^\$\d/; $r =~ s/\r\n//; push @r, $r }
	print "@r"' "$first" "$@"; }
is "$(redis "AUTH $password" 'SET a b' 'GET a')" '+OK +OK b' 'that serves who has the password'
like "$(redis 'GET a')" '^-NOAUTH' 'and nobody else'
like "$(step 'service bind')" '^binding joe\.\.\.   ok' 'credentials for one user'
like "$(step 'service list')" '^mine +redis +free +ready +1 +redis' 'the list has both'
like "$(step 'supctl')" '^redis:mine +RUNNING' 'it is a process like any other'
like "$(step 'service unbind')" '^unbinding joe\.\.\.   ok' 'they are taken back'
like "$(step 'curl')" '"services":\[{.*"name":"redis"' 'a platform sees it too'
like "$(step 'service delete')" '^deleting mine\.\.\.   ok' 'it goes'
is "$(redis 'PING' 2>&1)" 'Connection refused' 'and serves no more'
is "$(ls run/state/node/redis/instances)" '' 'its directory has gone'
is "$(grep -c '^    ' section)" 8 'there are no other lines'
down
done_testing
