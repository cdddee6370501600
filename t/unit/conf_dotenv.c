/*
 * Files of variables, by the rules that supd.conf(5) states.
 */
#include "conf/dotenv.h"

#include <string.h>

#include "tap.h"

/* A text of one variable (or "", for none), or refused with this message. */
static const struct {
	const char *text, *entry, *refusal;
} rows[] = {
	{ "A=1", "A=1", NULL },
	{ "A=1\n", "A=1", NULL },
	{ "\n\n# B=2\n  # B=2\n\t\n  A  =  1  \n", "A=1", NULL },
	{ "export A=1", "A=1", NULL },
	{ "exported=1", "exported=1", NULL },
	{ "export=1", "export=1", NULL },
	{ "A=", "A=", NULL },
	{ "A= # nothing", "A=", NULL },
	{ "A=#nothing", "A=", NULL },
	{ "A=a b  c", "A=a b  c", NULL },
	{ "A=a#b # c", "A=a#b", NULL },
	{ "A=a=b", "A=a=b", NULL },
	{ "A=1\r\n", "A=1", NULL },
	{ "A=$HOME ${B} `c` \\n", "A=$HOME ${B} `c` \\n", NULL },
	{ "A='a # \\n \"b\" $c'", "A=a # \\n \"b\" $c", NULL },
	{ "A=\"a # 'b' $c\" # d", "A=a # 'b' $c", NULL },
	{ "A=\"\\n\\r\\t\\\\\\\"\\$\\x\"", "A=\n\r\t\\\"$\\x", NULL },
	{ "A=\"one\n two\n\"", "A=one\n two\n", NULL },
	{ "A='one\ntwo'", "A=one\ntwo", NULL },
	{ "A=\"\"", "A=", NULL },
	{ "\xef\xbb\xbf" "A=1", "A=1", NULL },
	{ "A=h\xc3\xb6he", "A=h\xc3\xb6he", NULL },
	{ "A=it's", "A=it's", NULL },
	{ "", "", NULL },
	{ "#", "", NULL },
	{ "\nA", NULL, "f:2: there is no '=': NAME=value is wanted" },
	{ "=1", NULL, "f:1: the name of a variable has letters, digits and _, and no digit"
	    " first" },
	{ "#\n\n1A=1", NULL, "f:3: the name of a variable has letters, digits and _, and no"
	    " digit first" },
	{ "A-B=1", NULL, "f:1: the name of a variable has letters, digits and _, and no digit"
	    " first" },
	{ "B='\n'\nA=\"1\n\n", NULL, "f:3: the quotes are not closed" },
	{ "A='1", NULL, "f:1: the quotes are not closed" },
	{ "A=\"1\\\"", NULL, "f:1: the quotes are not closed" },
	{ "A='1\n'2", NULL, "f:2: there is something behind the closing quote" },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dotenv d;
		struct err e = { 0 };
		char name[20];
		int rc = dotenv_parse("f", rows[i].text, strlen(rows[i].text), &d, &e);

		snprintf(name, sizeof(name), "row %zu", i);
		if (rows[i].refusal != NULL)
			is_str(rc == -1 ? e.msg : "accepted", rows[i].refusal, name);
		else
			is_str(rc == -1 ? e.msg : d.n > 0 ? d.v[d.n - 1].entry : "",
			    rows[i].entry, name);
		dotenv_release(&d);
	}
}

static void
test_lines(void)
{
	static const char text[] = "A=1\n\nB='\n\n'\nC=3", nul[] = "A=1\nB=\0";
	struct dotenv d;
	struct err e = { 0 };

	is_int(dotenv_parse("f", text, strlen(text), &d, &e), 0, "several lines");
	is_int((int64_t)d.n, 3, "three variables");
	if (d.n == 3) {
		is_int(d.v[0].line, 1, "the first");
		is_int(d.v[1].line, 3, "one of several lines");
		is_int(d.v[2].line, 6, "the one behind it");
	}
	dotenv_release(&d);
	is_int(dotenv_parse("f", nul, sizeof(nul) - 1, &d, &e), -1, "a byte 0");
	is_str(e.msg, "f:2: there is a byte 0 in it", "and where");
	is_int(dotenv_parse("f", "A=1", 2, &d, &e), 0, "a text need not end with a NUL");
	is_str(d.n == 1 ? d.v[0].entry : "?", "A=", "nothing behind its end is read");
	dotenv_release(&d);
}

int
main(void)
{
	test_rows();
	test_lines();
	return tap_done();
}
