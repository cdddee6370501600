/*
 * %(name)s expansion against what Python's % operator makes of the same texts.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/expand.h"
#include "conf/hole.h"
#include "conf/words.h"
#include "tap.h"

/* The right column was printed by Python 3.11. */
static const struct {
	const char *text, *want;
} good[] = {
	{ "plain", "plain" },
	{ "", "" },
	{ "%%", "%" },
	{ "%%%%d", "%%d" },
	{ "%(here)s", "/etc/x" },
	{ "%(here)s/%(program_name)s", "/etc/x/web" },
	{ "%(process_num)d", "7" },
	{ "%(process_num)02d", "07" },
	{ "%(process_num)i", "7" },
	{ "%(process_num)u", "7" },
	{ "%(process_num)s", "7" },
	{ "%(process_num)5d|", "    7|" },
	{ "%(process_num)-5d|", "7    |" },
	{ "%(process_num)+d", "+7" },
	{ "%(process_num) d", " 7" },
	{ "%(process_num)+05d", "+0007" },
	{ "%(process_num)-05d|", "7    |" },
	{ "%(process_num).3d", "007" },
	{ "%(process_num)6.3d|", "   007|" },
	{ "%(process_num)06.3d", "000007" },
	{ "%(numprocs)x", "c" },
	{ "%(numprocs)X", "C" },
	{ "%(numprocs)#x", "0xc" },
	{ "%(numprocs)#X", "0XC" },
	{ "%(numprocs)#o", "0o14" },
	{ "%(numprocs)o", "14" },
	{ "%(numprocs)#06x", "0x000c" },
	{ "%(numprocs)#6x|", "   0xc|" },
	{ "%(numprocs)#.4x", "0x000c" },
	{ "%(process_num)e", "7.000000e+00" },
	{ "%(process_num)E", "7.000000E+00" },
	{ "%(process_num).0e", "7e+00" },
	{ "%(process_num)f", "7.000000" },
	{ "%(process_num).2f", "7.00" },
	{ "%(process_num)08.2f", "00007.00" },
	{ "%(process_num)-8.2f|", "7.00    |" },
	{ "%(process_num)g", "7" },
	{ "%(process_num)#g", "7.00000" },
	{ "%(process_num)G", "7" },
	{ "%(process_num)#.0f", "7." },
	{ "%(process_num)c|", "\a|" },
	{ "%(numprocs)5c|", "    \f|" },
	{ "%(program_name)5s|", "  web|" },
	{ "%(program_name)-5s|", "web  |" },
	{ "%(program_name)05s|", "  web|" },
	{ "%(program_name).2s", "we" },
	{ "%(program_name)5.1s|", "    w|" },
	{ "%(program_name)r", "'web'" },
	{ "%(ENV_Q)r", "\"it's\"" },
	{ "%(ENV_U)r", "'é日'" },
	{ "%(ENV_U)s", "é日" },
	{ "%(ENV_U)4s|", "  é日|" },
	{ "%(ENV_U).1s|", "é|" },
	{ "%(ENV_E)s|", "|" },
	{ "%(process_num)r", "7" },
	{ "%(process_num)ld", "7" },
	{ "%(process_num)hd", "7" },
	{ "%(process_num)Ld", "7" },
	{ "%(program_name)ls", "web" },
	{ "%(process_num)5s|", "    7|" },
	{ "%(process_num).1s|", "7|" },
};

