/*
 * The store's tree without its guest: values, revisions, compare-and-set, types, lists, what
 * is local, changes in order, globs.  Rules of revisions are doozer's (see store/tree.h).
 */
#include "store/tree.h"

#include <sys/resource.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/path.h"
#include "tap.h"

static struct tree *tree;
static struct tree_err err;
static struct buf out;

/* One change in a transaction of its own: the revision, or -1 and err. */
static int64_t
finish(int status)
{
	struct tree_err e = { 0 };

	return tree_commit(tree, &e) == -1 || status == -1 ? -1 : tree_revision(tree);
}

static int64_t
set_as(const char *path, const char *json, const char *text, int64_t if_rev, bool force)
{
	yyjson_doc *doc = json != NULL ? yyjson_read(json, strlen(json), 0) : NULL;
	struct tree_new new = { yyjson_doc_get_root(doc), text };
	int64_t revision;

	err = (struct tree_err){ 0 };
	tree_begin(tree, &err);
	revision = finish(tree_set(tree, path, &new, if_rev, force, &err));
	yyjson_doc_free(doc);
	return revision;
}

static int64_t
set(const char *path, const char *json)
{
	return set_as(path, json, NULL, TREE_ANY, false);
}

static int64_t
del(const char *path, int64_t if_rev)
{
	err = (struct tree_err){ 0 };
	tree_begin(tree, &err);
	return finish(tree_delete(tree, path, if_rev, &err));
}

static int64_t
push(const char *path, const char *text)
{
	err = (struct tree_err){ 0 };
	buf_clear(&out);
	tree_begin(tree, &err);
	return finish(tree_push(tree, path, &(struct tree_new){ NULL, text }, TREE_ANY, &out, &err));
}

static int64_t
pop(const char *path, const char *text)
{
	struct tree_new item = { NULL, text };

	err = (struct tree_err){ 0 };
	buf_clear(&out);
	tree_begin(tree, &err);
	return finish(tree_pop(tree, path, text != NULL ? &item : NULL, TREE_ANY, &out, &err));
}

/* The value as text; "NOENT" and so on where it is refused. */
static const char *
get_as(const char *path, bool here, int64_t *revision)
{
	err = (struct tree_err){ 0 };
	buf_clear(&out);
	return tree_get(tree, path, here, &out, revision, &err) == -1 ? tree_why(err.why) :
	    buf_text(&out);
}

static const char *
get(const char *path)
{
	int64_t revision;

	return get_as(path, false, &revision);
}

static int64_t
revision_of(const char *path)
{
	int64_t revision = -1;

	get_as(path, false, &revision);
	return revision;
}

/* The same JSON, whatever the order of its members. */
static bool
same(const char *a, const char *b)
{
	yyjson_doc *x = yyjson_read(a, strlen(a), 0), *y = yyjson_read(b, strlen(b), 0);
	bool equal = yyjson_equals(yyjson_doc_get_root(x), yyjson_doc_get_root(y));

	yyjson_doc_free(x);
	yyjson_doc_free(y);
	return equal;
}

static void
fresh(int64_t history)
{
	struct err e = { 0 };

	tree_close(tree);
	tree = tree_open(NULL, history, &e);
}

static void
test_values(void)
{
	fresh(100);
	is_int(tree_revision(tree), 0, "nothing was changed yet");
	is_str(get("/"), "{}", "the tree is empty");
	is_str(get("web"), "NOENT", "nothing there");
	is_int(set("web/port", "8080"), 1, "the first change has revision 1");
	is_str(get("web/port"), "8080", "a value is read back");
	is_str(get("/web/port/"), "8080", "slashes around it change nothing");
	is_str(get("web"), "{\"port\":8080}", "what is above it was made");
	is_int(set("web-2", "\"x\""), 2, "a name that sorts before '/'");
	is_int(set("web/env", "{\"A\":\"1\",\"deep\":{\"list\":[1,{\"x\":2}],\"none\":{}}}"), 3,
	    "an object is a tree of its own");
	is_str(get("web/env/deep/list"), "[1,{\"x\":2}]", "values in it are nodes, lists whole");
	is_str(get("web/env/deep/none"), "{}", "an empty object is there");
	is_str(get("/"), "{\"web\":{\"env\":{\"A\":\"1\",\"deep\":{\"list\":[1,{\"x\":2}],"
	    "\"none\":{}}},\"port\":8080},\"web-2\":\"x\"}", "the whole tree");
	is_int(set("web/env", "{\"B\":true}"), 4, "an object takes the place");
	is_str(get("web/env"), "{\"B\":true}", "of all that was below");
	is_int(del("web/env", TREE_ANY), 5, "deleted");
	is_str(get("web"), "{\"port\":8080}", "with what was below");
	is_str(get("web/env/B"), "NOENT", "at any depth");
	is_int(del("web/env", TREE_ANY), -1, "again");
	is_str(tree_why(err.why), "NOENT", "there is nothing");
	is_int(tree_revision(tree), 5, "a refused change has no revision");
}

