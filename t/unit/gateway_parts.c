/*
 * The decisions of the gateway that need neither a database nor a node: what a request
 * means for a row, which node gets an instance, parameters against a schema.
 */
#include "gateway/decide.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/choose.h"
#include "gateway/schema.h"
#include "tap.h"

/* ---- decide ---- */

/* The matrix of the broker API: columns are the states in the order of enum row_state. */
static void
test_decisions(void)
{
	static const enum verdict same[] = { V_BEGIN, V_JOIN, V_DONE, V_BUSY, V_BUSY, V_BEGIN,
		V_BEGIN };
	static const enum verdict other[] = { V_BEGIN, V_DIFFERS, V_DIFFERS, V_BUSY, V_BUSY,
		V_BEGIN, V_BEGIN };
	static const enum verdict update[] = { V_NONE, V_BUSY, V_BEGIN, V_BUSY, V_BUSY, V_NONE,
		V_NONE };
	static const enum verdict again[] = { V_NONE, V_BUSY, V_DONE, V_JOIN, V_BUSY, V_NONE,
		V_NONE };
	static const enum verdict delete[] = { V_GONE, V_CANCEL, V_BEGIN, V_BUSY, V_JOIN,
		V_FORGET, V_GONE };
	static const enum verdict fetch[] = { V_NONE, V_NONE, V_DONE, V_BUSY, V_NONE, V_NONE,
		V_NONE };
	static const enum verdict parent[] = { V_NONE, V_BUSY, V_DONE, V_BUSY, V_BUSY, V_NONE,
		V_NONE };

	for (int s = ROW_NONE; s <= ROW_GONE; s++) {
		enum row_state state = (enum row_state)s;

		is_int(decide_create(state, true), same[s], "create, the same");
		is_int(decide_create(state, false), other[s], "create, another");
		is_int(decide_update(state, false), update[s], "update");
		is_int(decide_update(state, true), again[s], "update, the same");
		is_int(decide_delete(state), delete[s], "delete");
		is_int(decide_fetch(state), fetch[s], "fetch");
		is_int(decide_parent(state), parent[s], "bind");
	}
}

static void
test_async(void)
{
	bool async;

	ok(decide_async(ASYNC_NEVER, true, &async) && !async, "never: waits although it need not");
	ok(decide_async(ASYNC_ALLOWED, false, &async) && !async, "allowed: waits where it must");
	ok(decide_async(ASYNC_ALLOWED, true, &async) && async, "allowed: and else does not");
	ok(!decide_async(ASYNC_REQUIRED, false, &async), "required: refuses who would wait");
	ok(decide_async(ASYNC_REQUIRED, true, &async) && async, "required: takes the others");
}

/* ---- choose ---- */

static char *versions[] = { (char *)(uintptr_t)"1.0", (char *)(uintptr_t)"2.0", NULL };

static struct node
node(const char *name, int64_t capacity)
{
	return (struct node){ .name = (char *)(uintptr_t)name,
		.plan = (char *)(uintptr_t)"free", .versions = versions, .free = capacity,
		.unit = 1, .known = true };
}

/* "Works when: 3 nodes with capacity 3/2/1 receive 6 at once exactly 3/2/1, and the 7th fails." */
static void
test_capacity(void)
{
	struct node a = node("a", 3), b = node("b", 2), c = node("c", 1);
	struct node *all[] = { &c, &b, &a }, *chosen;

	for (int i = 0; i < 6; i++) {
		if (choose_node(all, 3, "free", "", false, &chosen) != CHOICE_OK)
			break;
		node_promise(chosen);
	}
	is_int(a.outstanding, 3, "a node with room for three gets three");
	is_int(b.outstanding, 2, "one with room for two, two");
	is_int(c.outstanding, 1, "one with room for one, one");
	is_int(choose_node(all, 3, "free", "", false, &chosen), CHOICE_NO_CAPACITY,
	    "and the seventh finds no place");
	is_int(choose_node(all, 3, "free", "", true, &chosen), CHOICE_OK,
	    "unless a plan does not look at capacity");
	node_announce(&a, 3);
	is_int(a.free, 0, "what a node says while something is on its way is not believed");
	node_settle(&a, false);
	is_int(a.free, 1, "what was not made needs no room");
	node_settle(&a, true);
	node_settle(&a, true);
	node_announce(&a, 7);
	is_int(a.free, 7, "then it is");
	node_give_back(&a);
	is_int(a.free, 8, "what is removed leaves room");
}

