/*
 * XML-RPC: calls read into values, answers written.  What is read how was asked of
 * supervisord 4.2.5, byte for byte; what it accepts by accident is refused.
 */
#include "web/xmlrpc_read.h"

#include <stdlib.h>

#include "tap.h"
#include "web/xmlrpc_write.h"

static struct xcall call;
static struct err e;
static struct buf b;

#define CALL(params) "<?xml version='1.0'?>\n<methodCall><methodName>x.y</methodName>" \
	"<params>" params "</params></methodCall>"
#define PARAM(value) "<param><value>" value "</value></param>"

static int
reads(const char *xml)
{
	return xcall_read(&call, xml, strlen(xml), &e);
}

/* A name for a test: what is between the parameters, as one line of plain text. */
static const char *
label(const char *xml)
{
	static char text[200];
	const char *from = strstr(xml, "<params><param>");
	size_t n = 0;

	for (from = from != NULL ? from + 8 : xml; *from != '\0' && n < 120; from++)
		text[n++] = *from >= ' ' && *from < 127 && *from != '#' ? *from : '?';
	text[n] = '\0';
	return text;
}

/* The parameters as supervisord would print them. */
static const char *
printed(const char *xml)
{
	buf_clear(&b);
	if (reads(xml) == -1)
		return e.msg;
	xvalue_print(&call.params, &b);
	return buf_text(&b);
}

static void
test_calls(void)
{
	static const struct { const char *xml, *printed; } good[] = {
		{ "<methodCall><methodName>x.y</methodName></methodCall>", "[]" },
		{ "<methodCall><methodName>x.y</methodName><params/></methodCall>", "[]" },
		{ "<methodCall><params/><methodName>x.y</methodName></methodCall>", "[]" },
		{ "<?pi x?><!-- c --><methodCall a='b'>\n<methodName>x<!-- -->.y</methodName>\n"
		    "</methodCall>\n", "[]" },
		{ "\xef\xbb\xbf<methodCall><methodName><![CDATA[x.y]]></methodName></methodCall>",
		    "[]" },
		{ CALL(PARAM("cat")), "['cat']" },
		{ CALL(PARAM(" cat ")), "[' cat ']" },
		{ CALL(PARAM("<string>cat</string>")), "['cat']" },
		{ CALL(PARAM("\n <string> c&lt;&amp;&#228;t</string> \n")), "[' c<&\xc3\xa4t']" },
		{ CALL(PARAM("<string/>") PARAM("") "<param><value/></param>"), "['', '', '']" },
		{ CALL(PARAM("<int>1</int>") PARAM("<i4>-2</i4>") PARAM("<i8> +3\n</i8>")),
		    "[1, -2, 3]" },
		{ CALL(PARAM("<int>99999999999999999999</int>")
		    PARAM("<int>-99999999999999999999</int>")),
		    "[9223372036854775807, -9223372036854775808]" },
		{ CALL(PARAM("<boolean>1</boolean>") PARAM("<boolean>false</boolean>")),
		    "[True, False]" },
		{ CALL(PARAM("<double>1.5</double>") PARAM("<double> -2e0 </double>")
		    PARAM("<double>.1</double>")), "[1.5, -2.0, 0.1]" },
		{ CALL(PARAM("<dateTime.iso8601>20261121T23:59:58</dateTime.iso8601>")),
		    "[2026-11-21 23:59:58]" },
		{ CALL(PARAM("<base64>Y2F0</base64>") PARAM("<base64> Y2\nE= </base64>")
		    PARAM("<base64>Yw==</base64>") PARAM("<base64/>")
		    PARAM("<base64>!!</base64>")), "['cat', 'ca', 'c', '', '']" },
		{ CALL(PARAM("<array><data/></array>") PARAM("<struct/>")), "[[], {}]" },
		{ CALL(PARAM("<array>\n<data>\n<value>a</value>\n<value><int>1</int></value>\n"
		    "<value><array><data><value>b</value></data></array></value>\n</data></array>")),
		    "[['a', 1, ['b']]]" },
		{ CALL(PARAM("<struct><member><name>methodName</name><value>a.b</value></member>\n"
		    "<member>\n<value><array><data><value>c</value></data></array></value>"
		    "<name>params</name></member></struct>")),
		    "[{'methodName': 'a.b', 'params': ['c']}]" },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		is_str(printed(good[i].xml), good[i].printed, label(good[i].xml));
		if (e.code == FAULT_NONE)
			is_str(call.method, "x.y", "... and its method");
	}
}