static void
test_paths(void)
{
	static const char *const bad[] = { "", "/", "a//b", "a/*", "a/?", "a\nb",
		"1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17" };
	char key[PATH_KEY_MAX];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		is_int(set(bad[i], "1"), -1, "cannot be set");
		is_str(tree_why(err.why), "BAD_PATH", "as BAD_PATH");
	}
	is_int(set("a", "{\"b/c\":1}"), -1, "nor can a name with a slash come in an object");
	is_str(tree_why(err.why), "BAD_PATH", "BAD_PATH");
	ok(path_key("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", key) == NULL, "16 names are fine");

	ok(path_concerns("web/port", "web/port", false), "glob: the path itself");
	ok(!path_concerns("web/port", "web/host", false), "not another");
	ok(path_concerns("web", "web/port/x", false), "what is below");
	ok(path_concerns("web/port", "web", true), "what is above, where a tree changed");
	ok(!path_concerns("web/port", "web", false), "not where a value changed");
	ok(path_concerns("*/port", "web/port", false), "a star for a name");
	ok(!path_concerns("*", "web/port", false) == false, "and all below it");
	ok(!path_concerns("*/port", "a/b/port", false), "not for two names");
	ok(path_concerns("**/port", "a/b/port", false), "two stars for any names");
	ok(path_concerns("**/port", "port", false), "or none");
	ok(!path_concerns("**/port", "a/b/host", false), "and then the rest");
	ok(path_concerns("w?b/p*t", "web/port", false), "characters and parts of a name");
	ok(!path_concerns("w?b/p*t", "wb/port", false), "a character has to be there");
	ok(path_concerns("", "web", false) && path_concerns("/", "web", false), "all of it");
}

static void
test_revisions(void)
{
	fresh(100);
	is_int(set_as("lock", "1", NULL, 0, false), 1, "if 0: nothing was there");
	is_int(set_as("lock", "1", NULL, 0, false), -1, "if 0: something is there");
	is_str(tree_why(err.why), "REV_MISMATCH", "REV_MISMATCH");
	is_int(err.revision, 1, "which tells the revision");
	is_int(set_as("lock", "2", NULL, 1, false), 2, "if 1: so it is");
	is_int(set_as("lock", "3", NULL, 1, false), -1, "if 1: no longer");
	is_str(get("lock"), "2", "the value is untouched");
	set("other", "1");
	is_int(set_as("lock", "3", NULL, 3, false), 4, "a later revision of the whole is fine");
	set("a/b/c", "1");
	is_int(revision_of("a"), 5, "a change below is one of the tree above");
	set("a/d", "1");
	is_int(revision_of("a/b"), 5, "not of its neighbours");
	is_int(revision_of("a"), 6, "above it, again");
	del("a/d", TREE_ANY);
	is_int(revision_of("a"), 7, "so is what is deleted below");
	is_int(set_as("a", "{}", NULL, 6, false), -1, "a tree that lost something has changed");
	is_int(del("a/b", 4), -1, "delete if 4: changed since");
	is_int(del("a/b", 5), 8, "delete if 5: so it is");
	is_int(set_as("a/b", "{}", NULL, 7, false), -1, "what was deleted meanwhile stays deleted");
	is_str(tree_why(err.why), "REV_MISMATCH", "REV_MISMATCH");
	is_int(set_as("a", "1", NULL, -2, false), -1, "-2 is no revision");
	is_str(tree_why(err.why), "RANGE", "RANGE");
}

