# A program that writes what a test tells it, chunk by chunk.  Source after lib.sh.
#
#	command = $T/emit $T/NAME.cmd [stderr]
#	emit NAME BYTES CHAR		write so many of these at once
#	emit NAME 0 TEXT		write the text, with \n and \033
#	files GLOB 'NAME:SIZE ...' TEXT	these files of these sizes are or come to be there

script emit <<'END'
#!/usr/bin/perl
use POSIX 'mkfifo';
my ($fifo, $to) = @ARGV;
-p $fifo or mkfifo($fifo, 0600);
open my $in, '+<', $fifo or die "$fifo: $!";
my $fd = ($to // '') eq 'stderr' ? \*STDERR : \*STDOUT;
while (my $line = <$in>) {
	chomp $line;
	my ($n, $text) = split / /, $line, 2;
	$text =~ s/\\n/\n/g;
	$text =~ s/\\033/\033/g;
	syswrite $fd, $n > 0 ? $text x $n : $text;
}
END

emit() {
	eventually test -p "$T/$1.cmd" || fail "program $1 listens"
	printf '%s %s\n' "$2" "$3" >"$T/$1.cmd"
}

_sizes() {
	for _file in "$1" "$1".*; do
		[ ! -f "$_file" ] || printf '%s:%s ' "$_file" "$(stat -c %s "$_file")"
	done | sed 's/ $//'
}

_has_sizes() { [ "$(_sizes "$1")" = "$2" ]; }

files() {
	eventually _has_sizes "$1" "$2"
	is "$(_sizes "$1")" "$2" "$3"
}