static void
test_refusals(void)
{
	static const char *const bad[] = {
		"", "<", "x", "<a/>", "<methodCall/>", "<methodCall>", "<methodCall></a>",
		"<methodCall><methodName/></methodCall>",
		"<methodCall><methodName></methodName></methodCall>",
		"<methodCall><methodName>a</methodName></methodCall>trailing",
		"\n<?xml version='1.0'?><methodCall><methodName>a</methodName></methodCall>",
		"<methodCall><methodName>a</methodName><methodName>b</methodName></methodCall>",
		"<methodCall><methodName>a</methodName><params/><params/></methodCall>",
		"<methodResponse><params/></methodResponse>",
		"<x:methodCall xmlns:x='u'><x:methodName>a</x:methodName></x:methodCall>",
		"<!DOCTYPE a><methodCall><methodName>a</methodName></methodCall>",
		"<!DOCTYPE a [<!ENTITY b 'x.y'>]><methodCall><methodName>&b;</methodName></methodCall>",
		"<methodCall><methodName>&b;</methodName></methodCall>",
		CALL("<param/>"), CALL("<param>cat</param>"), CALL("<value>cat</value>"),
		CALL("<param><string>cat</string></param>"),
		CALL("<param><value>a</value><value>b</value></param>"),
		CALL(PARAM("<int>x</int>")), CALL(PARAM("<int/>")), CALL(PARAM("<int>1.0</int>")),
		CALL(PARAM("<int>0x1</int>")), CALL(PARAM("<int>1 2</int>")),
		CALL(PARAM("<boolean>2</boolean>")), CALL(PARAM("<boolean/>")),
		CALL(PARAM("<double>x</double>")), CALL(PARAM("<double/>")),
		CALL(PARAM("<double>nan</double>")), CALL(PARAM("<double>1e400</double>")),
		CALL(PARAM("<dateTime.iso8601>2026-11-21</dateTime.iso8601>")),
		CALL(PARAM("<dateTime.iso8601>20261321T00:00:00</dateTime.iso8601>")),
		CALL(PARAM("<base64>Y2F</base64>")), CALL(PARAM("<base64>Y2F0Y</base64>")),
		CALL(PARAM("<base64>/w==</base64>")),
		CALL(PARAM("<nil/>")), CALL(PARAM("<foo>a</foo>")),
		CALL(PARAM("<value>cat</value>")), CALL(PARAM("<string>a<b>c</b></string>")),
		CALL(PARAM("<int>1</int><string>a</string>")), CALL(PARAM("<array/>")),
		CALL(PARAM("<array><value/></array>")),
		CALL(PARAM("<array><data/><data/></array>")),
		CALL(PARAM("<struct><member/></struct>")),
		CALL(PARAM("<struct><member><name>a</name></member></struct>")),
		CALL(PARAM("<struct><member><value>a</value></member></struct>")),
		CALL(PARAM("<struct><member><name>a</name><name>b</name><value/></member></struct>")),
		CALL(PARAM("a\x01")), CALL(PARAM("\xff")), CALL(PARAM("&#0;")), CALL(PARAM("&#x1;")),
		"<?xml version='1.0' encoding='iso-8859-1'?><methodCall>\xe4</methodCall>",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(reads(bad[i]) == -1 && strncmp(e.msg, "line ", 5) == 0, "refused: %s: %s",
		    label(bad[i]), strncmp(e.msg, "line ", 5) == 0 ? e.msg + 5 : e.msg);
	is_str(printed(CALL(PARAM("good again"))), "['good again']", "the next call is read");
}

/* n times begin, then n times end, around a value in a call. */
static const char *
nested(int n, const char *begin, const char *end)
{
	static struct buf xml;

	buf_clear(&xml);
	buf_adds(&xml, "<methodCall><methodName>x.y</methodName><params><param><value>");
	for (int i = 0; i < n; i++)
		buf_adds(&xml, begin);
	for (int i = 0; i < n; i++)
		buf_adds(&xml, end);
	buf_adds(&xml, "</value></param></params></methodCall>");
	return buf_text(&xml);
}

static void
test_bounds(void)
{
	static const char open[] = "<array><data><value>", close[] = "</value></data></array>";
	struct buf xml = { 0 };

	is_int(reads(nested(19, open, close)), 0, "19 arrays in each other");
	is_int(reads(nested(20, open, close)), -1, "20 are too deep");
	is_int(reads(nested(100000, "<a>", "")), -1, "and 100,000 of no known element");
	buf_adds(&xml, "<methodCall><methodName>x.y</methodName><params>");
	for (int i = 0; i < XMLRPC_VALUES; i++)
		buf_adds(&xml, "<param>" "<value/></param>");
	is_int(xcall_read(&call, xml.data, xml.len, &e), -1, "more bytes than are taken");
	is_str(e.msg, "a call has at most 1048576 bytes", "said so");
	buf_clear(&xml);
	buf_adds(&xml, "<methodCall><methodName>x.y</methodName><params><param><value><array><data>");
	for (int i = 0; i < XMLRPC_VALUES + 1; i++)
		buf_adds(&xml, "<value/>");
	buf_adds(&xml, "</data></array></value></param></params></methodCall>");
	is_int(reads(buf_text(&xml)), -1, "too many values");
	is_str(e.msg, "line 1: more values than one call may have", "said so");
	buf_release(&xml);
	is_str(printed(CALL(PARAM("small"))), "['small']", "a small one after all this");
	ok(call.text_size <= 65536, "its memory is small again");
}

static const struct xvalue *
param(const char *xml)
{
	return reads(xml) == 0 ? call.params.first : NULL;
}

static void
test_meaning(void)
{
	static const struct { const char *xml; int64_t n; bool number, truth; } values[] = {
		{ CALL(PARAM("<int>7</int>")), 7, true, true },
		{ CALL(PARAM("<int>0</int>")), 0, true, false },
		{ CALL(PARAM("<boolean>1</boolean>")), 1, true, true },
		{ CALL(PARAM("<double>-1.9</double>")), -1, true, true },
		{ CALL(PARAM("<double>1e300</double>")), INT64_MAX, true, true },
		{ CALL(PARAM("<double>0</double>")), 0, true, false },
		{ CALL(PARAM(" 3 ")), 3, true, true },
		{ CALL(PARAM("1e1")), 0, false, true },
		{ CALL(PARAM("")), 0, false, false },
		{ CALL(PARAM("<base64>MQA=</base64>")), 0, false, true },
		{ CALL(PARAM("<array><data/></array>")), 0, false, false },
		{ CALL(PARAM("<array><data><value/></data></array>")), 0, false, true },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct xvalue *v = param(values[i].xml);
		int64_t n = 0;

		ok(v != NULL && xvalue_int(v, &n) == values[i].number &&
		    (n == values[i].n || !values[i].number), "number of %s", label(values[i].xml));
		ok(v != NULL && xvalue_truth(v) == values[i].truth, "truth of it");
	}
	ok(param(CALL(PARAM("<struct><member><name>a</name><value>1</value></member>"
	    "<member><name>a</name><value>2</value></member></struct>"))) != NULL &&
	    strcmp(xvalue_member(call.params.first, "a")->text, "2") == 0 &&
	    xvalue_member(call.params.first, "b") == NULL, "the last member of a name counts");
}

static void
test_answers(void)
{
	struct err fault;

	buf_clear(&b);
	xml_reply_begin(&b);
	xml_struct_begin(&b);
	xml_member(&b, "statecode");
	xml_int(&b, 1);
	xml_member_end(&b);
	xml_member(&b, "statename");
	xml_string(&b, "RUNNING", 7);
	xml_member_end(&b);
	xml_struct_end(&b);
	xml_reply_end(&b);
	is_str(buf_text(&b), "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n"
	    "<value><struct>\n<member>\n<name>statecode</name>\n<value><int>1</int></value>\n"
	    "</member>\n<member>\n<name>statename</name>\n<value><string>RUNNING</string></value>\n"
	    "</member>\n</struct></value>\n</param>\n</params>\n</methodResponse>\n",
	    "getState, to the byte");
	buf_clear(&b);
	err_set(&fault, FAULT_BAD_NAME, "BAD_NAME: <&\xc3\xa4");
	xml_reply_fault(&b, &fault);
	is_str(buf_text(&b), "<?xml version='1.0'?>\n<methodResponse>\n<fault>\n<value><struct>\n"
	    "<member>\n<name>faultCode</name>\n<value><int>10</int></value>\n</member>\n<member>\n"
	    "<name>faultString</name>\n<value><string>BAD_NAME: &lt;&amp;\xc3\xa4</string></value>\n"
	    "</member>\n</struct></value>\n</fault>\n</methodResponse>\n", "a fault, to the byte");
	buf_clear(&b);
	xml_array_begin(&b);
	xml_array_begin(&b);
	xml_array_end(&b);
	xml_bool(&b, true);
	xml_int(&b, INT64_MIN);
	xml_array_end(&b);
	is_str(buf_text(&b), "<value><array><data>\n<value><array><data>\n</data></array></value>\n"
	    "<value><boolean>1</boolean></value>\n<value><int>-9223372036854775808</int></value>\n"
	    "</data></array></value>\n", "arrays");
}

static void
test_text(void)
{
	static const char text[] = "a\0b \x1b[31m\t\r\n\x7f]]>'\" \xf0\x9f\x98\x80 \xef\xbf\xbd"
	    "\xef\xbf\xbe\xef\xbf\xbf\xef\xbb\xbf<";

	buf_clear(&b);
	xml_text(&b, text, sizeof(text) - 1);
	is_str(buf_text(&b), "a\xef\xbf\xbd" "b \xef\xbf\xbd[31m\t\r\n\x7f]]&gt;'\" "
	    "\xf0\x9f\x98\x80 \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbb\xbf&lt;",
	    "what XML cannot say is replaced, all else stays");
	buf_clear(&b);
	xml_text(&b, "\xef", 1);
	is_str(buf_text(&b), "\xef\xbf\xbd", "no look behind the end");
	buf_clear(&b);
	xml_text(&b, "\xc3\xa4\xc3(\xed\xa0\x80", 7);
	is_str(buf_text(&b), "\xc3\xa4\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
	    "nor anything that is no UTF-8");
}

int
main(void)
{
	test_calls();
	test_refusals();
	test_bounds();
	test_meaning();
	test_answers();
	test_text();
	xcall_release(&call);
	buf_release(&b);
	return tap_done();
}
