/*
 * JSON written into a buffer: what comes out is read back by a parser.
 */
#include "wire/json.h"

#include <math.h>
#include <stdlib.h>
#include <yyjson.h>

#include "tap.h"

static struct buf b;

static const char *
text(void)
{
	return b.failed ? "(failed)" : buf_text(&b);
}

static void
test_commas(void)
{
	buf_clear(&b);
	json_open(&b, '{');
	json_kstr(&b, "a", "x");
	json_kint(&b, "b", -7);
	json_kbool(&b, "c", true);
	json_key(&b, "d");
	json_open(&b, '[');
	json_close(&b, ']');
	json_key(&b, "e");
	json_open(&b, '[');
	json_int(&b, 1);
	json_str(&b, "two");
	json_bool(&b, false);
	json_null(&b);
	json_open(&b, '{');
	json_close(&b, '}');
	json_open(&b, '{');
	json_kint(&b, "f", 2);
	json_close(&b, '}');
	json_close(&b, ']');
	json_kstr(&b, "g", "");
	json_close(&b, '}');
	is_str(text(), "{\"a\":\"x\",\"b\":-7,\"c\":true,\"d\":[],"
	    "\"e\":[1,\"two\",false,null,{},{\"f\":2}],\"g\":\"\"}", "commas by themselves");

	buf_clear(&b);
	json_open(&b, '{');
	json_close(&b, '}');
	buf_addc(&b, '\0');
	json_open(&b, '{');
	json_close(&b, '}');
	ok(b.len == 5 && memcmp(b.data, "{}\0{}", 5) == 0, "a new frame begins without one");

	buf_clear(&b);
	json_open(&b, '[');
	json_str(&b, "ends in [");
	json_str(&b, ":");
	json_close(&b, ']');
	is_str(text(), "[\"ends in [\",\":\"]", "brackets inside a string are none");
}

static void
test_numbers(void)
{
	static const struct {
		int64_t n;
		const char *text;
	} ints[] = {
		{ 0, "0" }, { -1, "-1" }, { 10, "10" },
		{ INT64_MAX, "9223372036854775807" }, { INT64_MIN, "-9223372036854775808" },
	};
	static const double doubles[] = {
		0, 0.1, -2.5, 1763695860.5, 1.0 / 3, 1e300, 5e-324, 123456789012345678.0,
	};

	for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]); i++) {
		buf_clear(&b);
		json_int(&b, ints[i].n);
		is_str(text(), ints[i].text, ints[i].text);
	}
	for (size_t i = 0; i < sizeof(doubles) / sizeof(doubles[0]); i++) {
		buf_clear(&b);
		json_num(&b, doubles[i]);
		ok(memcmp(&doubles[i], &(double){ strtod(text(), NULL) }, sizeof(double)) == 0,
		    "%s is exactly what was given", text());
	}
	buf_clear(&b);
	json_open(&b, '[');
	json_num(&b, (double)INFINITY);
	json_num(&b, (double)NAN);
	json_close(&b, ']');
	is_str(text(), "[null,null]", "what JSON cannot say is null");
}

/* Bytes in, bytes that a reader gets out. */
static void
bytes(const char *in, size_t len, const char *want, const char *name)
{
	yyjson_doc *doc;
	const char *got;

	buf_clear(&b);
	json_bytes(&b, in, len);
	doc = yyjson_read(text(), b.len, 0);
	got = yyjson_get_str(yyjson_doc_get_root(doc));
	is_str(got, want, name);
	yyjson_doc_free(doc);
}

#define BYTES(in, want, name) bytes(in, sizeof(in) - 1, want, name)
#define FFFD "\xef\xbf\xbd"

static void
test_strings(void)
{
	buf_clear(&b);
	json_str(&b, "\"\\/\b\f\n\r\t\x01\x1f\x7f");
	is_str(text(), "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\"", "escapes");
	buf_clear(&b);
	json_bytes(&b, "a\0b", 3);
	is_str(text(), "\"a\\u0000b\"", "NUL");
	buf_clear(&b);
	json_str(&b, NULL);
	is_str(text(), "\"\"", "no text is the empty text");

	BYTES("plain", "plain", "ASCII as it is");
	BYTES("h\xc3\xb6he \xe2\x82\xac \xf0\x9f\x98\x80", "h\xc3\xb6he \xe2\x82\xac \xf0\x9f\x98\x80",
	    "UTF-8 as it is");
	BYTES("\xff", FFFD, "a byte that UTF-8 does not have");
	BYTES("a\x80z", "a" FFFD "z", "a tail without a head");
	BYTES("\xc3", FFFD, "cut after the first of two");
	BYTES("\xe2\x82", FFFD FFFD, "cut after the second of three");
	BYTES("\xe2\x82z", FFFD FFFD "z", "a letter where a tail should be");
	BYTES("\xc0\xaf", FFFD FFFD, "overlong, two bytes");
	BYTES("\xe0\x80\xaf", FFFD FFFD FFFD, "overlong, three bytes");
	BYTES("\xf0\x80\x80\xaf", FFFD FFFD FFFD FFFD, "overlong, four bytes");
	BYTES("\xed\xa0\x80", FFFD FFFD FFFD, "a surrogate");
	BYTES("\xed\x9f\xbf", "\xed\x9f\xbf", "the last before the surrogates");
	BYTES("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", "U+10FFFF");
	BYTES("\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD, "beyond U+10FFFF");
	BYTES("\xf5\x80\x80\x80", FFFD FFFD FFFD FFFD, "a head that is none");
	BYTES("", "", "nothing");
}

/* Whatever bytes come, a parser takes what we write. */
static void
test_random(void)
{
	unsigned seed = 1, bad = 0;
	char in[64];

	for (int round = 0; round < 20000; round++) {
		size_t n = (size_t)(seed >> 8) % sizeof(in);
		yyjson_doc *doc;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 1103515245 + 12345;
			in[i] = (char)(seed >> 16);
		}
		buf_clear(&b);
		json_bytes(&b, in, n);
		doc = yyjson_read(text(), b.len, 0);
		bad += doc == NULL;
		yyjson_doc_free(doc);
	}
	is_int(bad, 0, "20000 random strings are all valid JSON");
}

int
main(void)
{
	test_commas();
	test_numbers();
	test_strings();
	test_random();
	buf_release(&b);
	return tap_done();
}