static const struct {
	const char *text, *why;
} bad[] = {
	{ "%", "incomplete format" },
	{ "%5", "incomplete format" },
	{ "%(", "incomplete format key" },
	{ "%(here", "incomplete format key" },
	{ "%(here)", "incomplete format" },
	{ "%(here)5", "incomplete format" },
	{ "%(here).", "incomplete format" },
	{ "%q", "unsupported format character 'q' (0x71) at index 1" },
	{ "%(here)q", "unsupported format character 'q' (0x71) at index 7" },
	{ "%(here)d", "%d format: a real number is required, not str" },
	{ "%(here)i", "%i format: a real number is required, not str" },
	{ "%(here)u", "%u format: a real number is required, not str" },
	{ "%(here)x", "%x format: an integer is required, not str" },
	{ "%(here)X", "%X format: an integer is required, not str" },
	{ "%(here)o", "%o format: an integer is required, not str" },
	{ "%(here)e", "must be real number, not str" },
	{ "%(here)f", "must be real number, not str" },
	{ "%(here)g", "must be real number, not str" },
	{ "%(here)c", "%c requires int or char" },
	{ "%(ENV_E)c", "%c requires int or char" },
	{ "%d", "%d format: a real number is required, not dict" },
	{ "%x", "%x format: an integer is required, not dict" },
	{ "%f", "must be real number, not dict" },
	{ "%(here)*d", "* wants int" },
	{ "%(process_num)*d", "not enough arguments for format string" },
	{ "%(process_num).*d", "not enough arguments for format string" },
	{ "%*d", "* wants int" },
	{ "%(process_num)99999999999999999999d", "width too big" },
	{ "%(process_num).99999999999999999999d", "precision too big" },
	{ "é%y", "unsupported format character 'y' (0x79) at index 2" },
	{ "%(here)ll", "unsupported format character 'l' (0x6c) at index 8" },
	{ "%-", "incomplete format" },
	{ "%(here)s%", "incomplete format" },
	{ "%(here)%", "unsupported format character '%' (0x25) at index 7" },
	{ "%5%", "unsupported format character '%' (0x25) at index 2" },
	{ "% %", "unsupported format character '%' (0x25) at index 2" },
};

static char *variables[] = {
	(char *)(uintptr_t)"E=", (char *)(uintptr_t)"HOME=/root",
	(char *)(uintptr_t)"Q=it's", (char *)(uintptr_t)"U=é日", NULL
};
static const struct strlist env = { variables, 4 };

static const struct scope scope = {
	.here = "/etc/x",
	.program_name = "web",
	.numbered = true,
	.process_num = 7,
	.numprocs = 12,
	.env = { NULL, NULL, &env },
};

static void
test_good(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct buf out = { 0 };
		struct err e = { 0 };
		int rc = scope_expand(&scope, good[i].text, "x", &out, &e);

		is_str(rc == 0 ? buf_text(&out) : e.msg, good[i].want, good[i].text);
		buf_release(&out);
	}
}

static void
test_bad(void)
{
	char want[400];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct buf out = { 0 };
		struct err e = { 0 };
		int rc = scope_expand(&scope, bad[i].text, "k", &out, &e);

		snprintf(want, sizeof(want), "Format string '%s' for 'k' is badly formatted: %s",
		    bad[i].text, bad[i].why);
		is_str(rc == -1 ? e.msg : buf_text(&out), want, bad[i].text);
		buf_release(&out);
	}
}

/* supervisord's words for a name that is not offered. */
static void
test_unknown(void)
{
	struct scope inner = scope;
	char *own[] = { (char *)(uintptr_t)"HOME=/own", (char *)(uintptr_t)"Z=1", NULL };
	struct strlist mine = { own, 2 };
	struct buf out = { 0 };
	struct err e = { 0 };

	inner.env[0] = &mine;
	is_int(scope_expand(&inner, "a %(nope)s", "program:web.command", &out, &e), -1,
	    "refused");
	is_str(e.msg, "Format string 'a %(nope)s' for 'program:web.command' contains names "
	    "('nope') which cannot be expanded. Available names: ENV_E, ENV_HOME, ENV_Q, ENV_U, "
	    "ENV_Z, here, numprocs, process_num, program_name", "each name once, sorted");
	buf_clear(&out);
	is_int(scope_expand(&inner, "%(ENV_HOME)s", "k", &out, &e), 0, "own variable");
	is_str(buf_text(&out), "/own", "the innermost counts");
	buf_clear(&out);
	inner.numbered = false;
	is_int(scope_expand(&inner, "%(process_num)d", "k", &out, &e), -1,
	    "not for every key");
	is_int(scope_expand(&inner, "%(group_name)s", "k", &out, &e), -1,
	    "not in every section");
	is_int(scope_expand(&inner, "%(a(b)c)s %(", "k", &out, &e), -1, "brackets nest");
	ok(strstr(e.msg, "('a(b)c')") != NULL, "the first error: %s", e.msg);
	buf_release(&out);
}

