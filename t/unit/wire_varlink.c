/*
 * Varlink: frames out of a stream, calls that are right and wrong, replies.
 */
#include "wire/varlink.h"

#include <stdlib.h>

#include "wire/json.h"
#include "tap.h"

static struct err e;

static void
test_frames(void)
{
	const char two[] = "{\"a\":1}\0{}";	/* the second NUL is the array's */
	char part[sizeof(two)];

	is_int(varlink_frame("", 0), -1, "nothing is no frame");
	is_int(varlink_frame("{}", 2), -1, "no NUL, no frame");
	is_int(varlink_frame("\0", 1), 0, "an empty frame");
	for (size_t n = 0; n <= sizeof(two); n++) {
		memcpy(part, two, n);
		ok(varlink_frame(part, n) == (n < 8 ? -1 : 7), "cut after byte %zu", n);
	}
	is_int(varlink_frame(two + 8, sizeof(two) - 8), 2, "the one behind it");
}

/* Parse text; NULL: fine, else the fault's text. */
static const char *
parse(struct vcall *c, const char *text)
{
	e = (struct err){ 0 };
	return vcall_parse(c, text, strlen(text), &e) == 0 ? NULL : e.msg;
}

static void
refused(const char *text, const char *why)
{
	struct vcall c;
	const char *got = parse(&c, text);

	if (got == NULL)
		vcall_release(&c);
	is_str(got, why, text);
	is_int(e.code, FAULT_INCORRECT_PARAMETERS, "    is INCORRECT_PARAMETERS");
}

static void
test_calls(void)
{
	struct vcall c;

	is_str(parse(&c, "{\"method\":\"a.b.C\"}") == NULL ? c.method : NULL, "a.b.C",
	    "the smallest call");
	ok(c.params == NULL && !c.more && !c.oneway, "without anything else");
	vcall_release(&c);
	ok(c.doc == NULL, "released");
	ok(parse(&c, "{\"method\":\"M\",\"parameters\":null,\"more\":null,\"upgrade\":true}") == NULL,
	    "null and unknown members");
	vcall_release(&c);
	ok(parse(&c, "{\"more\":true,\"oneway\":true,\"parameters\":{\"x\":1},\"method\":\"M\"}") ==
	    NULL && c.more && c.oneway && yyjson_is_obj(c.params), "all members, any order");
	vcall_release(&c);

	refused("[]", "the call is an array, not an object");
	refused("{}", "the call has no member 'method'");
	refused("{\"method\":7}", "member 'method' is a number, not a string");
	refused("{\"method\":\"a\\u0000b\"}", "member 'method' has a NUL character in it");
	refused("{\"method\":\"M\",\"parameters\":[]}",
	    "member 'parameters' is an array, not an object");
	refused("{\"method\":\"M\",\"more\":1}", "member 'more' is a number, not a boolean");
	refused("{\"method\":\"M\",\"oneway\":\"yes\"}",
	    "member 'oneway' is a string, not a boolean");
	ok(parse(&c, "") != NULL, "an empty frame: %s", e.msg);
	ok(parse(&c, "GET / HTTP/1.1") != NULL, "another language: %s", e.msg);
	ok(parse(&c, "{\"method\":\"M\"") != NULL, "cut off: %s", e.msg);
	ok(parse(&c, "{\"method\":\"\xff\"}") != NULL, "bad UTF-8: %s", e.msg);
}

