/*
 * The listener protocol: whole conversations, each cut in every place, and nonsense
 * without an end.
 */
#include "core/protocol.h"

#include <stdlib.h>

#include "tap.h"

/* What a listener says; an event is sent whenever it is READY. */
static const struct row {
	const char *says, *want;
} rows[] = {
	{ "READY\n", "ready." },
	{ "READY", "" },
	{ "READY\nRESULT 2\nOK", "ready. result:OK" },
	{ "READY\nRESULT 2\nOKREADY\nRESULT 4\nFAILREADY\n",
	  "ready. result:OK ready. result:FAIL ready." },
	{ "READY\nRESULT 0\nREADY\n", "ready. result: ready." },
	{ "READY\nRESULT 0\n", "ready. result:" },
	{ "READY\nRESULT 7\nREADY\n\n", "ready. result:READY\n\n" },
	/* the word is not looked at, and the number as Python has it */
	{ "READY\nWHATEVR2\nOK", "ready. result:OK" },
	{ "READY\nRESULT  2 \nOK", "ready. result:OK" },
	{ "READY\nRESULT +2\nOK", "ready. result:OK" },
	{ "READY\nRESULT 0_2\nOK", "ready. result:OK" },
	{ "READY\nRESULT 2\r\nOK", "ready. result:OK" },
	/* violations are for good */
	{ "HELLO\nREADY\n", "nonsense" },
	{ "\nREADY\n", "nonsense" },
	{ "READY \nREADY\n", "nonsense" },
	{ "READY\nRESULT x\nOKREADY\n", "ready. bad:RESULT x" },
	{ "READY\nRESULT\nOKREADY\n", "ready. bad:RESULT" },
	{ "READY\nRESULT \nOKREADY\n", "ready. bad:RESULT " },
	{ "READY\n\nOKREADY\n", "ready. bad:" },
	{ "READY\nRESULT -1\nOK", "ready. bad:RESULT -1" },
	{ "READY\nRESULT 2 2\nOK", "ready. bad:RESULT 2 2" },
	{ "READY\nRESULT 2_\nOK", "ready. bad:RESULT 2_" },
	{ "READY\nRESULT 99999999999999999999\nOK", "ready. bad:RESULT 99999999999999999999" },
	{ "READY\nRESULT 2\nOKREADY\nRESULT 2\nOKgarbage",
	  "ready. result:OK ready. result:OK nonsense" },
};

static void
put(struct buf *out, const char *word, const char *more, size_t len)
{
	buf_addf(out, "%s%s", out->len > 0 ? " " : "", word);
	buf_add(out, more, len);
}

/* Let it hear len bytes; what comes out goes to out. */
static void
hear(struct protocol *p, const char *data, size_t len, struct buf *out)
{
	size_t used;

	for (; len > 0; data += used, len -= used) {
		switch (protocol_hear(p, data, len, &used)) {
		case HEARD_NOTHING:
			break;
		case HEARD_READY:
			put(out, "ready", ".", 1);
			protocol_sent(p);
			break;
		case HEARD_RESULT:
			put(out, "result:", buf_text(&p->body), p->body.len);
			break;
		case HEARD_BAD_RESULT:
			put(out, "bad:", p->line, strlen(p->line));
			break;
		case HEARD_NONSENSE:
			put(out, "nonsense", "", 0);
			break;
		}
		if (used == 0 || used > len) {
			ok(false, "it uses %zu of %zu bytes", used, len);
			return;
		}
	}
}

static void
test_conversations(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].says);
		bool same = true;

		for (size_t cut = 0; cut <= len; cut++) {
			struct protocol p = { 0 };
			struct buf out = { 0 };

			protocol_begin(&p);
			hear(&p, rows[i].says, cut, &out);
			hear(&p, rows[i].says + cut, len - cut, &out);
			if (cut == len)
				is_str(buf_text(&out), rows[i].want, rows[i].want);
			same = same && strcmp(buf_text(&out), rows[i].want) == 0;
			buf_release(&out);
			protocol_release(&p);
		}
		ok(same, "cut anywhere: %s", rows[i].want);
	}
}

static void
test_unasked(void)
{
	struct protocol p = { 0 };
	struct buf out = { 0 };
	size_t used;

	protocol_begin(&p);
	is_int(protocol_hear(&p, "READY\n", 6, &used), HEARD_READY, "READY");
	ok(protocol_is_clean(&p), "nothing is half said");
	is_int(protocol_hear(&p, "x", 1, &used), HEARD_NONSENSE, "and then more, unasked");
	is_int(p.st, LISTENER_UNKNOWN, "is UNKNOWN");
	is_int(protocol_hear(&p, "READY\n", 6, &used), HEARD_NOTHING, "READY does not help");
	protocol_begin(&p);
	is_int(protocol_hear(&p, "REA", 3, &used), HEARD_NOTHING, "half a word");
	ok(!protocol_is_clean(&p), "is not clean");
	protocol_begin(&p);
	hear(&p, "READY\n", 6, &out);
	is_str(buf_text(&out), "ready.", "after a new start it does");
	buf_release(&out);
	protocol_release(&p);
}

/* Lines and bodies without an end take no memory without an end. */
static void
test_floods(void)
{
	struct protocol p = { 0 };
	struct buf out = { 0 };
	char data[1000];

	memset(data, 'x', sizeof(data));
	protocol_begin(&p);
	hear(&p, "READY\n", 6, &out);
	hear(&p, data, sizeof(data), &out);
	is_int(p.st, LISTENER_UNKNOWN, "a line without an end");
	buf_clear(&out);
	protocol_begin(&p);
	hear(&p, "READY\nRESULT 100000000\n", 23, &out);
	for (int i = 0; i < 100000; i++)
		hear(&p, data, sizeof(data), &out);
	ok(strncmp(buf_text(&out), "ready. result:xxx", 17) == 0, "a long body is a result");
	is_int((int64_t)p.body.len, PROTOCOL_BODY, "of which the beginning is kept");
	is_int(p.st, LISTENER_ACKNOWLEDGED, "and then it goes on");
	buf_release(&out);
	protocol_release(&p);
}

int
main(void)
{
	test_conversations();
	test_unasked();
	test_floods();
	return tap_done();
}
