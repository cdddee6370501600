/*
 * Holes of instances, and credentials put together.
 */
#include "node/fill.h"

#include <stdlib.h>

#include "serve/guest.h"
#include "tap.h"

static struct row row = {
	.name = (char *)(uintptr_t)"one", .plan = (char *)(uintptr_t)"free",
	.version = (char *)(uintptr_t)"", .port = 5002, .kind = KIND_DIRECTORY,
	.directory = (char *)(uintptr_t)"/srv/one", .secret = (char *)(uintptr_t)"s3cret",
	.template = (char *)(uintptr_t)"", .parameters = (char *)(uintptr_t)"{}",
	.credentials = (char *)(uintptr_t)"{}",
};

/* "(text)" of an error, so that one function tells both. */
static const char *
fill(const char *text)
{
	static struct buf out;
	struct err e;

	buf_clear(&out);
	if (fill_text(&out, text, &row, &e) == 0)
		return buf_text(&out);
	buf_clear(&out);
	buf_addf(&out, "(%s)", e.msg);
	return buf_text(&out);
}

static void
test_holes(void)
{
	is_str(fill(""), "", "nothing");
	is_str(fill("%(name)s:%(port)d"), "one:5002", "a hole for a text and one for a number");
	is_str(fill("%(version)s|"), "|", "one that is empty");
	is_str(fill("100%% %d %"), "100% %d %", "other per cents stay");
	is_str(fill("%%(name)s"), "%(name)s", "one that is none");
	is_str(fill("%(nam)s"), "(there is no 'nam' for %(nam)s)", "nobody fills half a name");
	is_str(fill("%(name"), "('%(name' is no hole: %(name)s is)", "nor what has no end");
	is_str(fill("%(name)x"), "('%(name)x' is no hole: %(name)s is)", "nor another letter");
	row.port = 0;
	is_str(fill("%(port)s"), "(there is no 'port' for %(port)s)", "a port that there is not");
	row.port = 5002;
}

static const char *
credentials(const char *given, const char *listed, const char *said)
{
	static struct buf out;
	yyjson_doc *list = yyjson_read(listed, strlen(listed), 0);
	yyjson_doc *answer = yyjson_read(said, strlen(said), 0);
	struct err e;

	row.credentials = (char *)(uintptr_t)given;
	node.credentials = yyjson_doc_get_root(list);
	buf_clear(&out);
	if (credentials_write(&out, &row, yyjson_doc_get_root(answer), &e) == -1)
		buf_adds(&out, e.msg);
	node.credentials = NULL;
	yyjson_doc_free(list);
	yyjson_doc_free(answer);
	return buf_text(&out);
}

#define COMMON "{\"host\":\"h\",\"hostname\":\"h\",\"port\":5002,\"name\":\"one\",\"node_id\":\"n\"," \
	"\"directory\":\"/srv/one\""

static void
test_credentials(void)
{
	is_str(credentials("{}", "[]", "{}"), COMMON "}", "what all have");
	is_str(credentials("{}", "[\"pw=%(password)s\",\"nonsense\"]", "{}"),
	    COMMON ",\"pw\":\"s3cret\"}", "and what the key says");
	is_str(credentials("{\"port\":1,\"user\":\"u\"}", "[\"user=x\"]", "{}"),
	    COMMON ",\"user\":\"u\"}", "a lost instance keeps what is its own, not its place");
	is_str(credentials("{}", "[]", "{\"credentials\":{\"port\":9,\"x\":[1]}}"),
	    "{\"host\":\"h\",\"hostname\":\"h\",\"port\":9,\"name\":\"one\",\"node_id\":\"n\","
	    "\"directory\":\"/srv/one\",\"x\":[1]}", "a hook has the last word");
	is_str(credentials("{}", "[\"a=%(b)s\"]", "{}"), "there is no 'b' for %(b)s", "a bad hole");
}

int
main(void)
{
	char word[25], other[25];
	struct err e;

	guest.name = "n";
	node.host = "h";
	node.service = "svc";
	test_holes();
	test_credentials();
	ok(fill_secret(word, &e) == 0 && fill_secret(other, &e) == 0, "passwords");
	is_int((int64_t)strlen(word), 24, "of 24 letters");
	ok(strcmp(word, other) != 0, "are different");
	return tap_done();
}
