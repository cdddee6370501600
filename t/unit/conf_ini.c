/*
 * Lines to sections and keys: what the encoding for inih must not change, at every
 * length, and texts that are no configuration at all.
 */
#include <stdlib.h>

#include "conf/ini.h"
#include "conf/report.h"
#include "tap.h"

static struct err e;

/* The tree of a text; errors are in e. */
static int
read_text(struct ini *ini, const char *text, size_t len)
{
	struct report r = { .e = &e };

	e = (struct err){ 0 };
	ini_init(ini);
	return ini_read_text(ini, "f", text, len, NULL, &r);
}

static const char *
value(struct ini *ini, const char *section, const char *key)
{
	struct ini_key *k = ini_get(ini, ini_find(ini, section), key);

	return k != NULL ? k->value : NULL;
}

/* [s] and k=v with names and values of each length, all bytes in turn. */
static void
test_lengths(void)
{
	size_t wrong = 0;

	for (size_t len = 1; len < 700; len++) {
		struct buf name = { 0 }, text = { 0 }, v = { 0 };
		struct ini ini;

		for (size_t i = 0; i < len; i++) {
			unsigned char c = (unsigned char)(33 + (i * 7 + len) % 94);

			if (strchr("=:;#[]", c) != NULL || (c >= 'A' && c <= 'Z'))
				c = '%';
			buf_addc(&name, (char)c);
			buf_addc(&v, c == '%' && i % 3 == 1 ? '@' : (char)c);
		}
		buf_addf(&text, "[%s]\n%s=%s\nafter=%zu\n", buf_text(&name), buf_text(&name),
		    buf_text(&v), len);
		if (read_text(&ini, buf_text(&text), text.len) == -1 ||
		    value(&ini, buf_text(&name), buf_text(&name)) == NULL ||
		    strcmp(value(&ini, buf_text(&name), buf_text(&name)), buf_text(&v)) != 0 ||
		    value(&ini, buf_text(&name), "after") == NULL)
			wrong++;
		ini_release(&ini);
		buf_release(&name);
		buf_release(&text);
		buf_release(&v);
	}
	is_int((int64_t)wrong, 0, "names and values of 1 to 699 bytes");
}

/* Each byte but NUL and line ends inside a value. */
static void
test_bytes(void)
{
	size_t wrong = 0;

	for (int c = 1; c < 128; c++) {
		char text[40], want[8];
		struct ini ini;
		int len;

		if (c == '\n' || c == '\r')
			continue;
		len = snprintf(text, sizeof(text), "[s]\nk=x%cy%cz\n", c, c);
		snprintf(want, sizeof(want), "x%cy%cz", c, c);
		if (read_text(&ini, text, (size_t)len) == -1 || value(&ini, "s", "k") == NULL ||
		    strcmp(value(&ini, "s", "k"), want) != 0) {
			printf("# byte %d\n", c);
			wrong++;
		}
		ini_release(&ini);
	}
	is_int((int64_t)wrong, 0, "every ASCII character inside a value");
}

