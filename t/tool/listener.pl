#!/usr/bin/perl
# Event listener of supervisord: append each event to a file as one line,
# "TIME EVENT PAYLOAD", the form in which `supctl events -f` prints it.
use strict;
use warnings;
use POSIX qw(strftime);
use Time::HiRes qw(time);

open(my $out, '>>', $ARGV[0]) or die "$ARGV[0]: $!";
$out->autoflush(1);
$| = 1;
for (;;) {
	print "READY\n";
	my $header = <STDIN> // exit 0;
	my ($event) = $header =~ /\beventname:(\S+)/;
	my ($len) = $header =~ /\blen:(\d+)/;
	read STDIN, my $payload, $len if $len;
	$payload = '' unless $len;
	$payload =~ s/\s+/ /g;
	my $now = time;
	printf $out "%s,%03d %s %s\n", strftime('%Y-%m-%d %H:%M:%S', localtime $now),
	    int(1000 * ($now - int $now)), $event, $payload;
	print "RESULT 2\nOK";
}
