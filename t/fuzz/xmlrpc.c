/*
 * Any bytes as a call of XML-RPC: read, looked at in every way, and its strings
 * written as an answer, which has to be XML that says the same.
 */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "web/xmlrpc_read.h"
#include "web/xmlrpc_write.h"

static void
look(const struct xvalue *v, size_t depth)
{
	int64_t n;

	if (depth > XMLRPC_DEPTH)
		abort();
	(void)xvalue_truth(v);
	(void)xvalue_int(v, &n);
	(void)xvalue_member(v, "methodName");
	if (v->type == XV_STRING || v->type == XV_DATE) {
		if (v->text[v->len] != '\0')
			abort();
	} else if (v->type == XV_ARRAY || v->type == XV_STRUCT) {
		size_t count = 0;

		for (const struct xvalue *m = v->first; m != NULL; m = m->next) {
			if ((m->name != NULL) != (v->type == XV_STRUCT))
				abort();
			look(m, depth + 1);
			count++;
		}
		if (count != v->count)
			abort();
	}
}

static void
check_answer(const struct xvalue *v)
{
	XML_Parser p = XML_ParserCreate("UTF-8");
	struct buf b = { 0 };

	xml_reply_begin(&b);
	if (v != NULL && v->type == XV_STRING)
		xml_string(&b, v->text, v->len);
	xml_reply_end(&b);
	if (p == NULL || XML_Parse(p, b.data, (int)b.len, 1) != XML_STATUS_OK)
		abort();
	XML_ParserFree(p);
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct xcall c;
	char *text = malloc(len > 0 ? len : 1);	/* exactly so long: a look beyond shows */
	struct buf b = { 0 };
	struct err e;

	if (text == NULL)
		return -1;
	memcpy(text, data, len);
	if (xcall_read(&c, text, len, &e) == 0) {
		if (c.method[0] == '\0')
			abort();
		look(&c.params, 0);
		xvalue_print(&c.params, &b);
		check_answer(c.params.first);
	} else if (e.msg[0] == '\0')
		abort();
	buf_release(&b);
	free(text);
	return 0;
}