static void
test_reasons(void)
{
	struct node a = node("a", 3);
	struct node *all[] = { &a }, *chosen;

	is_int(choose_node(all, 0, "free", "", false, &chosen), CHOICE_NO_NODE, "no node");
	is_int(choose_node(all, 1, "big", "", false, &chosen), CHOICE_NO_PLAN, "no such plan");
	is_int(choose_node(all, 1, "free", "3.0", false, &chosen), CHOICE_NO_VERSION,
	    "no such version");
	is_int(choose_node(all, 1, "free", "2.0", false, &chosen), CHOICE_OK, "such a version");
	a.draining = true;
	is_int(choose_node(all, 1, "free", "", true, &chosen), CHOICE_NO_CAPACITY,
	    "a node that is emptied takes nothing");
	a.known = false;
	is_int(choose_node(all, 1, "free", "", false, &chosen), CHOICE_NO_NODE,
	    "a node that has said nothing is none");
}

/* ---- schema ---- */

static const char *
match(const char *schema, const char *value)
{
	static struct err e;
	yyjson_doc *s = yyjson_read(schema, strlen(schema), 0);
	yyjson_doc *v = yyjson_read(value, strlen(value), 0);
	int rc;

	if (schema_check(yyjson_doc_get_root(s), &e) == -1)
		rc = err_add(&e, "schema");
	else
		rc = schema_match(yyjson_doc_get_root(s), yyjson_doc_get_root(v), &e);
	yyjson_doc_free(s);
	yyjson_doc_free(v);
	return rc == 0 ? "" : e.msg;
}

#define SHAPE "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"type\":\"object\"," \
	"\"properties\":{\"port\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":65535}," \
	"\"name\":{\"type\":\"string\",\"minLength\":2,\"maxLength\":4,\"pattern\":\"^[a-zü]+$\"}," \
	"\"size\":{\"enum\":[\"s\",\"m\",3]},\"list\":{\"type\":\"array\",\"items\":{\"type\":" \
	"[\"string\",\"null\"]},\"minItems\":1,\"maxItems\":2}},\"required\":[\"port\"]," \
	"\"additionalProperties\":false}"

static void
test_schema(void)
{
	static const struct {
		const char *value, *want;
	} rows[] = {
		{ "{\"port\":1}", "" },
		{ "{\"port\":1.0}", "" },
		{ "{\"port\":1.5}", "parameters: port: is not of type integer" },
		{ "{\"port\":0}", "parameters: port: 0 is less than 1" },
		{ "{\"port\":70000}", "parameters: port: 70000 is more than 65535" },
		{ "{}", "parameters: port: is missing" },
		{ "[]", "parameters: is not of type object" },
		{ "{\"port\":1,\"foo\":2}", "parameters: foo: is not known" },
		{ "{\"port\":1,\"name\":\"a\"}", "parameters: name: 1 characters is less than 2" },
		{ "{\"port\":1,\"name\":\"üüüü\"}", "" },
		{ "{\"port\":1,\"name\":\"abcde\"}",
		    "parameters: name: 5 characters is more than 4" },
		{ "{\"port\":1,\"name\":\"a1\"}", "parameters: name: does not look as it should" },
		{ "{\"port\":1,\"size\":\"m\"}", "" },
		{ "{\"port\":1,\"size\":3.0}", "" },
		{ "{\"port\":1,\"size\":\"x\"}",
		    "parameters: size: is none of the values that are possible" },
		{ "{\"port\":1,\"list\":[\"a\",null]}", "" },
		{ "{\"port\":1,\"list\":[]}", "parameters: list: 0 items is less than 1" },
		{ "{\"port\":1,\"list\":[\"a\",\"b\",\"c\"]}",
		    "parameters: list: 3 items is more than 2" },
		{ "{\"port\":1,\"list\":[\"a\",2]}",
		    "parameters: list: [1]: is of none of the types that are possible" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_str(match(SHAPE, rows[i].value), rows[i].want, rows[i].value);
	is_str(match("{\"additionalProperties\":{\"type\":\"boolean\"}}", "{\"x\":1}"),
	    "parameters: x: is not of type boolean", "a schema for all other members");
	is_str(match("{\"properties\":{\"a\":{\"oneOf\":[]}}}", "{}"),
	    "schema: properties: a: oneOf: this keyword of JSON Schema is not checked by supd",
	    "a keyword that is not checked is refused");
	is_str(match("{\"type\":\"int\"}", "{}"), "schema: type: no type is called so",
	    "so is a type that is none");
	is_str(match("{\"pattern\":\"(\"}", "{}"),
	    "schema: pattern: must be a POSIX extended regular expression", "and a bad pattern");
}

int
main(void)
{
	test_decisions();
	test_async();
	test_capacity();
	test_reasons();
	test_schema();
	return tap_done();
}
