/*
 * Sections as JSON: every key with its effective value, of the type that a guest expects;
 * and when a guest has to be started anew.
 */
#include "ctl/keys.h"

#include <yyjson.h>

#include "conf_file.h"

static yyjson_doc *doc;

/* The text for a guest of the configuration, parsed. */
static yyjson_val *
sections(const struct config *c, enum guest_section kind, const char *name)
{
	struct buf b = { 0 };

	yyjson_doc_free(doc);
	keys_sections(&b, c, kind, name);
	doc = yyjson_read(buf_text(&b), b.len, 0);
	if (doc == NULL)
		printf("# no JSON: %s\n", buf_text(&b));
	buf_release(&b);
	return yyjson_doc_get_root(doc);
}

/* The value of a key as text; "-" when it is absent. */
static const char *
shown(yyjson_val *keys, const char *key)
{
	static char text[500];
	yyjson_val *v = yyjson_obj_get(keys, key);
	char *json = v != NULL ? yyjson_val_write(v, 0, NULL) : NULL;

	snprintf(text, sizeof(text), "%s", json != NULL ? json : "-");
	free(json);
	return text;
}

static const char text_a[] =
	"[node:one]\nkind = process\nports = 1-2\nversions = 1.0, 2.0\nquota = 1KB\n"
	"credentials = a=%(password)s\ntoken = \"s3cret\n"
	"[node:ext]\ncommand = /bin/true\n"
	"[gateway:one]\nservice = svc\n"
	"[plan:one/small]\ndescription = s\n[plan:one/big]\n[gateway:on]\n[plan:on/x]\n";

static void
test_sections(const struct config *c)
{
	yyjson_val *root = sections(c, SECTION_NODE, "one"), *keys = yyjson_obj_get(root, "keys");

	is_str(shown(root, "section"), "\"node:one\"", "the section");
	is_str(shown(keys, "kind"), "\"process\"", "a word");
	is_str(shown(keys, "ports"), "\"1-2\"", "a type of its own is as show prints it");
	is_str(shown(keys, "versions"), "[\"1.0\",\"2.0\"]", "a list");
	is_str(shown(keys, "quota"), "1024", "bytes are a number");
	is_str(shown(keys, "capacity"), "100", "so is a default");
	is_str(shown(keys, "token"), "\"\\\"s3cret\"", "a secret is in clear");
	is_str(shown(keys, "credentials"), "[\"a=%(password)s\"]", "holes stay");
	is_str(shown(keys, "base_dir"), "-", "what has no value is not there");
	is_str(shown(root, "plans"), "-", "a node has no plans");
	root = sections(c, SECTION_GATEWAY, "one");
	is_str(shown(root, "nodes"), "[\"one\"]", "a gateway knows the nodes that are ours");
	is_int((int64_t)yyjson_arr_size(yyjson_obj_get(root, "plans")), 2, "and its own plans");
	is_str(shown(yyjson_arr_get_first(yyjson_obj_get(root, "plans")), "name"), "\"small\"",
	    "by their names");
	is_str(shown(yyjson_obj_get(root, "keys"), "bindable"), "true", "a switch");
	is_str(shown(sections(c, SECTION_STORE, ""), "section"), "\"store\"",
	    "a store needs no section");
}

/* The key that asks for a new guest of gateway "one" or node "one"; "" for none. */
static const char *
differs(const struct config *a, const char *text, enum guest_section kind)
{
	static char key[80];
	struct config *b = conf_file_load(text);
	struct conf_change why;

	snprintf(key, sizeof(key), "%s", conf_guest_diff(a, conf_find_guest(a, kind, "one"), b,
	    conf_find_guest(b, kind, "one"), &why) ? why.key : "");
	conf_change_release(&why);
	conf_free(b);
	return key;
}

#define NODE "[node:one]\nkind = process\nports = 1-2\nversions = 1.0, 2.0\nquota = 1KB\n" \
	"credentials = a=%(password)s\ntoken = \"s3cret\n"
#define EXT "[node:ext]\ncommand = /bin/true\n"
#define GATE "[gateway:one]\nservice = svc\n"
#define OTHER "[gateway:on]\n[plan:on/x]\n"

static void
test_changes(const struct config *c)
{
	is_str(differs(c, text_a, SECTION_NODE), "", "the same is no change");
	is_str(differs(c, text_a, SECTION_GATEWAY), "", "of a gateway neither");
	is_str(differs(c, "[node:one]\n", SECTION_NODE), "token", "the first key that differs");
	is_str(differs(c, NODE EXT GATE "[plan:one/small]\ndescription = t\n[plan:one/big]\n" OTHER,
	    SECTION_GATEWAY), "[plan:x/y]", "a plan of the gateway");
	is_str(differs(c, NODE EXT GATE "[plan:one/small]\ndescription = s\n" OTHER,
	    SECTION_GATEWAY), "[plan:x/y]", "one that has gone");
	is_str(differs(c, NODE EXT GATE "[plan:one/small]\ndescription = s\n[plan:one/big]\n"
	    "[gateway:on]\n[plan:on/y]\n", SECTION_GATEWAY), "", "not one of another gateway");
	is_str(differs(c, NODE EXT GATE "[plan:one/small]\ndescription = s\n[plan:one/big]\n"
	    "[node:two]\n" OTHER, SECTION_GATEWAY), "nodes", "a node more");
}

int
main(void)
{
	struct config *c = conf_file_load(text_a);

	if (c == NULL)
		return 1;
	test_sections(c);
	test_changes(c);
	yyjson_doc_free(doc);
	conf_free(c);
	conf_file_remove();
	return tap_done();
}
