#!/bin/sh
# README's "Run an application": its sections are accepted as they stand, and its lines do what they say.
. t/lib.sh
skip_unless_supd 'supervisord knows no services'
README=${TOOL%/t/tool}/README.md
# part LANGUAGE: the block of the section in ```LANGUAGE; without, its indented lines
part() {
	awk -v lang="$1" '/^## / { here = $0 == "## Run an application" } !here { next }
		/^```/ { inside = !inside && $0 == "```" lang; next }
		lang == "" && /^    / { print substr($0, 5) } lang != "" && inside' "$README"
}
mkdir -p srv/www srv/store bin new
script server <<'END'
#!/bin/sh
echo "$DOTCLOUD_SERVICE_NAME $DOTCLOUD_SERVICE_ID $*" >>"$SUPD_TEST/ran"
exec sleep 1000
END
cp server srv/www/server; cp server srv/store/serve; cp server srv/store/sweep; cp server new/server
printf '#!/bin/sh\necho "migrate $(pwd)" >>"$SUPD_TEST/ran"\n' >srv/www/migrate
chmod 755 srv/www/migrate
cp srv/www/migrate new/migrate
lo=$((28000 + $$ % 2000))
: >ran
part ini | sed -e "s#/srv#$T/srv#" -e "/^home/a startsecs = 0\\nports = $lo-$((lo + 19))" >>supd.conf
conf '[supd]' "statedir = $T/state"
is "$(part ini | grep -c '^\[service:')" 2 'two services'
up_quiet
ctl status www.0:www.0 www.1:www.1 store.0:serve --wait RUNNING --timeout 20 >/dev/null
await ran '^www 1' >/dev/null
data=$(sed -n 's/^data.0 = //p' state/ports.d/store.ini)
www=$(sed -n 's/^www.1 = //p' state/ports.d/www.ini)
is "$(grep '^www 1' ran)" "www 1 --port $www --store tcp://127.0.0.1:$data" 'a copy with its port and that of the store'
is "$(part '' | grep -c '^supctl ')" 4 'four lines to type'
part '' | sed -e 's/ *#.*//' -e 's/^supctl //' >lines
is "$(ctl $(sed -n 1p lines) | awk '{ print $1 }' | paste -sd' ')" 'www.0:postinstall www.0 www.1:postinstall www.1' 'status of the copies'
pid=$(ctl pid www.0:www.0) old=$(ctl pid www.1:www.1)
ctl $(sed -n 2p lines) >/dev/null
is "$(ctl pid www.0:www.0)" "$pid" 'one of them is restarted'
isnt "$(ctl pid www.1:www.1)" "$old" 'and only that'
like "$(ctl $(sed -n 3p lines))" '^www.2: added' 'one more'
await ran '^www 2' >/dev/null
is "$(ctl pid www.0:www.0)" "$pid" 'the others go on'
is "$(ctl $(sed -n 4p lines))" 'www.0: runs release 1
www.1: runs release 1
www.2: runs release 1' 'new files'
is "$(readlink srv/www)" "$T/srv/www.releases/1" 'are in use'
is "$(grep -c "^migrate $T/srv/www.releases/1" ran)" 1 'after postinstall in them'
kill -SEGV $SUP
await supd.log 'supervisord started with pid' 2 >/dev/null
is "$(ctl status www store | grep -c RUNNING)" 5 'a crash of the core changes nothing'
down
done_testing
