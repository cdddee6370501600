#!/bin/sh
# env_file, env_clear, user_env and secret.NAME; supctl env says where each variable comes from.
. t/lib.sh
skip_unless_supd 'supervisord has no such keys'
export FROM_OUTSIDE=outside SHARED=outside
script show <<'END'
#!/bin/sh
env >"$1.tmp"
[ -z "$KEY_FILE" ] || { cat "$KEY_FILE"; stat -c '%a %U' "$KEY_FILE"; } >"$1.key" 2>&1
mv "$1.tmp" "$1"
exec sleep 1000
END
chmod 777 "$T"
cat >one.env <<'END'
# a comment
SHARED=one
export ONE='1 #'
TWO="2
2" # and a comment
PROGRAM=file
END
echo 'SHARED=two' >two.env
printf 'pass-7a1\n' >password
printf 'key-5c2\n\n' >key
chmod 400 password key
user=$(id -un)
as=		# who is not root cannot change the user
[ "$user" != root ] || { user=nobody; as='user = nobody'; }
conf '[supervisord]' 'environment = COMMON=1,SHARED=common'
conf '[program:files]' "command = $T/show $T/files" 'startsecs = 0' "environment = PROGRAM=program" \
    "env_file = %(here)s/one.env, -$T/none.env, $T/two.env"
conf '[program:open]' 'command = /bin/sleep 1000' 'autostart = false' 'environment = github_Token=gh-1a2,' \
    '  DATABASE_URL="postgres://me:pw@-3b4@db:5432/x?a=b@c",MIRROR_URL="http://me@host/a:b@c",AWS_SECRET_ACCESS_KEY=aws-5c6,KEYMAP=us'
conf '[program:clear]' "command = $T/show $T/clear" 'startsecs = 0' 'env_clear = true'
conf '[program:user]' "command = $T/show $T/user" 'startsecs = 0' 'user_env = true' "$as"
conf '[program:secret]' "command = $T/show $T/secret" 'startsecs = 0' "$as" \
    "secret.DB_Password = $T/password" "secret.KEY_FILE = file:$T/key" 'environment = DB_Password=open'
up
for p in files clear user secret; do entered $p RUNNING; done
for p in files clear user secret; do eventually test -e $p; done
v() { sed -n "s/^$2=//p" "$1"; }

is "$(v files SHARED)" two 'the last file counts, and before [supervisord] environment'
is "$(v files ONE)|$(grep -A 1 '^TWO=' files)" '1 #|TWO=2
2' 'quotes'
is "$(v files PROGRAM)" program 'environment counts before env_file'
is "$(v files FROM_OUTSIDE)" outside 'the rest is inherited'
is "$(v clear FROM_OUTSIDE)$(grep -c '^PATH=' clear)" 0 'env_clear: nothing is'
is "$(v clear COMMON) $(v clear SUPERVISOR_PROCESS_NAME)" '1 clear' 'but what the configuration gives'
home=$(getent passwd "$user" | cut -d : -f 6)
shell=$(getent passwd "$user" | cut -d : -f 7)
is "$(v user HOME) $(v user USER) $(v user LOGNAME) $(v user SHELL)" "$home $user $user $shell" 'user_env'
is "$(v secret DB_Password)" pass-7a1 'a secret, before environment, without the end of its line'
case $(stat -f -c %T /run /dev/shm 2>/dev/null) in
*tmpfs*)
	is "$(cat secret.key)" "key-5c2

400 $user" 'a secret as a file that only the user of the program can read, as it is'
	copy=$(v secret KEY_FILE)
	is "$(stat -f -c %T "$copy")" tmpfs 'in memory' ;;
*)	skip 'no tmpfs here' 2 ;;
esac

# where they come from
from() { ctl env "$1" | sed -n "s/^$2=//p" | sed "s#$T#T#g"; }
line() { grep -n "^.program:$1" supd.conf | cut -d : -f 1; }
is "$(from files SHARED)" 'two  # T/two.env:1' 'env: of a file'
is "$(from files TWO)" '2\n2  # T/one.env:4' 'a line break does not make a line'
is "$(from files PROGRAM)" "program  # environment of T/supd.conf:$(line files)" 'of the program'
is "$(from files COMMON)" '1  # environment of [supervisord] in T/supd.conf' 'of [supervisord]'
is "$(from files FROM_OUTSIDE)" 'outside  # inherited' 'inherited'
is "$(from files SUPERVISOR_ENABLED)" '1  # set by the supervisor' 'of the supervisor'
is "$(from user USER)" "$user  # user_env of T/supd.conf:$(line user)" 'of the account'
is "$(from secret DB_Password)" '***  # secret T/password' 'a secret is not shown'
is "$(ctl env secret --json | perl -MJSON::PP -0777 -ne 'for (@{decode_json($_)}) { print join " ",
    @$_{qw(name value origin place)}, $_->{secret} ? 1 : 0 if $_->{name} eq "DB_Password" }' | sed "s#$T#T#")" \
    'DB_Password *** secret T/password 1' 'nor as JSON'
