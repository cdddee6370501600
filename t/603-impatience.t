#!/bin/sh
# A second TERM shortens a shutdown, a third one kills.
. t/lib.sh
skip_unless_supd 'supervisord does not listen any more'
script deaf <<'END'
#!/usr/bin/perl
$SIG{TERM} = sub { open my $f, '>>', "$ENV{SUPD_TEST}/$ARGV[0].asked"; print $f "asked\n" };
open my $f, '>', "$ENV{SUPD_TEST}/$ARGV[0].up"; print $f "up\n"; close $f;
sleep 1 while 1;
END
conf '[program:upper]' "command = $T/deaf upper" 'startsecs = 0' 'stopwaitsecs = 600' 'priority = 2'
conf '[program:lower]' "command = $T/deaf lower" 'startsecs = 0' 'stopwaitsecs = 600' 'priority = 1'
for how in plain pid1; do
	if [ $how = pid1 ]; then
		[ "$(id -u)" = 0 ] || break
		as_pid1
	fi
	rm -f *.up *.asked
	up_quiet
	for p in upper lower; do await $p.up up >/dev/null; done
	kill -TERM "$MAIN"
	await upper.asked asked >/dev/null
	ok "$how: one by one at first" test ! -e lower.asked
	kill -TERM "$MAIN"
	ok "$how: the second TERM asks all at once" await lower.asked asked
	kill -TERM "$MAIN"
	begin=$(date +%s)
	ended 0 "$how: the third TERM kills; still an orderly end"
	ok "$how: at once" test $(($(date +%s) - begin)) -le 3
done
done_testing