static const char *
value(const char *path, size_t len)
{
	return len == 6 && memcmp(path, "web/ip", 6) == 0 ? "10.0.0.1" :
	    len == 6 && memcmp(path, "web/sh", 6) == 0 ? "%(config_web/ip)s" : NULL;
}

/* Values of the store pass through, and are filled later. */
static void
test_holes(void)
{
	static const char *const texts[][2] = {
		{ "%(config_web/ip)s:80", "10.0.0.1:80" },
		{ "100%% %(here)s %(config_web/ip)s", "100% /etc/x 10.0.0.1" },
		{ "%(config_web/sh)s", "%(config_web/ip)s" },	/* a value is not looked into */
		{ "%(config_no/one)s %(config_web/ip)s", "%(config_no/one)s 10.0.0.1" },
	};
	struct scope here = scope;
	struct buf out = { 0 }, filled = { 0 };
	struct strlist words = { 0 };
	struct err e = { 0 };

	here.values = true;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		buf_clear(&out);
		buf_clear(&filled);
		is_int(scope_expand(&here, texts[i][0], "k", &out, &e), 0, texts[i][0]);
		hole_fill(buf_text(&out), value, &filled);
		is_str(buf_text(&filled), texts[i][1], texts[i][1]);
	}
	is_int(scope_expand(&here, "%(config_web/ip)5s", "k", &out, &e), -1, "no widths");
	ok(strstr(e.msg, "a value of the store is %(config_COMPONENT/PATH)s") != NULL, "%s", e.msg);
	is_int(scope_expand(&here, "%(config_web)s", "k", &out, &e), -1, "a component is no value");
	is_int(scope_expand(&scope, "%(config_web/ip)s", "k", &out, &e), -1, "not everywhere");
	ok(hole_len("%(config_a/b)s") == 14 && hole_len("%(config_a b/c)s") == 0 &&
	    hole_len("%(config_a/b)") == 0 && hole_len("%(config_/") == 0, "what a hole is");
	is_int(env_parse("A=x%(config_a/b)s:1,B=\"%(config_a/b)s\"", &words, &e), 0,
	    "in an environment without quotes and with");
	is_str(words.v[0], "A=x%(config_a/b)s:1", "whole");
	is_str(words.v[1], "B=%(config_a/b)s", "both times");
	strlist_release(&words);
	buf_release(&out);
	buf_release(&filled);
}

/* What is said must stay readable, and memory bounded, whatever the text. */
static void
test_long(void)
{
	struct buf text = { 0 }, out = { 0 };
	struct err e = { 0 };

	for (int i = 0; i < 100000; i++)
		buf_adds(&text, "%(process_num)d");
	is_int(scope_expand(&scope, buf_text(&text), "k", &out, &e), 0, "many names");
	is_int((int64_t)out.len, 100000, "all of them");
	buf_adds(&text, "%(oops)s");
	is_int(scope_expand(&scope, buf_text(&text), "k", &out, &e), -1,
	    "a long text refused");
	ok(strstr(e.msg, "('oops')") != NULL, "the name is seen: %.60s", e.msg);
	buf_clear(&out);
	is_int(scope_expand(&scope, "%(here)65537s", "k", &out, &e), -1,
	    "width is bounded");
	is_int(scope_expand(&scope, "%(here)65536s", "k", &out, &e), 0, "at 64 KiB");
	buf_release(&text);
	buf_release(&out);
}

int
main(void)
{
	test_good();
	test_bad();
	test_unknown();
	test_holes();
	test_long();
	return tap_done();
}