static void
test_types(void)
{
	fresh(100);
	set("n", "1");
	set("t", "{\"x\":1}");
	set("none", "null");
	is_int(set("n", "\"a\""), -1, "a number does not become a string");
	is_str(tree_why(err.why), "TYPE_MISMATCH", "TYPE_MISMATCH");
	is_str(err.e.msg, "'n' is a number, not a string", "with both types");
	is_int(set("n", "2.5"), 4, "numbers are numbers");
	is_int(set("t", "1"), -1, "nor a tree a value");
	is_str(tree_why(err.why), "ISDIR", "ISDIR");
	is_int(set("n/x", "1"), -1, "below a value");
	is_str(tree_why(err.why), "NOTDIR", "NOTDIR");
	is_str(get("n/x"), "NOENT", "there is nothing");
	is_int(set("none", "true"), 5, "null becomes anything");
	is_int(set_as("t", "1", NULL, TREE_ANY, true), 6, "by force: a tree");
	is_str(get("t/x"), "NOENT", "is gone with all below");
	is_int(set_as("t/y/z", "1", NULL, TREE_ANY, true), 7, "by force: below a value");
	is_str(get("t"), "{\"y\":{\"z\":1}}", "which is a tree then");

	is_int(set_as("s", NULL, "42", TREE_ANY, false), 8, "text where nothing is");
	is_str(get("s"), "\"42\"", "is a string");
	set_as("n", NULL, "42", TREE_ANY, false);
	is_str(get("n"), "42", "where a number is, a number");
	is_int(set_as("n", NULL, "many", TREE_ANY, false), -1, "if it is one");
	is_int(set_as("n", NULL, "many", TREE_ANY, true), 10, "or by force");
	is_str(get("n"), "\"many\"", "a string");
	set("b", "true");
	set_as("b", NULL, "false", TREE_ANY, false);
	is_str(get("b"), "false", "where true is, false");
	set("l", "[1]");
	set_as("l", NULL, "[\"a\", 2]", TREE_ANY, false);
	is_str(get("l"), "[\"a\",2]", "where a list is, a list");
}

static void
test_lists(void)
{
	fresh(100);
	is_int(push("hosts", "a"), 1, "a list is made");
	push("hosts", "b");
	push("hosts", "a");
	is_str(buf_text(&out), "[\"a\",\"b\",\"a\"]", "and grows");
	pop("hosts", "a");
	is_str(buf_text(&out), "[\"b\",\"a\"]", "the first of its kind is taken out");
	pop("hosts", NULL);
	is_str(buf_text(&out), "[\"b\"]", "or the last");
	is_int(pop("hosts", "x"), -1, "what is not in it");
	is_str(tree_why(err.why), "NOENT", "NOENT");
	pop("hosts", NULL);
	is_str(get("hosts"), "[]", "an empty list stays");
	is_int(pop("hosts", NULL), -1, "and has nothing to give");
	set("ports", "[80]");
	push("ports", "443");
	is_str(buf_text(&out), "[80,443]", "numbers among numbers");
	set("n", "1");
	is_int(push("n", "x"), -1, "no list");
	is_str(tree_why(err.why), "TYPE_MISMATCH", "TYPE_MISMATCH");
}

static void
test_local(void)
{
	int64_t revision;

	fresh(100);
	set("web", "{\"port\":80,\"host\":\"a\",\"old\":true}");
	set("local/web", "{\"port\":8080,\"old\":null}");
	is_str(get("web/port"), "80", "the value for all");
	is_str(get_as("web/port", true, &revision), "8080", "what goes here");
	is_int(revision, 2, "with its revision");
	is_str(get_as("web/host", true, &revision), "\"a\"", "for all, and here");
	ok(same(get_as("web", true, &revision), "{\"port\":8080,\"host\":\"a\"}"),
	    "trees are merged, null takes away");
	set("local/db/name", "\"x\"");
	is_str(get_as("db/name", true, &revision), "\"x\"", "only here");
	is_str(get("db/name"), "NOENT", "not for all");
	set("localhost/name", "1");
	set("local/localhost/name", "2");
	is_str(get_as("localhost/name", true, &revision), "2", "a component that begins so is another");
}

static char seen[400];

static void
see(void *arg, const struct tree_change *c)
{
	size_t have = strlen(seen);

	(void)arg;
	snprintf(seen + have, sizeof(seen) - have, "%lld %s=%s%s;", (long long)c->revision,
	    c->path, c->value != NULL ? c->value : "gone", c->tree ? " tree" : "");
}

static int
changes(int64_t from)
{
	seen[0] = '\0';
	err = (struct tree_err){ 0 };
	return tree_changes(tree, from, 100, see, NULL, &err);
}

