/*
 * The parts of the logger that decide or remember, each alone: names of AUTO files,
 * strip_ansi at every border, the ring at every size, the pace, cut characters.
 */
#include <stdlib.h>

#include "log/ansi.h"
#include "log/logfile.h"
#include "log/pace.h"
#include "log/reader.h"
#include "log/ring.h"
#include "log/tally.h"
#include "tap.h"

static void
auto_names(void)
{
	static const struct { const char *name; bool is; } cases[] = {
		{ "web-stdout---supervisor-abcd1234.log", true },
		{ "web-stdout---supervisor-abcd1234.log.1", true },
		{ "web-stdout---supervisor-abcd1234.log.10", true },
		{ "a---supervisor-x.log", true },
		{ "a---b---supervisor-x.log", true },
		{ "---supervisor-x.log", false },	/* nothing in front */
		{ "a---supervisor-.log", false },	/* nothing between */
		{ "a---supervisor-x.log.", false },
		{ "a---supervisor-x.log.1x", false },
		{ "a---supervisor-x.logs", false },
		{ "a---supervisor-x y.log", false },
		{ "a---supervisors-x.log", false },
		{ "a---other-x.log", false },
		{ "supervisord.log", false },
		{ "", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(logfile_is_auto(cases[i].name, "supervisor") == cases[i].is,
		    "'%s' is %san AUTO file", cases[i].name, cases[i].is ? "" : "not ");
}

static void
ansi(void)
{
	static const char in[] = "\033[1mbold\033[0m \033x \033[38;5;196mred\033[K\033[2J.";
	static const char want[] = "bold \033x red.";
	size_t len = sizeof(in) - 1;
	int bad = 0;

	for (size_t cut = 0; cut <= len; cut++) {
		struct ansi a = { 0 };
		char out[100];
		size_t n = ansi_strip(&a, in, cut, out);

		n += ansi_strip(&a, in + cut, len - cut, out + n);
		bad += n != sizeof(want) - 1 || memcmp(out, want, n) != 0;
	}
	is_int(bad, 0, "strip_ansi does not care where the text is cut");
	{
		struct ansi a = { 0 };
		char text[201], out[201];

		memset(text, '0', sizeof(text));
		memcpy(text, "\033[", 2);
		is_int((int64_t)ansi_strip(&a, text, 200, out), 200 - 2 - 64,
		    "what never ends is no sequence");
		ansi_strip(&a, "\033", 1, out);
		is_int((int64_t)ansi_end(&a, out), 1, "an ESC at the very end is text");
	}
}

static void
ring(void)
{
	int bad = 0;

	for (size_t max = 1; max < 700; max += 37)
		for (size_t chunk = 1; chunk < 900; chunk += 61) {
			struct ring r = { 0 };
			struct buf all = { 0 }, tail = { 0 };

			for (int i = 0; i < 40; i++) {
				char data[900];

				for (size_t k = 0; k < chunk; k++)
					data[k] = (char)('a' + (all.len + k) % 23);
				buf_add(&all, data, chunk);
				ring_add(&r, data, chunk, max);
				buf_clear(&tail);
				ring_tail(&r, 5000, &tail);
				bad += r.total != all.len || r.size > max ||
				    tail.len != (all.len < max ? all.len : max) ||
				    memcmp(tail.data, all.data + all.len - tail.len,
				    tail.len) != 0;
			}
			ring_clear(&r);
			buf_release(&all);
			buf_release(&tail);
		}
	is_int(bad, 0, "the ring has the last bytes, whatever the sizes");
}

static void
pace(void)
{
	struct pace p = { 0 };
	int64_t now = 1000000;
	int turns = 0, pause;

	is_int(pace_turn(&p, 100, now), 0, "the first line does not wait");
	/* 50 programs, together a line each 200 us, for a second */
	for (int64_t end = now + 1000000; now < end; turns++) {
		pause = pace_turn(&p, 100, now);
		now += pause > 200 ? pause : 200;
	}
	ok(turns < 300, "many small lines: %d turns in a second", turns);
	/* one that writes lines as fast as it can: 100 MB/s */
	for (int i = 0; i < 50; i++) {
		int64_t since = pause > 20 ? pause : 20;

		now += since;
		pause = pace_turn(&p, (size_t)since * 100, now);
	}
	ok(pause > 200 && pause < 500, "100 MB/s: %d us, half a pipe", pause);
	is_int(pace_turn(&p, 65536, now + 50), 0, "1 GB/s: no pause");
	pace_turn(&p, 100, now + 300);
	is_int(pace_turn(&p, 100, now + 1000000), 0, "after silence there is none");
}

static void
cut(void)
{
	is_int((int64_t)text_cut("abc", 3), 0, "plain text is not cut");
	is_int((int64_t)text_cut("a\xc3", 2), 1, "first of two bytes");
	is_int((int64_t)text_cut("a\xc3\xa4", 3), 0, "both");
	is_int((int64_t)text_cut("\xe2\x82", 2), 2, "two of three");
	is_int((int64_t)text_cut("\xf0\x9f\x98", 3), 3, "three of four");
	is_int((int64_t)text_cut("\xf0\x9f\x98\x80", 4), 0, "all four");
	is_int((int64_t)text_cut("\x80\x80\x80\x80", 4), 0, "what never begins is not kept");
	is_int((int64_t)text_cut("\xff", 1), 0, "nor what is no begin");
}

static void
tally(void)
{
	struct tally t;
	bool known;
	int a, b;

	tally_init(-1);
	a = tally_take(7, &known);
	ok(!known, "a new flow is not known");
	b = tally_take(9, &known);
	ok(a != b, "two flows have two records");
	t = tally_get(a);
	t.in = t.written = 5;
	tally_commit(a, &t);
	is_int((int64_t)tally_get(a).written, 5, "a commit is to be seen");
	is_int((int64_t)tally_get(b).written, 0, "in its own record only");
	tally_give(a);
	is_int(tally_take(11, &known), a, "a record that was given back is used again");
	is_int((int64_t)tally_get(a).written, 0, "from zero on");
	tally_release();
}

int
main(void)
{
	auto_names();
	ansi();
	ring();
	pace();
	cut();
	tally();
	return tap_done();
}