static void
test_depth(void)
{
	struct buf b = { 0 };
	struct vcall c;

	for (int depth = VARLINK_MAX_DEPTH - 2; depth <= VARLINK_MAX_DEPTH - 1; depth++) {
		buf_clear(&b);
		buf_adds(&b, "{\"method\":\"M\",\"x\":");
		for (int i = 0; i < depth; i++)
			buf_addc(&b, '[');
		for (int i = 0; i < depth; i++)
			buf_addc(&b, ']');
		buf_addc(&b, '}');
		ok(parse(&c, buf_text(&b)) == NULL, "nested %d deep", depth + 1);
		vcall_release(&c);
	}
	buf_clear(&b);
	buf_adds(&b, "{\"method\":\"M\",\"x\":");
	for (int i = 0; i < 100000; i++)
		buf_addc(&b, '[');
	is_str(parse(&c, buf_text(&b)), "the call is nested deeper than 16 levels",
	    "a hundred thousand deep");
	ok(parse(&c, "{\"method\":\"[[[[[[[[[[[[[[[[[[[[\\\"[\"}") == NULL,
	    "brackets in a string are not depth");
	vcall_release(&c);
	buf_clear(&b);
	buf_adds(&b, "{\"method\":\"");
	for (int i = 0; i < VARLINK_MAX_CALL; i++)
		buf_addc(&b, 'x');
	buf_adds(&b, "\"}");
	ok(parse(&c, buf_text(&b)) != NULL, "too long: %s", e.msg);
	buf_release(&b);
}

static void
test_params(void)
{
	static const char text[] = "{\"method\":\"M\",\"parameters\":{\"s\":\"text\",\"i\":-5,"
	    "\"big\":18446744073709551615,\"f\":1.5,\"b\":true,\"n\":null,\"l\":[\"a\",\"b\"],"
	    "\"m\":[\"a\",2],\"nul\":\"x\\u0000y\",\"none\":[],\"o\":{}}}";
	const char *s = "fallback";
	int64_t i = 42;
	bool flag = true;
	yyjson_val *arr;
	struct vcall c;

	ok(parse(&c, text) == NULL, "parses");
	ok(vcall_string(&c, "absent", &s, &e) == 0 && strcmp(s, "fallback") == 0,
	    "absent: the fallback stays");
	ok(vcall_string(&c, "n", &s, &e) == 0 && strcmp(s, "fallback") == 0,
	    "null is absent");
	ok(vcall_string(&c, "s", &s, &e) == 0 && strcmp(s, "text") == 0, "a string");
	ok(vcall_int(&c, "absent", &i, &e) == 0 && i == 42, "no integer");
	ok(vcall_int(&c, "i", &i, &e) == 0 && i == -5, "an integer");
	ok(vcall_bool(&c, "n", &flag, &e) == 0 && flag, "no boolean");
	ok(vcall_bool(&c, "b", &flag, &e) == 0 && flag, "a boolean");
	ok(vcall_strings(&c, "n", &arr, &e) == 0 && arr == NULL, "no array");
	ok(vcall_strings(&c, "l", &arr, &e) == 0 && yyjson_arr_size(arr) == 2, "an array");
	ok(vcall_strings(&c, "none", &arr, &e) == 0 && arr != NULL, "an empty array is one");

	is_int(vcall_string(&c, "i", &s, &e), -1, "a number is no string");
	is_str(e.msg, "parameter 'i' is a number, not a string", "and so it is said");
	is_int(vcall_string(&c, "nul", &s, &e), -1, "a string with a NUL");
	is_str(e.msg, "parameter 'nul' has a NUL character in it", "is refused");
	is_int(vcall_int(&c, "s", &i, &e), -1, "a string is no number");
	is_str(e.msg, "parameter 's' is a string, not an integer", "what is right");
	is_int(vcall_int(&c, "f", &i, &e), -1, "a fraction");
	is_str(e.msg, "parameter 'f' has a fraction; an integer is needed", "is none either");
	is_int(vcall_int(&c, "big", &i, &e), -1, "too big");
	is_str(e.msg, "parameter 'big' is greater than 9223372036854775807", "has a bound");
	is_int(vcall_bool(&c, "o", &flag, &e), -1, "an object is no boolean");
	is_str(e.msg, "parameter 'o' is an object, not a boolean", "names the parameter");
	is_int(vcall_strings(&c, "s", &arr, &e), -1, "a string is no array");
	is_str(e.msg, "parameter 's' is a string, not an array of strings", "as it says");
	is_int(vcall_strings(&c, "m", &arr, &e), -1, "an array with a number in it");
	is_str(e.msg, "element 2 of 'm' is a number, not a string", "which one");
	ok(arr == NULL && i == -5, "what was refused is not given");
	vcall_release(&c);
}