static void
test_history(void)
{
	fresh(3);
	is_int(changes(1), 0, "no change yet");
	set("a", "1");
	set("t", "{\"x\":{\"y\":1}}");
	del("t", TREE_ANY);
	is_int(changes(1), 3, "three changes");
	is_str(seen, "1 a=1;2 t={\"x\":{\"y\":1}} tree;3 t=gone tree;", "in order, as they were");
	changes(3);
	is_str(seen, "3 t=gone tree;", "from a revision on");
	is_int(changes(4), 0, "the next one is not there yet");
	is_int(changes(5), -1, "one behind it");
	is_str(tree_why(err.why), "RANGE", "RANGE");
	set("a", "2");
	is_int(changes(1), -1, "of four changes three are kept");
	is_str(tree_why(err.why), "TOO_LATE", "TOO_LATE");
	is_int(err.revision, 2, "which tells from where on");
	is_int(changes(2), 3, "the others are there");
}

/* Several changes in one transaction; one that is refused among them; one that is undone. */
static void
test_together(void)
{
	yyjson_doc *doc = yyjson_read("1", 1, 0);
	struct tree_new one = { yyjson_doc_get_root(doc), NULL };

	fresh(100);
	tree_begin(tree, &err);
	tree_set(tree, "a", &one, TREE_ANY, false, &err);
	is_int(tree_set(tree, "a", &one, 0, false, &err), -1, "refused by one before it");
	tree_set(tree, "b", &one, TREE_ANY, false, &err);
	is_int(changes(1), 0, "not to be seen before the end");
	is_int(tree_commit(tree, &err), 0, "committed");
	is_int(changes(1), 2, "the two others together");
	yyjson_doc_free(doc);
}

static void
test_file(void)
{
	char dir[] = "/tmp/supd-store-XXXXXX", file[64];
	static const char *const ends[] = { "", "-wal", "-shm" };
	struct err e = { 0 };

	if (mkdtemp(dir) == NULL)
		return;
	snprintf(file, sizeof(file), "%s/store.sqlite", dir);
	tree_close(tree);
	tree = tree_open(file, 100, &e);
	set("a", "1");
	del("a", TREE_ANY);
	tree_close(tree);
	tree = tree_open(file, 100, &e);
	is_int(tree_revision(tree), 2, "the revision goes on after a restart");
	is_str(get("a"), "NOENT", "with the tree");
	is_int(changes(1), 2, "and the changes");
	tree_close(tree);
	tree = NULL;
	for (size_t i = 0; i < 3; i++) {
		snprintf(file, sizeof(file), "%s/store.sqlite%s", dir, ends[i]);
		unlink(file);
	}
	rmdir(dir);
}

/* No room on the disk: a change is refused as a whole, and later ones are made again. */
static void
test_full(void)
{
	char dir[] = "/tmp/supd-store-XXXXXX", file[64], large[20000];
	static const char *const ends[] = { "", "-wal", "-shm" };
	struct rlimit old, small;
	struct err e = { 0 };

	if (mkdtemp(dir) == NULL || getrlimit(RLIMIT_FSIZE, &old) == -1)
		return;
	snprintf(file, sizeof(file), "%s/store.sqlite", dir);
	tree_close(tree);
	tree = tree_open(file, 100, &e);
	set("a", "1");
	signal(SIGXFSZ, SIG_IGN);
	small = (struct rlimit){ 30000, old.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	memset(large, 'x', sizeof(large));
	large[sizeof(large) - 1] = '\0';
	is_int(set_as("b", NULL, large, TREE_ANY, false), -1, "no room");
	is_str(get("b"), "NOENT", "nothing of it is there");
	is_int(tree_revision(tree), 1, "and no revision was used");
	setrlimit(RLIMIT_FSIZE, &old);
	is_int(set_as("b", NULL, large, TREE_ANY, false), 2, "room again");
	is_int(changes(1), 2, "no gap in the changes");
	tree_close(tree);
	tree = NULL;
	for (size_t i = 0; i < 3; i++) {
		snprintf(file, sizeof(file), "%s/store.sqlite%s", dir, ends[i]);
		unlink(file);
	}
	rmdir(dir);
}

int
main(void)
{
	test_values();
	test_paths();
	test_revisions();
	test_types();
	test_lists();
	test_local();
	test_history();
	test_together();
	test_file();
	test_full();
	buf_release(&out);
	return tap_done();
}
