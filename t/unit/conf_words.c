/*
 * Commands split as Python's shlex does, environment lists as supervisord 4.4 does.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/words.h"
#include "tap.h"

/* Words in <>, from shlex.split() of Python 3.11; a message otherwise. */
static const struct {
	const char *text, *want;
} commands[] = {
	{ "", "" },
	{ "  \t\n ", "" },
	{ "a", "<a>" },
	{ " a  b\tc\nd\re ", "<a><b><c><d><e>" },
	{ "a\vb\fc", "<a\vb\fc>" },		/* only these four are blanks */
	{ "'a b' \"c d\"", "<a b><c d>" },
	{ "a'b'c\"d\"e", "<abcde>" },
	{ "'' \"\" a''", "<><><a>" },
	{ "'a\\b' \"a\\b\" a\\b", "<a\\b><a\\b><ab>" },
	{ "\"\\\"\\\\\\$\\'\"", "<\"\\\\$\\'>" },
	{ "a\\ b \\'c \\\\ \\\n", "<a b><'c><\\><\n>" },
	{ "'a\nb'", "<a\nb>" },
	{ "a # b ; c | d > e $f `g` *", "<a><#><b><;><c><|><d><>><e><$f><`g`><*>" },
	{ "é 日本", "<é><日本>" },
	{ "a 'b", "can't parse command \"a 'b\": No closing quotation" },
	{ "a \"b", "can't parse command 'a \"b': No closing quotation" },
	{ "a \"b'", "can't parse command 'a \"b\\'': No closing quotation" },
	{ "a \\", "can't parse command 'a \\\\': No escaped character" },
	{ "a \"b\\", "can't parse command 'a \"b\\\\': No escaped character" },
	{ "a 'b\\", "can't parse command \"a 'b\\\\\": No closing quotation" },
};

/* Variables in <>, sorted; from dict_of_key_value_pairs of supervisord 4.4. */
static const struct {
	const char *text, *want;
} environments[] = {
	{ "", "" },
	{ " \n ", "" },
	{ "A=1", "<A=1>" },
	{ "A=1,", "<A=1>" },
	{ "B=2,A=1", "<A=1><B=2>" },
	{ "A = 1 ,\n  B = 2", "<A=1><B=2>" },
	{ "A=/x/y.z+1-2(3):4", "<A=/x/y.z+1-2(3):4>" },
	{ "A=\"x, y = z\",B='p q'", "<A=x, y = z><B=p q>" },
	{ "A=\"\",B=''", "<A=><B=>" },
	{ "A=\"it's\",B='say \"x\"'", "<A=it's><B=say \"x\">" },
	{ "A=\"a\\\"b\\\\c\\d\"", "<A=a\"b\\c\\d>" },
	{ "A='a\\b'", "<A=a\\b>" },
	{ "A=a\"b\"c'd'", "<A=abcd>" },
	{ "A=x\\ y", "<A=x y>" },
	{ "A=\"two\nlines\"", "<A=two\nlines>" },
	{ "A=1,A=2,B=1,A=3", "<A=3><B=1>" },
	{ "A=1#no,B=2", "<A=1>" },
	{ "A=\"#yes\"", "<A=#yes>" },
	{ "# no\nA=1", "<A=1>" },
	{ "A=1;B=2", "<A=1><B=2>" },		/* any one token separates */
	{ "A=é,B=日", "<A=é><B=日>" },
	{ "A_B=1,A=2,A1=3", "<A=2><A1=3><A_B=1>" },
	{ "A", "Unexpected end of key/value pairs in value 'A'" },
	{ "A=", "Unexpected end of key/value pairs in value 'A='" },
	{ "A,B=1", "Unexpected end of key/value pairs in value 'A,B=1'" },
	{ "=1", "Unexpected end of key/value pairs in value '=1'" },
	{ "A=1 B=2", "Unexpected end of key/value pairs in value 'A=1 B=2'" },
	{ "A=1,,B=2", "Unexpected end of key/value pairs in value 'A=1,,B=2'" },
	{ "A=\"x", "No closing quotation" },
	{ "A=x'y", "No closing quotation" },
	{ "A=x\\", "No escaped character" },
};

static void
join(const struct strlist *l, struct buf *out)
{
	for (size_t i = 0; i < l->n; i++)
		buf_addf(out, "<%s>", l->v[i]);
}

static void
test_commands(void)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct strlist l;
		struct buf got = { 0 };
		struct err e;

		if (conf_split(commands[i].text, &l, &e) == 0)
			join(&l, &got);
		else
			buf_adds(&got, e.msg);
		is_str(buf_text(&got), commands[i].want, "command");
		ok(l.v == NULL || l.v[l.n] == NULL, "usable as argv");
		strlist_release(&l);
		buf_release(&got);
	}
}

static void
test_environments(void)
{
	for (size_t i = 0; i < sizeof(environments) / sizeof(environments[0]); i++) {
		struct strlist l;
		struct buf got = { 0 };
		struct err e;

		if (env_parse(environments[i].text, &l, &e) == 0)
			join(&l, &got);
		else
			buf_adds(&got, e.msg);
		is_str(buf_text(&got), environments[i].want, "environment");
		strlist_release(&l);
		buf_release(&got);
	}
}

/* A hundred thousand variables: sorted, looked up, the last of equal ones kept. */
static void
test_many(void)
{
	struct strlist l;
	struct buf text = { 0 };
	struct err e;
	size_t right = 0;
	char name[16], want[16];

	for (int i = 0; i < 100000; i++)
		buf_addf(&text, "K%d=%d,", i * 7919 % 50000, i);
	is_int(env_parse(buf_text(&text), &l, &e), 0, "many variables");
	is_int((int64_t)l.n, 50000, "each once");
	for (int i = 50000; i < 100000; i++) {
		const char *got;

		snprintf(name, sizeof(name), "K%d", i * 7919 % 50000);
		snprintf(want, sizeof(want), "%d", i);
		got = env_get(&l, name, strlen(name));
		right += got != NULL && strcmp(got, want) == 0;
	}
	is_int((int64_t)right, 50000, "the last value of each");
	ok(env_get(&l, "K", 1) == NULL && env_get(&l, "K500000", 7) == NULL, "others are not there");
	strlist_release(&l);
	buf_release(&text);
}

int
main(void)
{
	test_commands();
	test_environments();
	test_many();
	return tap_done();
}
