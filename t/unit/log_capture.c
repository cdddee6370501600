/*
 * Capture mode with its marks cut in every place, and bytes that are no text as Python
 * writes them.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "log/capture.h"

#include "tap.h"

#define B "<!--XSUPERVISOR:BEGIN-->"
#define E "<!--XSUPERVISOR:END-->"

/* What is written, what the log gets, what messages there are (each in brackets). */
static const struct row {
	const char *text, *log, *messages;
} rows[] = {
	{ "plain\n", "plain\n", "" },
	{ "a" B "message" E "z\n", "az\n", "[message]" },
	{ B E, "", "[]" },
	{ B "one" E B "two" E, "", "[one][two]" },
	{ "x" B "a" B "b" E "y" E "z", "xy" E "z", "[a" B "b]" },
	{ E "a" E, E "a" E, "" },
	{ "<!--XSUPER", "<!--XSUPER", "" },
	{ "<<!--XSUPERVISOR:BEGIN-->m" E, "<", "[m]" },
	{ "<!--XSUPERVISOR:BEGIN<!--XSUPERVISOR:BEGIN-->m" E, "<!--XSUPERVISOR:BEGIN", "[m]" },
	{ "<!--XSUPERVISOR:BEGIN--x", "<!--XSUPERVISOR:BEGIN--x", "" },
	{ "<!--X<!--<!-" "<", "<!--X<!--<!-" "<", "" },
	{ B "m<!--XSUPERVISOR:ENDx" E "z", "z", "[m<!--XSUPERVISOR:ENDx]" },
	{ "log" B "lost without an end", "log", "" },
	{ "log" B "lost<!--XSUPERVISOR:EN", "log", "" },
};

struct result {
	struct buf log, messages;
	size_t	 in, captured;
	bool	 wrong;
};

static void
feed(struct capture *c, const char *data, size_t len, struct result *r)
{
	const char *piece = NULL;
	size_t used, n, before = c->nheld, log = 0, all = len;
	enum captured what;

	while (len > 0) {
		what = capture_next(c, data, len, &used, &piece, &n);
		if (what == CAPTURED_LOG) {
			buf_add(&r->log, piece, n);
			log += n;
		}
		if (what == CAPTURED_MESSAGE) {
			buf_addf(&r->messages, "[%s]", buf_text(&c->text));
			buf_release(&c->text);
		}
		if (used > len || (used == 0 && n == 0))
			r->wrong = true;
		if (r->wrong)
			return;
		data += used;
		len -= used;
	}
	r->captured += before + all - log - c->nheld;
}

static bool
run(const struct row *row, size_t cut1, size_t cut2)
{
	struct capture c = { .max = 1000 };
	struct result r = { 0 };
	size_t len = strlen(row->text), n, lost, held;
	const char *rest;
	bool same;

	feed(&c, row->text, cut1, &r);
	feed(&c, row->text + cut1, cut2 - cut1, &r);
	feed(&c, row->text + cut2, len - cut2, &r);
	held = c.nheld;
	lost = capture_end(&c, &rest, &n);
	buf_add(&r.log, rest, n);
	r.captured += held - n;
	(void)lost;
	same = !r.wrong && strcmp(buf_text(&r.log), row->log) == 0 &&
	    strcmp(buf_text(&r.messages), row->messages) == 0 &&
	    r.captured + r.log.len == len;
	if (!same)
		printf("# cut at %zu and %zu: log '%s' messages '%s' captured %zu\n", cut1, cut2,
		    buf_text(&r.log), buf_text(&r.messages), r.captured);
	buf_release(&r.log);
	buf_release(&r.messages);
	capture_release(&c);
	return same;
}

static void
test_marks(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text);
		bool same = true;

		for (size_t a = 0; same && a <= len; a++)
			for (size_t b = a; same && b <= len; b++)
				same = run(&rows[i], a, b);
		ok(same, "%s", rows[i].text);
	}
}

/* supervisord's way to keep a bound: old bytes go as new ones come. */
static void
test_bound(void)
{
	struct capture c = { .max = 10 };
	struct result r = { 0 };

	feed(&c, B, strlen(B), &r);
	feed(&c, "12345678", 8, &r);
	feed(&c, "abcd", 4, &r);
	feed(&c, E, strlen(E), &r);
	is_str(buf_text(&r.messages), "[5678abcd]", "the oldest bytes go");
	buf_clear(&r.messages);
	feed(&c, B "a piece longer than the bound" E, strlen(B E) + 29, &r);
	is_str(buf_text(&r.messages), "[a piece longer than the bound]", "one piece is whole");
	buf_release(&r.messages);
	buf_release(&r.log);
	capture_release(&c);
}

static void
test_text(void)
{
	static const struct {
		const char *bytes, *repr;
		size_t cut;
	} table[] = {
		{ "\x88", "b'\\x88'", 0 },
		{ "a\xff\n", "b'a\\xff\\n'", 0 },
		{ "it's \x80", "b\"it's \\x80\"", 0 },
		{ "\"it's\" \x80", "b'\"it\\'s\" \\x80'", 0 },
		{ "\\\t\r\x01\x7f\xc0\xaf", "b'\\\\\\t\\r\\x01\\x7f\\xc0\\xaf'", 0 },
		{ "\xed\xa0\x80", "b'\\xed\\xa0\\x80'", 0 },	/* a surrogate */
		{ "\xe2\x82", "b'\\xe2\\x82'", 2 },
		{ "\xf0\x9f\x98", "b'\\xf0\\x9f\\x98'", 3 },
		{ "\xf5", "b'\\xf5'", 0 },
		{ "\xe0\x80", "b'\\xe0\\x80'", 0 },
		{ "x\xc3", "b'x\\xc3'", 1 },
	};
	struct buf b = { 0 };

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t len = strlen(table[i].bytes);

		buf_clear(&b);
		utf8_put_repr(&b, table[i].bytes, len);
		is_str(buf_text(&b), table[i].repr, "repr");
		ok(!utf8_is_valid(table[i].bytes, len), "is no text");
		is_int((int64_t)utf8_cut(table[i].bytes, len), (int64_t)table[i].cut, "cut");
	}
	ok(utf8_is_valid("\x00 a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xed\x9f\xbf", 16), "text");
	is_int((int64_t)utf8_cut("\xe2\x82\xac", 3), 0, "whole");
	buf_release(&b);
}

int
main(void)
{
	test_marks();
	test_bound();
	test_text();
	return tap_done();
}
