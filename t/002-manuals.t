#!/usr/bin/perl
# The manuals are clean, and name every key, command, option and file pattern there is.
use strict;
use warnings;
use Test::More;

my $build = $ENV{BUILD} // 'build';
my $bin = $ENV{SUPD_BIN} // "$build/supd";
-x $bin or BAIL_OUT("$bin is missing: run make first");

sub slurp {
	my ($path) = @_;
	open(my $f, '<', $path) or die "$path: $!\n";
	local $/;
	return scalar <$f>;
}

sub run {
	my $said = `@_ 2>&1`;
	return $said;
}

my %page = map { $_ => slurp("src/man/$_") } qw(supd.8 supd-gateway.8 supd-node.8 supctl.1 kato.1);
my $bare = slurp('src/man/supd.conf.5.in');
$page{'supd.conf.5'} = run("$bin manual src/man/supd.conf.5.in");
my ($before, $after) = split(/^\.\\" KEYS\n/m, $bare);
is($page{'supd.conf.5'}, $before . run("$bin manual") . ($after // '-'),
    'the keys stand in supd.conf.5 where its line KEYS was');

# ---- lint, and the sections that a reader looks for ----

SKIP: {
	skip 'mandoc is not installed', scalar keys %page if system('command -v mandoc >/dev/null');
	for my $name (sort keys %page) {
		open(my $lint, '|-', 'mandoc -Tlint -Wwarning >&2') or die "mandoc: $!\n";
		print $lint $page{$name};
		ok(close($lint), "$name: mandoc finds nothing wrong");
	}
}

my %wanted = (
	'supd.8' => [ 'NAME', 'SYNOPSIS', 'DESCRIPTION', 'SIGNALS', 'ENVIRONMENT', 'FILES', 'EXIT STATUS' ],
	'supd-gateway.8' => [ 'NAME', 'SYNOPSIS', 'DESCRIPTION', 'FILES', 'EXAMPLES' ],
	'supd-node.8' => [ 'NAME', 'SYNOPSIS', 'DESCRIPTION', 'FILES', 'EXAMPLES' ],
	'supctl.1' => [ 'NAME', 'SYNOPSIS', 'DESCRIPTION', 'ENVIRONMENT', 'FILES', 'EXIT STATUS' ],
	'kato.1' => [ 'NAME', 'SYNOPSIS', 'DESCRIPTION', 'FILES', 'EXIT STATUS' ],
	'supd.conf.5' => [ 'NAME', 'SYNOPSIS', 'DESCRIPTION', 'ENVIRONMENT', 'FILES', 'EXIT STATUS' ],
);
for my $name (sort keys %wanted) {
	my %has = map { $_ => 1 } $page{$name} =~ /^\.Sh (.*)$/mg;
	is(join(', ', grep { !$has{$_} } @{$wanted{$name}}), '', "$name: has its sections");
}

# ---- supd.conf.5: every row of the key tables ----

my ($section, %manual);
for (split(/\n/, $page{'supd.conf.5'})) {
	$section = $1 if /^\.Ss (?:Bq )?(\S+?)(?::x)?$/;
	$manual{$section}{$1} = 1 if defined $section && /^\.It Cm (\S+)/;
}
my $tables = join("\n", map { slurp($_) } glob('src/conf/keys_*.c'));
my %rows;
while ($tables =~ /static const struct conf_key (\w+)_keys\[\] = \{(.*?)\n\};/gs) {
	my ($table, $body) = ($1, $2);
	while ($body =~ /\{ (?:KEY\((\w+)|KEY_AS\("([^"]+)"|KEY_OF\([^,]+, "([^"]+)"|SINGLE\("([^"]+)"|\.name = "([^"]+)")/g) {
		push @{$rows{$table}}, $1 // $2 // $3 // $4 // $5;
	}
}
my %section_of;
while ($tables =~ /\.section = "([^"]+)",(?:(?!\.section =).)*?ROWS\((\w+)_keys\)/gs) {
	$section_of{$2} = $1;
}
is(join(' ', sort keys %rows), join(' ', sort keys %section_of), 'every table has a section');
cmp_ok(scalar(map { @$_ } values %rows), '>', 60, 'the tables were found');
for my $table (sort keys %rows) {
	my $name = $section_of{$table} // next;
	is(join(' ', grep { !$manual{$name}{$_} } @{$rows{$table}}), '',
	    "supd.conf.5 has every key of [$name]");
}
for my $from (sort keys %page) {
	for my $to (grep { $_ ne $from } sort keys %page) {
		my ($name, $n) = $to =~ /^(.*)\.(\d)$/;
		like($page{$from}, qr/^\.Xr \Q$name\E $n\b/m, "$from leads to $to");
	}
}

# ---- supctl.1: every command and every option ----

my @commands = grep { !/^(?:EOF|__)/ }
    slurp('src/cli/command.c') =~ /^\{ "(\w[\w-]*)",/mg;
cmp_ok(scalar @commands, '>', 20, 'the commands were found');
my %told = map { $_ => 1 } map { split(/ , /) }
    map { /^([\w-]+(?: , [\w-]+)*)/ ? $1 : () } $page{'supctl.1'} =~ /^\.It Cm (.*)$/mg;
is(join(' ', grep { !$told{$_} } @commands), '', 'supctl.1 has every command');
is(join(' ', grep { my $c = $_; !grep { $_ eq $c } @commands } sort keys %told), '',
    'and none that is not there');

# ---- kato.1: the same ----

my @kato = slurp('src/cli/kato.c') =~ /^\{ "([a-z-]+(?: [a-z-]+)?)",/mg;
cmp_ok(scalar @kato, '>', 15, 'the commands of kato were found');
is(join(', ', grep { $page{'kato.1'} !~ /^\.It Cm \Q$_\E(?: |$)/m } @kato), '',
    'kato.1 has every command');
my %option = map { $_ => 1 } slurp('src/cli/kato.c') =~ /^\t\{ OPT_\w+, \S+, "([a-z-]+)"/mg;
is(join(' ', grep { $page{'kato.1'} !~ /Fl Fl \Q$_\E\b/ } grep { !/^(?:force|if-rev|local)$/ } sort keys %option), '',
    'and every option');

# Options of a face, as its usage text names them.
sub options {
	my ($usage) = @_;
	my %all = map { $_ => 1 } $usage =~ /(?<!\S)--([a-z][\w-]*)/g, $usage =~ m{/--([a-z][\w-]*)}g;
	return sort keys %all;
}

for ([ 'supd.8', $bin ], [ 'supctl.1', "$bin supctl" ]) {
	my ($name, $face) = @$_;
	my @options = options(run("$face --help"));
	cmp_ok(scalar @options, '>', 5, "$face: the options were found");
	is(join(' ', grep { $page{$name} !~ /Fl Fl \Q$_\E\b/ } @options), '', "$name has every option");
}
is(join(' ', grep { $page{'supctl.1'} !~ /Fl Fl \Q$_\E\b/ } qw(json wait timeout all)), '',
    'supctl.1 has the options of actions');

# ---- supd.8: faces, and variables that the program reads or sets ----

my @faces = slurp('supd.c') =~ /^\t\{ "(\w+)", \w+,/mg;
cmp_ok(scalar @faces, '>', 5, 'the faces were found');
is(join(' ', grep { $page{'supd.8'} !~ /\b(?:Nm|Cm) \Q$_\E\b/ } @faces), '', 'supd.8 has every face');

my $all = join("\n", map { slurp($_) } glob('src/*/*.[ch]'), 'supd.c');
my %known = map { $_ => 1 } map { /\.(?:It )?Ev (.*)/ ? split(/ , /, $1) : () }
    map { split(/\n/) } values %page;
my %defined = $all =~ /^#define (\w+)\s+"([A-Z_]+)"/mg;
my %read;
$read{$1 // $defined{$2} // $2} = 1
    while $all =~ /\bgetenv\((?:"(\w+)"|(\w+))\)/g;
delete $read{HOME};	# stands for ~ in paths, as everywhere
is(join(' ', grep { !$known{$_} } sort keys %read), '', 'every variable that is read is in a manual');

done_testing();
