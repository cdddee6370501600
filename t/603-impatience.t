#!/bin/sh
# A second TERM shortens a shutdown, a third one kills.
. t/lib.sh
skip_unless_supd 'supervisord does not listen any more'
script deaf <<'END'
#!/usr/bin/perl
$SIG{TERM} = 'IGNORE';
open my $f, '>', "$ENV{SUPD_TEST}/$ARGV[0].up"; print $f "up\n"; close $f;
sleep 1 while 1;
END
conf '[supervisord]' 'loglevel = debug'
conf '[program:upper]' "command = $T/deaf upper" 'startsecs = 0' 'stopwaitsecs = 600' 'priority = 2'
conf '[program:lower]' "command = $T/deaf lower" 'startsecs = 0' 'stopwaitsecs = 600' 'priority = 1'
# What is in the log, in order, in words of one kind each.
story() {
	sed -n -e 's/.*killing \(upper\|lower\) .* with signal SIGTERM/\1/p' \
	    -e 's/.*second request to exit.*/again/p' \
	    -e 's/.*killing everything that still runs.*/kill/p' \
	    -e "s/.*killing '\([a-z]*\)' .* with SIGKILL.*/dead/p" \
	    -e 's/.*giving up on.*/late/p' supd.log | uniq | tr '\n' ' '
}

# A second after the second TERM both are killed anyway: a third one that comes later, as
# on a busy machine, shows nothing, and there is another try.
for how in plain pid1; do
	if [ $how = pid1 ]; then
		[ "$(id -u)" = 0 ] || break
		as_pid1
	fi
	for try in 1 2 3 4 5 6 7 8 9 10; do
		rm -f *.up
		up_quiet
		for p in upper lower; do await $p.up up >/dev/null; done
		kill -TERM "$MAIN"
		await supd.log 'killing upper .* with signal SIGTERM' >/dev/null
		kill -TERM "$MAIN"
		await supd.log 'second request to exit' >/dev/null
		kill -TERM "$MAIN" 2>/dev/null
		ended 0 "$how: still an orderly end"
		case $(story) in *'again lower dead '*) ;; *) break ;; esac
	done
	case $(story) in
	*'again lower dead '*)	skip "$how: the machine is too busy for a third TERM in time"
				continue ;;
	esac
	is "$(story)" 'upper again lower kill dead ' \
	    "$how: one by one at first, the second TERM asks all at once, the third kills"
done
done_testing