/* Expectations from configparser of Python 3.11 with supervisord's settings. */
static void
test_rules(void)
{
	static const struct {
		const char *text, *section, *key, *want;
	} rows[] = {
		{ "[a]\nk=v", "a", "k", "v" },
		{ "[a]\r\nk=v\r\n", "a", "k", "v" },
		{ "[a]\rk=v\r", "a", "k", "v" },
		{ "  [a]\n  k=v\n", "a", "k", "v" },
		{ "[a] junk ] more\nk=v", "a] junk ", "k", "v" },
		{ "[a]junk\nk=v", "a", "k", "v" },
		{ "[ a ]\nk=v", " a ", "k", "v" },
		{ "[a;b]\nk=v", "a;b", "k", "v" },
		{ "[a] ; [b]\nk=v", "a", "k", "v" },
		{ "[a]\nk = v = w", "a", "k", "v = w" },
		{ "[a]\nk : v = w", "a", "k", "v = w" },
		{ "[a]\nk=", "a", "k", "" },
		{ "[a]\nk==", "a", "k", "=" },
		{ "[a]\nK K=v", "a", "k k", "v" },
		{ "[a]\nk=v\n\n\n", "a", "k", "v" },
		{ "[a]\nk=v\n\n  w\n", "a", "k", "v\n\nw" },
		{ "[a]\nk=v\n;c\n  w\n", "a", "k", "v\nw" },
		{ "[a]\nk=\n  v\n", "a", "k", "\nv" },
		{ "[a]\nk=v\n  [b]\n", "a", "k", "v\n[b]" },
		{ "[a]\n  k=v\n  l=w\n", "a", "l", "w" },
		{ "[a]\n  k=v\n l=w\n", "a", "l", "w" },
		{ "[a]\nk=v\n l=w\n", "a", "k", "v\nl=w" },
		{ "[a]\nk=1\n[b]\n[a]\nk=2\n", "a", "k", "2" },
		{ "[a]\nk=1\n[a]\n  l=2\n", "a", "l", "2" },
		{ "[DEFAULT]\nk=d\n[a]\n", "a", "k", "d" },
		{ "[a]\nk=a\n[DEFAULT]\nk=d\n", "a", "k", "a" },
		{ "[default]\nk=d\n[a]\n", "a", "k", NULL },
		{ "[a]\nk=v\x0bw\x0cx\n", "a", "k", "v\x0bw\x0cx" },
		{ "[a]\nk=v\xc2\xa0\n", "a", "k", "v" },
		{ "\n\n# c\n;d\n[a]\nk=v", "a", "k", "v" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ini ini;
		const char *got;

		if (!ok(read_text(&ini, rows[i].text, strlen(rows[i].text)) == 0, "row %zu: %s", i,
		    e.msg)) {
			ini_release(&ini);
			continue;
		}
		got = value(&ini, rows[i].section, rows[i].key);
		if (rows[i].want != NULL)
			is_str(got, rows[i].want, "value");
		else
			ok(got == NULL, "no value");
		ini_release(&ini);
	}
}

static void
test_lines(void)
{
	static const char text[] = "\n[a]\n; c\nk=1\n  2\n\nl=3\nk=4 ; cut\n[b]\r\nm=5\r\n";
	struct ini ini;
	struct ini_key *k;

	is_int(read_text(&ini, text, strlen(text)), 0, "lines are counted");
	is_int(ini_find(&ini, "a")->line, 2, "section");
	k = ini_get(&ini, ini_find(&ini, "a"), "k");
	is_int(k->line, 8, "the value that counts");
	is_int(k->before, 4, "the one before it");
	ok(k->cut, "a comment was cut");
	ok(!ini_get(&ini, ini_find(&ini, "a"), "l")->cut, "none was");
	is_int(ini_get(&ini, ini_find(&ini, "b"), "m")->line, 10, "lines ending with CR LF");
	ini_release(&ini);
}

static void
test_refused(void)
{
	static const struct {
		const char *text;
		size_t len;
		const char *want;
	} rows[] = {
		{ "\xff", 1, "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte" },
		{ "[a]\n\xc3(", 6, "'utf-8' codec can't decode byte 0xc3 in position 4: invalid "
		  "continuation byte" },
		{ "[a]\nk=\xe6\x97", 8, "'utf-8' codec can't decode bytes in position 6-7: unexpected "
		  "end of data" },
		{ "\xed\xa0\x80", 3, "'utf-8' codec can't decode byte 0xed in position 0: invalid "
		  "continuation byte" },
		{ "\xf0\x9f\x98x", 4, "'utf-8' codec can't decode bytes in position 0-2: invalid "
		  "continuation byte" },
		{ "\xc0\xaf", 2, "'utf-8' codec can't decode byte 0xc0 in position 0: invalid start "
		  "byte" },
		{ "[a]\nk=v\0w\n", 10, "Source contains parsing errors: 'f'\n\t[line  2]: "
		  "'k=v\\x00w\\n'" },
		{ "[a\0b]\n", 6, "File contains no section headers.\nfile: 'f', line: 1\n"
		  "'[a\\x00b]\\n'" },
		{ "[a]\nx\n  y\n=z", 12, "Source contains parsing errors: 'f'\n\t[line  2]: 'x\\n'\n"
		  "\t[line  3]: '  y\\n'\n\t[line  4]: '=z'" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ini ini;

		is_int(read_text(&ini, rows[i].text, rows[i].len), -1, "refused");
		is_str(e.msg, rows[i].want, "in Python's words");
		ini_release(&ini);
	}
}

static void
test_here(void)
{
	static const char text[] = "[a]\nk=%(here)s/x %(here)s\nl=%%(here)s\n";
	struct report r = { .e = &e };
	struct ini ini;

	ini_init(&ini);
	is_int(ini_read_text(&ini, "f", text, strlen(text), "/d%", &r), 0, "an included file");
	is_str(value(&ini, "a", "k"), "/d%/x /d%", "%(here)s is put in at once");
	is_str(value(&ini, "a", "l"), "%/d%", "as text");
	ini_release(&ini);
}

int
main(void)
{
	test_lengths();
	test_bytes();
	test_rules();
	test_lines();
	test_refused();
	test_here();
	return tap_done();
}