is "$(from open github_Token | cut -d ' ' -f 1) $(from open AWS_SECRET_ACCESS_KEY | cut -d ' ' -f 1) $(from open KEYMAP | cut -d ' ' -f 1)" \
    '*** *** us' 'what is a secret by its name is not shown either'
is "$(from open DATABASE_URL | cut -d ' ' -f 1) $(from open MIRROR_URL | cut -d ' ' -f 1)" \
    'postgres://me:***@db:5432/x?a=b@c http://me@host/a:b@c' 'nor a password in an address'
is "$(ctl env nosuch; echo $?)" 'nosuch: ERROR (no such process)
1' 'of nobody'

# changed files count from the next start on
echo 'SHARED=three' >two.env
echo pass-9f3 >password.new && chmod 400 password.new && mv password.new password
rm files secret
ctl restart files secret >/dev/null
for p in files secret; do eventually test -e $p; done
is "$(v files SHARED) $(v secret DB_Password)" 'three pass-9f3' 'files are read at every start'
# also when the supervisor has crashed meanwhile
kill -SEGV "$SUP"
await stderr 'SEGV|[Ss]egmentation' >/dev/null
eventually sh -c "$CTL -c supd.conf pid secret | grep -q ."
ctl stop secret >/dev/null
[ -z "$copy" ] || is "$(ls "$copy" 2>&1 >/dev/null | grep -c 'No such')" 1 'the copy ends with the process'

# secrets are gone
rm password
is "$(ctl start secret; ctl status secret | awk '{ print $2 }')" 'secret: ERROR (spawn error)
BACKOFF' 'no secret, no start'
like "$(ctl why secret)" "secret.DB_Password: cannot read $T/password: No such file" 'why says so'
ctl stop secret >/dev/null

# files that are refused
supd_check() { "$T/bin/supd" check -c "$T/bad.conf" 2>&1 | sed "/survivor/d; s#$T#T#g"; }
bad() {
	printf '[supervisord]\n[program:x]\ncommand = /bin/true\n%s\n' "$1" >bad.conf
	is "$(supd_check)" "$2" "refused: $(printf %s "$1" | sed "s#$T#T#g")"
}
printf 'A=1\nB C=2\n' >bad.env
bad "env_file = $T/bad.env" 'T/bad.conf:4: [program:x] env_file: T/bad.env:2: the name of a variable has letters, digits and _, and no digit first'
bad "env_file = -$T/no.env, $T/no.env" 'T/bad.conf:4: [program:x] env_file: cannot read T/no.env: No such file or directory'
bad "env_file = $T" "T/bad.conf:4: [program:x] env_file: cannot read T: Invalid argument"
bad 'env_file = some.env' "T/bad.conf:4: [program:x] env_file: 'some.env' is no absolute path; %(here)s/ is the directory of this file"
bad 'secret.A-B = /x' "T/bad.conf:4: [program:x] secret.A-B: 'A-B' is no name of a variable: letters, digits and _, and no digit first"
bad 'secret.A = x' "T/bad.conf:4: [program:x] secret.A: 'x' is no absolute path; %(here)s/ is the directory of this file"
printf '[supervisord]\n[program:x]\ncommand = /bin/true\nsecret.A = %s\nsecret.b=file:/b' "$T/key" >bad.conf
is "$(supd_check)" 'T/bad.conf:5: [program:x] secret.b: warning: cannot read /b: No such file or directory
T/bad.conf: ok, 1 program in 1 group' 'a secret may be elsewhere'
is "$("$T/bin/supd" show -c "$T/bad.conf" x | grep secret | sed "s#$T#T#g")" 'secret.A=T/key ; T/bad.conf:4
secret.b=file:/b ; T/bad.conf:5' 'show: where it is'
cp supd.conf whole.conf
sed 's#two.env#bad.env#' whole.conf >supd.conf
like "$(ctl update)" 'bad.env:2' 'an update with such a file is refused'
cp whole.conf supd.conf

for out in "$(ctl status --json)" "$(ctl why files --json; ctl why secret)" "$(ctl plan)" "$(ctl avail --json)" \
    "$(ctl env secret 2>&1)" "$(ctl metrics --json)" "$("$T/bin/supd" show -c supd.conf)" "$(ctl maintail -100000)" \
    "$(tr '\0' '\n' <"/proc/$SUP/environ")"; do
	unlike "$out" 'pass-|key-5c2' 'no secret there'
done
down
unlike "$(cat supd.log stdout stderr)" 'pass-|key-5c2' 'nor in the log'
[ -z "$copy" ] || ok 'nothing stays in memory' test ! -e "${copy%/*/*}"
done_testing
