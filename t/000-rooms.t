#!/usr/bin/perl
# The rooms of src/ include each other only as the table in README.md says, and every file is in order.
use strict;
use warnings;
use Cwd qw(getcwd);
use File::Basename qw(basename dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Test::More;

# ---- reading ----

sub slurp {
	my ($path) = @_;
	open(my $f, '<', $path) or die "$path: $!\n";
	local $/;
	return scalar <$f>;
}

# Files of the tree at $root, in git's view where there is one.
sub files {
	my ($root) = @_;
	my @list;
	@list = split(/\0/, `cd '$root' && git ls-files -coz --exclude-standard 2>/dev/null`)
	    if -e "$root/.git";
	if (!@list) {			# unpacked from an archive, or git is not there
		@list = map { s{^\Q$root\E/}{}r } split(/\n/, `find '$root' -type f`);
	}
	return sort grep { -f "$root/$_" && !m,^(?:build|run|\.git)/, } @list;
}

# README.md, "src/core/    what it is    uses conf, base": room => { name => 1 }
sub table {
	my ($root) = @_;
	my %uses;
	for (split(/\n/, slurp("$root/README.md"))) {
		next unless m{^src/(\w+)/\s.*\suses\s+([\w, ]+?)\s*$};
		$uses{$1} = { map { $_ => 1 } $1, split(/,\s*/, $2) };
	}
	return \%uses;
}

# Names in #include "..." of a file, in order; comments do not count.
sub includes {
	my ($text) = @_;
	$text =~ s{/\*.*?\*/}{}gs;
	return map { /^\s*#\s*include\s*(["<][^">]*[">])/ ? $1 : () } split(/\n/, $text);
}

# ---- the rules: each returns what is wrong, as "file: what" ----

sub wrong_rooms {
	my ($root) = @_;
	my $uses = table($root);
	my @wrong;
	for my $file (grep { m{^src/.*\.[ch]$} } files($root)) {
		my ($room) = $file =~ m{^src/(\w+)/} or next;
		if (!$uses->{$room}) {
			push @wrong, "$file: README.md knows no room src/$room/";
			next;
		}
		for (grep { /^"/ } includes(slurp("$root/$file"))) {
			my $name = s/"//gr;
			if ($name !~ m{^(\w+)/\w+\.h$} || !-e "$root/src/$name") {
				push @wrong, "$file: $name is not written as room/file.h";
			} elsif (!$uses->{$room}{$1}) {
				push @wrong, "$file: $room may not include $name";
			}
		}
	}
	return @wrong;
}

sub wrong_first_includes {
	my ($root) = @_;
	my @wrong;
	for my $file (grep { m{^src/\w+/\w+\.c$} } files($root)) {
		my $own = $file =~ s{^src/(.*)\.c$}{$1.h}r;
		next unless -e "$root/src/$own";
		my ($first) = includes(slurp("$root/$file"));
		push @wrong, "$file: does not include $own first"
		    if ($first // '') ne qq("$own");
	}
	return @wrong;
}

# A room that is built, but not all of it: easily forgotten, and nothing else says so.
sub wrong_makefile {
	my ($root) = @_;
	my $make = slurp("$root/Makefile");
	return map { $make =~ m{^\s*\Q$_\E\b}m ? () : "$_: is not in the Makefile" }
	    grep { m{^src/\w+/\w+\.c$} } files($root);
}

# Words that announce work, and paths that exist on one machine only.
sub wrong_words {
	my ($root) = @_;
	my $later = join('|', 'TO' . 'DO', 'FIX' . 'ME', 'XX' . 'X(?!X)');
	my $path = qr{(?<![\w.\$/\}-])(/(?:home|work|Users)/[A-Za-z]\S*)};
	my @wrong;
	for my $file (files($root)) {
		next if -B "$root/$file";
		my $n = 0;
		for (split(/\n/, slurp("$root/$file"))) {
			$n++;
			push @wrong, "$file:$n: $1" if m{\b($later)\b};
			push @wrong, "$file:$n: $1" if /$path/;
		}
	}
	return @wrong;
}

sub wrong_guards {
	my ($root) = @_;
	my @wrong;
	for my $file (grep { m{^src/\w+/\w+\.h$} } files($root)) {
		my $guard = uc($file =~ s{^src/}{}r =~ tr{/.}{__}r);
		push @wrong, "$file: is not guarded by $guard"
		    unless slurp("$root/$file") =~ m{^#ifndef \Q$guard\E\n#define \Q$guard\E\n}m;
	}
	return @wrong;
}

# The compiler of the build under test, with its libraries.
sub compiler {
	my ($build) = @_;
	my @cc = $build =~ m{(asan|system)$} || system('command -v musl-gcc >/dev/null') ?
	    ('gcc') : ('musl-gcc');
	push @cc, '-isystem', "$build/libs/include" if -d "$build/libs/include";
	push @cc, split(' ', `pkg-config --cflags libbsd inih libedit 2>/dev/null` // '')
	    if $build =~ m{system$};
	return (@cc, qw(-std=c11 -D_GNU_SOURCE -DSUPD_VERSION="" -Wall -Wextra -Werror -fsyntax-only));
}

# Each header alone, one compiler for all of them; it names the file that fails.
sub wrong_headers {
	my ($root, $build) = @_;
	my @headers = grep { m{^src/\w+/\w+\.h$} } files($root);
	my $cwd = getcwd();
	my @command = (compiler($build), '-Isrc', '-x', 'c', @headers);
	s/'/'\\''/g for @command;
	chdir($root) or die "$root: $!\n";
	my $said = join('', map { "'$_' " } @command);
	$said = `$said 2>&1`;
	my $failed = $? != 0;
	chdir($cwd);
	return map { $_ } grep { /error/ } split(/\n/, $said) if $failed;
	return ();
}

my $build = $ENV{BUILD} // 'build';
$build = getcwd() . "/$build" unless $build =~ m{^/};

my @rules = (
	[ \&wrong_rooms, 'rooms include only rooms that the table in README.md allows' ],
	[ \&wrong_first_includes, 'a source file includes its own header first' ],
	[ \&wrong_guards, 'headers are guarded by their name' ],
	[ \&wrong_makefile, 'the Makefile builds every source file' ],
	[ \&wrong_words, 'nothing is announced for later, no path of a machine is named' ],
	[ sub { wrong_headers($_[0], $build) }, 'each header compiles alone' ],
);

sub rule_ok {
	my ($rule) = @_;
	my @wrong = $rule->[0]->('.');
	ok(!@wrong, $rule->[1]);
	diag("  $_") for @wrong;
}

my @all = files('.');
cmp_ok(scalar @all, '>', 100, 'the files of the project were found');
rule_ok($_) for @rules;
my $uses = table('.');
is(join(' ', sort keys %$uses),
    join(' ', sort grep { $_ ne 'man' } map { m{^src/(\w+)$} } glob('src/*')),
    'README.md names exactly the rooms that there are');

# ---- can they fail?  One fault each, planted in a small tree. ----

my %tree = (
	'README.md' => "src/base/   basics   uses libc\nsrc/core/   core   uses base\n",
	'Makefile' => "SRC = \\\n\tsrc/base/a.c \\\n\tsrc/core/b.c \\\n",
	'src/base/a.h' => "#ifndef BASE_A_H\n#define BASE_A_H\nint a(void);\n#endif\n",
	'src/base/a.c' => "#include \"base/a.h\"\n#include <stdio.h>\n",
	'src/core/b.h' => "#ifndef CORE_B_H\n#define CORE_B_H\n#include <stddef.h>\nsize_t b(void);\n#endif\n",
	'src/core/b.c' => "#include \"core/b.h\"\n\n#include \"base/a.h\"\n",
);

sub plant {
	my (%bad) = @_;
	my $dir = tempdir(CLEANUP => 1);
	my %all = (%tree, %bad);
	for my $name (sort keys %all) {
		make_path(dirname("$dir/$name"));
		open(my $f, '>', "$dir/$name") or die "$dir/$name: $!\n";
		print $f $all{$name};
		close($f);
	}
	return $dir;
}

my $good = plant();
is(join("\n", map { $_->[0]->($good) } @rules), '', 'a good tree passes every rule');

for (
	[ 0, 'a room that is not allowed', 'src/base/a.c' => "#include \"base/a.h\"\n#include \"core/b.h\"\n" ],
	[ 0, 'a room that nobody knows', 'src/shed/c.c' => "int c;\n" ],
	[ 0, 'an include without its room', 'src/core/b.c' => "#include \"core/b.h\"\n#include \"b.h\"\n" ],
	[ 0, 'a header that is not there', 'src/core/b.c' => "#include \"core/b.h\"\n#include \"base/z.h\"\n" ],
	[ 1, 'another header first', 'src/core/b.c' => "#include <stdio.h>\n#include \"core/b.h\"\n" ],
	[ 2, 'another guard', 'src/core/b.h' => "#ifndef B_H\n#define B_H\n#endif\n" ],
	[ 3, 'a file that is not built', 'src/core/lost.c' => "int lost;\n" ],
	[ 4, 'work for later', 'src/core/b.c' => "#include \"core/b.h\"\n/* " . 'TO' . "DO: all of it */\n" ],
	[ 4, 'a path of a machine', 'src/core/b.c' => "#include \"core/b.h\"\nchar *x = \"/ho" . "me/somebody/x\";\n" ],
	[ 5, 'a header that needs another', 'src/core/b.h' => "#ifndef CORE_B_H\n#define CORE_B_H\nsize_t b(void);\n#endif\n" ],
) {
	my ($rule, $what, %bad) = @$_;
	my @wrong = $rules[$rule][0]->(plant(%bad));
	cmp_ok(scalar @wrong, '>', 0, "seen: $what");
	diag("  $_") for @wrong[1 .. $#wrong];
}

done_testing();