static void
test_replies(void)
{
	struct buf b = { 0 };
	struct err fault;
	struct vcall c;

	vreply_begin(&b);
	vreply_end(&b, false);
	vreply_begin(&b);
	json_kint(&b, "pid", 1);
	json_kstr(&b, "x", "y");
	vreply_end(&b, true);
	is_str(b.data, "{\"parameters\":{}}", "an empty reply");
	is_str(b.data + strlen(b.data) + 1,
	    "{\"parameters\":{\"pid\":1,\"x\":\"y\"},\"continues\":true}", "one of several");
	buf_clear(&b);
	err_set(&fault, FAULT_BAD_NAME, "BAD_NAME: \"x\"");
	vreply_fault(&b, CONTROL_INTERFACE, &fault);
	is_str(b.data, "{\"error\":\"org.supd.Control.Fault\",\"parameters\":{\"code\":10,"
	    "\"name\":\"BAD_NAME\",\"text\":\"BAD_NAME: \\\"x\\\"\"}}", "a fault");
	ok(b.data[b.len - 1] == '\0', "ends with a NUL");
	buf_clear(&b);
	vreply_error(&b, SERVICE_INTERFACE ".MethodNotFound", "method", "a\"b");
	is_str(b.data, "{\"error\":\"org.varlink.service.MethodNotFound\","
	    "\"parameters\":{\"method\":\"a\\\"b\"}}", "an error of varlink");
	buf_clear(&b);
	vreply_error(&b, SERVICE_INTERFACE ".PermissionDenied", NULL, NULL);
	is_str(b.data, "{\"error\":\"org.varlink.service.PermissionDenied\",\"parameters\":{}}",
	    "without members");
	buf_clear(&b);
	vcall_write(&b, "a.B", "{\"x\":1}", true);
	is_str(b.data, "{\"method\":\"a.B\",\"parameters\":{\"x\":1},\"more\":true}", "a call");
	ok(vcall_parse(&c, b.data, (size_t)varlink_frame(b.data, b.len), &e) == 0 && c.more,
	    "that we can read ourselves");
	vcall_release(&c);
	buf_clear(&b);
	vcall_write(&b, "a.B", NULL, false);
	is_str(b.data, "{\"method\":\"a.B\",\"parameters\":{}}", "without parameters");
	buf_release(&b);
}

/* Mutations of a good call: whatever happens, it is refused or parsed. */
static void
test_garbage(void)
{
	static const char good[] = "{\"method\":\"org.supd.Control.Start\",\"parameters\":"
	    "{\"names\":[\"a\",\"g:*\"],\"wait\":true,\"n\":12.5e3},\"more\":true}";
	char text[sizeof(good)];
	unsigned seed = 7, parsed = 0;
	yyjson_val *arr;
	struct vcall c;

	for (int round = 0; round < 50000; round++) {
		size_t n = sizeof(good) - 1;

		memcpy(text, good, n);
		for (unsigned k = 0; k < 1 + seed % 3; k++) {
			seed = seed * 1103515245 + 12345;
			text[(seed >> 16) % n] = (char)(seed >> 8);
		}
		if (seed % 7 == 0)
			n = (seed >> 16) % n;
		if (vcall_parse(&c, text, n, &e) == -1)
			continue;
		parsed++;
		vcall_strings(&c, "names", &arr, &e);
		vcall_release(&c);
	}
	ok(parsed > 0, "50000 damaged calls, %u of them still calls", parsed);
}

static void
test_idl(void)
{
	ok(strstr(varlink_idl_control, "interface " CONTROL_INTERFACE "\n") != NULL &&
	    strstr(varlink_idl_control, "method Status(") != NULL, "the IDL of control");
	ok(strstr(varlink_idl_log, "interface " LOG_INTERFACE "\n") != NULL &&
	    varlink_idl_log[strlen(varlink_idl_log) - 1] == '\n', "the IDL of log, whole");
}

int
main(void)
{
	test_frames();
	test_calls();
	test_depth();
	test_params();
	test_replies();
	test_garbage();
	test_idl();
	return tap_done();
}
