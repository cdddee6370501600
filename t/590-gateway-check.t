#!/bin/sh
# What supd check says about gateways and their plans.
. "$(dirname "$0")/lib.sh"
skip_unless_supd 'these sections are ours'

bad() { printf '[supervisord]\n%s\n' "$1" >"$T/bad.conf"; "$SUPD" check -c "$T/bad.conf" 2>&1 | sed "s,$T/,,"; }

like "$(bad '[gateway:x]
listen = 127.0.0.1:8090, unix:/run/x.sock, *:80
metadata = {"displayName": "X",
  "long": ["a", 1]}
[plan:x/small]
async = required
bind_schema = {"type":"object"}')" 'ok, 0 programs' 'addresses, JSON over two lines and words load'
like "$(bad '[gateway:x]
listen = 127.0.0.1:8090, nowhere')" "^bad.conf:3: \[gateway:x\] listen: 'nowhere' is neither host:port nor unix:/path" 'a bad address is named'
like "$(bad '[gateway:x]
listen = unix:relative')" "'unix:relative' is neither" 'a socket needs a whole path'
like "$(bad '[gateway:x]
metadata = {"a": 1')" '\[gateway:x\] metadata: .* is no JSON: ' 'JSON is parsed'
like "$(bad '[gateway:x]
metadata = [1]')" 'is no JSON object' 'and must be an object'
like "$(bad '[gateway:x]
[plan:x/y]
async = perhaps')" "'perhaps' is not one of never, allowed, required" 'async is one of three words'
printf '[supervisord]\n[gateway:x]\npassword = geheim\ntoken = wort\n' >"$T/p.conf"
unlike "$("$SUPD" show -c "$T/p.conf")" 'geheim|wort' 'passwords and tokens are not shown'
done_testing
