#!/bin/sh
# stop_budget: a shutdown of programs that do not end fits into it, each gets its share in the order of
# dependencies and priorities, and the log says who has used it.
. t/lib.sh
skip_unless_supd 'supervisord has no budget'
# notes when it is told to end, and does so or not
script server <<'END'
#!/usr/bin/perl
use Time::HiRes 'time';
sub note { open my $f, '>>', "$ENV{SUPD_TEST}/order"; syswrite $f, "@_\n"; close $f }
$SIG{TERM} = sub { note('stop', $ARGV[0]); exit 0 if $ARGV[1] };
note('up', $ARGV[0]);
sleep 1 while 1;
END
quiet='stdout_logfile = NONE
stderr_logfile = NONE
startsecs = 0
stopwaitsecs = 60'
conf '[supd]' 'stop_budget = 1.5s'
conf '[program:low]' "command = $T/server low" "$quiet" 'priority = 1'
conf '[program:db]' "command = $T/server db" "$quiet"
conf '[program:app]' "command = $T/server app obeys" "$quiet" 'depends_on = db:running'
conf '[program:web]' "command = $T/server web" "$quiet" 'depends_on = app:running'
up
for name in low db app web; do await order "up $name" >/dev/null; done
kill -TERM "$SUP"
ended 0 'SIGTERM ends it'
is "$(grep stop order)" 'stop web
stop app
stop db
stop low' 'everybody was asked, in order'
is "$(sed -n "s/.*killing '\(.*\)' .* with SIGKILL/\1/p" supd.log)" 'web
db
low' 'who did not end was killed, one after the other'
logged 'stop_budget: stops may take 240\.0 s one after the other: each gets its share of 1\.5 s'
# the clock of the log: from the request to the last SIGKILL
used=$(perl -ne '($m, $s) = /^\S+ \d+:(\d+):([\d,]+) / or next; $s =~ tr/,/./; $t = $m * 60 + $s;
    $from = $t if /indicating exit request/; $to = $t if /with SIGKILL/;
    END { printf "%.2f", $to - $from + ($to < $from ? 3600 : 0) }' supd.log)
ok "the last SIGKILL was sent in time ($used s)" test "$(echo "$used" | tr -d .)" -le 150
ok 'and time that app did not use was used by others' test "$(echo "$used" | tr -d .)" -ge 110
logged 'stop_budget: 1\.[0-9]+ of 1\.50 s were used: .*web 0\.[0-9]+ s \(killed\)'
unlike "$(cat supd.log)" 'killing everything' 'nobody was left for the end'
done_testing
