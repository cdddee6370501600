/*
 * YAML as people write it, against the JSON that it means by YAML 1.2's core schema; what is
 * refused, with its line.
 */
#include "cli/yaml.h"

#include <stdlib.h>

#include "tap.h"

static const struct {
	const char *yaml, *json;
} good[] = {
	{ "", "null" },
	{ "# nothing\n\n", "null" },
	{ "80", "80" },
	{ "word", "\"word\"" },
	{ "several words # and a comment", "\"several words\"" },
	{ "a#b", "\"a#b\"" },
	{ "---\na: 1\n", "{\"a\":1}" },
	{ "a: 1\nb: two\nc: -2.5\nd: true\ne: ~\nf:\n", "{\"a\":1,\"b\":\"two\",\"c\":-2.5,"
	    "\"d\":true,\"e\":null,\"f\":null}" },
	{ "hex: 0x1F\nplus: +3\nip: 127.0.0.1\nver: 1.2.3\nno: no\noct: 010",
	    "{\"hex\":31,\"plus\":3,\"ip\":\"127.0.0.1\",\"ver\":\"1.2.3\",\"no\":\"no\","
	    "\"oct\":\"010\"}" },
	{ "url: http://a:80/x", "{\"url\":\"http://a:80/x\"}" },
	{ "a: 'it''s'\nb: \"x\\ty\\u00e9\"\n\"c d\": '80' # text", "{\"a\":\"it's\","
	    "\"b\":\"x\\ty\xc3\xa9\",\"c d\":\"80\"}" },
	{ "- 1\n- a\n-\n- - x\n  - y\n", "[1,\"a\",null,[\"x\",\"y\"]]" },
	{ "web:\n  ports:\n    - 80\n    - 443\n  host: a\ndb: x", "{\"web\":{\"ports\":[80,443],"
	    "\"host\":\"a\"},\"db\":\"x\"}" },
	{ "list:\n- a\n- b\nnext: 1", "{\"list\":[\"a\",\"b\"],\"next\":1}" },
	{ "- name: a\n  port: 1\n- name: b\n  deep:\n    x: y\n", "[{\"name\":\"a\",\"port\":1},"
	    "{\"name\":\"b\",\"deep\":{\"x\":\"y\"}}]" },
	{ "a: []\nb: {}\nc: [1, \"x\"]\n", "{\"a\":[],\"b\":{},\"c\":[1,\"x\"]}" },
	{ "a: [1, x y, 'z', {b: tcp, c: [d]}] # text\n", "{\"a\":[1,\"x y\",\"z\",{\"b\":\"tcp\","
	    "\"c\":[\"d\"]}]}" },
	{ "{\"json\": [true]}", "{\"json\":[true]}" },
	{ "a: 1\r\nb: 2\r\n", "{\"a\":1,\"b\":2}" },
	{ "-5", "-5" },
	{ "-x", "\"-x\"" },
};

static const struct {
	const char *yaml, *text;
} bad[] = {
	{ "a: 1\n\tb: 2", "line 2: a tab cannot indent" },
	{ "a: 1\nword", "line 2: neither 'key: value' nor '- item'" },
	{ "a: 1\n  b: 2", "line 2: indented further than what is above it" },
	{ "a: 1\na: 2", "line 2: this key was there already" },
	{ "a: 'x", "line 1: the quotes are not closed" },
	{ "a: \"x\" y", "line 1: text behind the closing quote" },
	{ "\n\na: [1, x", "line 3: a comma is missing" },
	{ "a: [1] x", "line 1: text behind a ] or }" },
	{ "a: {x}", "line 1: a map in { } has KEY: VALUE between commas" },
	{ "a: &x 1", "line 1: anchors, tags and scalars of several lines are not read here;"
	    " quote it if it is text" },
	{ "a: |\n  text", "line 1: anchors, tags and scalars of several lines are not read here;"
	    " quote it if it is text" },
	{ "a: 1\n- b", "line 2: neither part of the value above nor of another" },
	{ "  a: 1\nb: 2", "line 2: neither part of the value above nor of another" },
	{ "word\nmore", "line 2: neither part of the value above nor of another" },
	{ "- - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - x",
	    "line 1: nested too deeply" },
};

int
main(void)
{
	struct err e;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		yyjson_mut_doc *doc = yaml_read(good[i].yaml, &e);
		yyjson_doc *want = yyjson_read(good[i].json, strlen(good[i].json), 0);
		char *got = doc != NULL ? yyjson_mut_write(doc, 0, NULL) : strdup(e.msg);
		char *wanted = yyjson_write(want, 0, NULL);

		is_str(got, wanted, good[i].json);
		free(got);
		free(wanted);
		yyjson_mut_doc_free(doc);
		yyjson_doc_free(want);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		yyjson_mut_doc *doc = yaml_read(bad[i].yaml, &e);

		is_str(doc == NULL ? e.msg : "taken", bad[i].text, bad[i].text);
		yyjson_mut_doc_free(doc);
	}
	return tap_done();
}
