#!/bin/sh
# command is split by the rules of a shell, but no shell runs; PATH of the program finds it.
. t/lib.sh
mkdir one two
script one/show <<'END'
#!/bin/sh
for a; do printf '<%s>' "$a"; done >"$SUPD_TEST/$SUPERVISOR_PROCESS_NAME.tmp"
printf ' by %s\n' "$0" >>"$SUPD_TEST/$SUPERVISOR_PROCESS_NAME.tmp"
mv "$SUPD_TEST/$SUPERVISOR_PROCESS_NAME.tmp" "$SUPD_TEST/$SUPERVISOR_PROCESS_NAME.args"
exec sleep 1000
END
sed 's/ by / by the second /' one/show >two/show
chmod 755 two/show
export PATH="$PATH:$T/one" DIR="$T/one" WORDS='two words'
p() { name=$1; shift; conf "[program:$name]" 'startsecs = 0' "$@"; }
p quotes "command = show a\"b c\"d 'single \"x\"' \"double 'y' \\\"z\\\" \\\\ \\n\" back\\ slash '' \\\"q"
p shell 'command = show $HOME *.t a|b >x `id` ~ # not seen'
p semi 'command = show "a;b" c;d ; a comment'
p lines 'command = show first' '    second' '  # a comment' '    third'
p expand 'command = %(ENV_DIR)s/show %(ENV_WORDS)s "%(ENV_WORDS)s" 100%%'
p path 'command = show found' "environment = PATH=\"$T/two:/usr/bin:/bin\""
up
a() { entered "$1" RUNNING; await "$1.args" . | mask; }
is "$(a quotes)" "<ab cd><single \"x\"><double 'y' \"z\" \\ \\n><back slash><><\"q> by T/one/show" 'quotes and backslashes'
is "$(a shell)" '<$HOME><*.t><a|b><>x><`id`><~> by T/one/show' 'nothing else is special'
is "$(a semi)" '<a;b><c;d> by T/one/show' 'blank and semicolon begin a comment'
is "$(a lines)" '<first><second><third> by T/one/show' 'continued lines'
is "$(a expand)" '<two><words><two words><100%> by T/one/show' 'expansion happens before splitting'
is "$(a path)" '<found> by the second T/two/show' 'PATH of the program is searched'
down
done_testing
