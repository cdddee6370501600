#!/usr/bin/perl
# One HTTP request over a UNIX socket; prints status, headers that matter, and body.
#
#	http.pl [-H 'Name: value'] [-X METHOD] [-d FORM] [-u REGEX] [-o PART] SOCKET PATH
#
# -u: the answer goes on; stop when the body matches.  -o status, head, body, or the name
# of a header: print only that.  Every wait has a deadline.
use strict;
use warnings;
use Getopt::Long qw(:config bundling);
use IO::Socket::UNIX;
use Socket qw(SOCK_STREAM);

my $deadline = 20 * ($ENV{SLOW} || 1);
my (@headers, $method, $form, $until, $only);
GetOptions('H=s' => \@headers, 'X=s' => \$method, 'd=s' => \$form, 'u=s' => \$until,
    'o=s' => \$only) && @ARGV == 2 or die "usage: http.pl [options] SOCKET PATH\n";
my ($path, $uri) = @ARGV;
$method //= defined $form ? 'POST' : 'GET';
$SIG{ALRM} = sub { print "no answer within $deadline s\n"; exit 1 };
alarm $deadline;

my $s = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $path) or die "$path: $!\n";
push @headers, 'Content-Type: application/x-www-form-urlencoded', 'Content-Length: ' . length $form
    if defined $form;
unshift @headers, 'Host: localhost' unless grep { /^Host:/i } @headers;
print $s join("\r\n", "$method $uri HTTP/1.1", @headers, '', $form // '');
$s->flush;

my $in = '';
my $body = '';
my ($head, $chunked, $length);

# Take what is complete out of $in.
sub take {
	if (!defined $head) {
		$in =~ s/\A(.*?)\r\n\r\n//s or return;
		$head = $1;
		$chunked = $head =~ /^Transfer-Encoding: *chunked/im;
		($length) = $head =~ /^Content-Length: *(\d+)/im;
	}
	if (!$chunked) {
		$body .= $in;
		$in = '';
		return;
	}
	while ($in =~ /\A([0-9a-fA-F]+)\r\n/ && length($in) >= $+[0] + hex($1) + 2) {
		$body .= substr($in, $+[0], hex($1));
		$length = length $body if hex($1) == 0;
		$in = substr($in, $+[0] + hex($1) + 2);
	}
}

while (sysread($s, my $data, 65536)) {
	$in .= $data;
	take();
	last if defined $until && $body =~ /$until/;
	last if defined $length && length($body) >= $length || defined $head && $method eq 'HEAD';
}
defined $head or die "no answer\n";
my ($status) = $head =~ m{\AHTTP/1\.\d (\d+)};
if (!defined $only) {
	print "$status\n", (map { "$_\n" } grep { /^(?:Location|Content-Type|X-Accel-Buffering):/i }
	    split(/\r\n/, $head)), "\n", $body;
} elsif ($only eq 'status') {
	print "$status\n";
} elsif ($only eq 'head') {
	print $head =~ s/\r//gr, "\n";
} elsif ($only eq 'body') {
	print $body;
} else {
	print $head =~ /^\Q$only\E: *(.*?)\r?$/im ? "$1\n" : "\n";
}
