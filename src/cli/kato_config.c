/*
 * kato config: values of the store.  A value is named by its component and a path in it,
 * "web" and "ports/http", or with -f by both in one, "web/ports/http".
 */
#include "cli/kato.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "cli/yaml.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define FIRST_CALL	(8 * 1024)	/* bytes that the core hands over with a connection */
#define INPUT_MAX	(1024 * 1024)

/* ---- words ---- */

/* How many words name the value. */
static size_t
names(const struct kato *k)
{
	return k->full || k->n < 2 ? k->n < 1 ? 0 : 1 : 2;
}

static void
full_path(const struct kato *k, struct buf *path)
{
	size_t n = names(k);

	if (n > 0)
		buf_adds(path, k->v[0]);
	if (n > 1 && strcmp(k->v[1], "/") != 0)
		buf_addf(path, "%s%s", *k->v[1] != '/' ? "/" : "", k->v[1]);
}

static void
put_path(struct buf *b, const struct kato *k)
{
	struct buf path = { 0 };

	full_path(k, &path);
	json_kstr(b, "path", buf_text(&path));
	buf_release(&path);
}

/* --if-rev and --from; false: no number, which is said. */
static bool
put_number(struct kato *k, struct buf *b, const char *option, const char *key, const char *text)
{
	char *end;
	long long n;

	if (text == NULL)
		return true;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < -1) {
		kato_failed(k, KATO_USAGE, "--%s: '%s' is not a revision: -1, 0 or more", option,
		    text);
		return false;
	}
	json_kint(b, key, n);
	return true;
}

/* All of stdin, without the newline at its end. */
static bool
read_input(struct kato *k, struct buf *in)
{
	char data[4096];
	ssize_t n;

	while ((n = read(STDIN_FILENO, data, sizeof(data))) > 0 && in->len <= INPUT_MAX)
		buf_add(in, data, (size_t)n);
	if (n == -1 || in->failed || in->len > INPUT_MAX) {
		kato_failed(k, KATO_FAILED, "stdin: %s", n == -1 ? strerror(errno) :
		    "more than 1 MiB");
		return false;
	}
	if (in->len > 0 && in->data[in->len - 1] == '\n')
		in->data[--in->len] = '\0';
	if (strlen(buf_text(in)) == in->len)
		return true;
	kato_failed(k, KATO_FAILED, "stdin: a value holds no NUL");
	return false;
}

/* "value": what the text says as JSON or YAML. */
static bool
put_parsed(struct kato *k, struct buf *b, const char *text)
{
	yyjson_read_err why = { 0 };
	yyjson_mut_doc *doc = NULL;
	yyjson_doc *json = NULL;
	struct err e = { 0 };
	char *out = NULL;

	if (k->json) {
		json = yyjson_read_opts((char *)(uintptr_t)text, strlen(text), 0, NULL, &why);
		if (json == NULL)
			kato_failed(k, KATO_USAGE, "not JSON: %s, behind %zu bytes", why.msg, why.pos);
		else
			out = yyjson_write(json, 0, NULL);
	} else {
		doc = yaml_read(text, &e);
		if (doc == NULL)
			kato_failed(k, KATO_USAGE, "not YAML: %s", e.msg);
		else
			out = yyjson_mut_write(doc, 0, NULL);
	}
	if (out != NULL) {
		json_key(b, "value");
		buf_adds(b, out);
	}
	free(out);
	yyjson_doc_free(json);
	yyjson_mut_doc_free(doc);
	return out != NULL;
}

/* The word behind the names, or stdin. */
static bool
put_value(struct kato *k, struct buf *b)
{
	struct buf in = { 0 };
	const char *text = k->v[names(k)];
	bool fine;

	if (text == NULL && !read_input(k, &in))
		return false;
	if (text == NULL)
		text = buf_text(&in);
	fine = json_is_utf8(text, strlen(text));
	if (!fine)
		kato_failed(k, KATO_USAGE, "the value is not UTF-8");
	else if (k->json || k->yaml)
		fine = put_parsed(k, b, text);
	else
		json_kstr(b, "text", text);
	buf_release(&in);
	return fine;
}

/* ---- calls ---- */

static bool
is_read(const char *method)
{
	return strcmp(method, STORE_INTERFACE ".Get") == 0;
}

/*
 * A call whose parameters lack their closing bracket, and are freed.  What is longer than the
 * first call of a connection may be goes behind a short one.
 */
static int
try(struct kato *k, const char *method, struct buf *params, struct reply *r, struct err *e)
{
	int status = 0;

	json_close(params, '}');
	if (params->len > FIRST_CALL) {
		status = ctl_call(&k->ctl, STORE_INTERFACE ".Describe", NULL, r, e);
		if (status == 0)
			reply_release(r);
	}
	if (status == 0)
		status = ctl_call(&k->ctl, method, buf_text(params), r, e);
	/* a store that dies takes the call along; what only reads can be asked again */
	if (status == -1 && k->ctl.client.fail == CLIENT_BROKEN && is_read(method))
		status = ctl_call(&k->ctl, method, buf_text(params), r, e);
	buf_release(params);
	return status;
}

static bool
ask(struct kato *k, const char *method, struct buf *params, struct reply *r)
{
	struct err e = { 0 };

	if (try(k, method, params, r, &e) == 0)
		return true;
	kato_refused(k, &e);
	return false;
}

static void
say_revision(const struct kato *k, yyjson_val *params)
{
	if (k->verbose)
		fprintf(stderr, "revision %lld\n", (long long)reply_int(params, "revision"));
}

/* A string stands bare, whatever it looks like; kato_print would quote it. */
static void
print_value(const struct kato *k, yyjson_val *v)
{
	if (yyjson_is_str(v) && !k->json)
		say("%s", yyjson_get_str(v));
	else
		kato_print(k, v);
}

/*
 * The store does not answer: programs may name the value, and then the supervisor has what
 * the store told it last.  False: it has not.
 */
static bool
print_stale(struct kato *k, const struct err *why)
{
	struct buf b = { 0 }, path = { 0 };
	struct err e = { 0 };
	bool stale = false;
	struct reply r;
	yyjson_val *v;

	if (k->ctl.client.fail != CLIENT_FAULT)
		return false;
	full_path(k, &path);
	json_open(&b, '{');
	json_key(&b, "paths");
	json_open(&b, '[');
	json_str(&b, buf_text(&path));
	json_close(&b, ']');
	if (try(k, CONTROL_INTERFACE ".GetLastValues", &b, &r, &e) == 0) {
		v = yyjson_obj_get(yyjson_obj_get(r.params, "values"), buf_text(&path));
		stale = yyjson_is_str(v);
		if (stale) {
			fprintf(stderr, "kato: stale, as the store told it last: %s\n", why->msg);
			print_value(k, v);
		}
		reply_release(&r);
	}
	buf_release(&path);
	return stale;
}

void
kato_config_get(struct kato *k)
{
	struct buf b = { 0 };
	struct err e = { 0 };
	struct reply r;

	json_open(&b, '{');
	put_path(&b, k);
	if (k->node != NULL)
		json_kbool(&b, "here", true);
	if (try(k, STORE_INTERFACE ".Get", &b, &r, &e) == -1) {
		if (!print_stale(k, &e))
			kato_refused(k, &e);
		return;
	}
	say_revision(k, r.params);
	print_value(k, yyjson_obj_get(r.params, "value"));
	reply_release(&r);
}

/* What set, del, push and pop have in common. */
static void
change(struct kato *k, const char *method, bool value)
{
	struct buf b = { 0 };
	struct reply r;

	json_open(&b, '{');
	put_path(&b, k);
	if (k->force)
		json_kbool(&b, "force", true);
	if (!put_number(k, &b, "if-rev", "if_rev", k->if_rev) || (value && !put_value(k, &b))) {
		buf_release(&b);
		return;
	}
	if (!ask(k, method, &b, &r))
		return;
	say_revision(k, r.params);
	if (yyjson_obj_get(r.params, "list") != NULL)
		kato_print(k, yyjson_obj_get(r.params, "list"));
	reply_release(&r);
}

/* One word too many for -f, or too few without. */
static bool
fits(struct kato *k, size_t values)
{
	size_t most = (k->full ? 1 : 2) + values;

	if (k->n >= (k->full ? 1u : 2u) && k->n <= most)
		return true;
	kato_failed(k, KATO_USAGE, "%s%s needs %s", k->command->name, k->full ? " -f" : "",
	    k->full ? "COMPONENT/PATH in one word" : k->command->words);
	return false;
}

void
kato_config_set(struct kato *k)
{
	if (fits(k, 1))
		change(k, STORE_INTERFACE ".Set", true);
}

void
kato_config_del(struct kato *k)
{
	if (fits(k, 0))
		change(k, STORE_INTERFACE ".Delete", false);
}

void
kato_config_push(struct kato *k)
{
	if (fits(k, 1))
		change(k, STORE_INTERFACE ".Push", true);
}

void
kato_config_pop(struct kato *k)
{
	if (fits(k, 1))
		change(k, STORE_INTERFACE ".Pop", k->n > names(k));
}

/* ---- watch ---- */

struct watch {
	struct kato *k;
	int64_t	 next;		/* first revision not printed; 0: none was told yet */
	int	 dead;		/* connections in a row on which nothing came */
};

/* "12 web/port 8080", "13 web deleted" */
static void
print_change(const struct kato *k, yyjson_val *c)
{
	struct buf b = { 0 };

	if (k->json) {
		json_value(&b, c);
	} else {
		buf_addf(&b, "%lld %s ", (long long)reply_int(c, "revision"),
		    reply_str(c, "path"));
		if (reply_bool(c, "deleted"))
			buf_adds(&b, "deleted");
		else {
			struct buf value = { 0 };

			json_value(&value, yyjson_obj_get(c, "value"));
			buf_add(&b, value.data, value.len);
			buf_release(&value);
		}
	}
	say("%s", buf_text(&b));
	buf_release(&b);
}

static int
on_changes(yyjson_val *params, void *arg)
{
	struct watch *w = arg;
	yyjson_arr_iter it = yyjson_arr_iter_with(yyjson_obj_get(params, "changes"));
	yyjson_val *c;

	if (w->next == 0 && w->k->verbose)
		say_revision(w->k, params);
	while ((c = yyjson_arr_iter_next(&it)) != NULL)
		print_change(w->k, c);
	w->next = reply_int(params, "revision") + 1;
	w->dead = 0;
	return 0;
}

/* One connection's worth; false: another would do no better, which is said. */
static bool
watch_once(struct watch *w, struct buf *fixed)
{
	struct buf b = { 0 };
	struct err e = { 0 };
	int status;

	buf_add(&b, fixed->data, fixed->len);
	if (w->next > 0)
		json_kint(&b, "from", w->next);
	json_close(&b, '}');
	w->dead++;
	status = ctl_stream(&w->k->ctl, STORE_INTERFACE ".Watch", buf_text(&b), on_changes, w,
	    &e);
	buf_release(&b);
	/* the store was started anew: go on where it was */
	if (status == 0 || (w->dead < 2 && (w->k->ctl.client.fail == CLIENT_BROKEN ||
	    e.code == FAULT_SHUTDOWN_STATE)))
		return true;
	kato_refused(w->k, &e);
	return false;
}

void
kato_config_watch(struct kato *k)
{
	struct watch w = { .k = k };
	struct buf b = { 0 };

	json_open(&b, '{');
	if (k->n > 0) {
		struct buf glob = { 0 };

		buf_adds(&glob, k->v[0]);
		if (k->n > 1)
			buf_addf(&glob, "/%s", k->v[1]);
		json_kstr(&b, "glob", buf_text(&glob));
		buf_release(&glob);
	}
	if (k->from != NULL) {
		char *end;

		errno = 0;
		w.next = strtoll(k->from, &end, 10);
		if (errno != 0 || end == k->from || *end != '\0' || w.next < 1) {
			kato_failed(k, KATO_USAGE, "--from: '%s' is not a revision: 1 or more",
			    k->from);
			buf_release(&b);
			return;
		}
	}
	while (watch_once(&w, &b))
		;
	buf_release(&b);
}

/* ---- for kato report ---- */

static void
put_outline(struct buf *b, yyjson_val *v)
{
	yyjson_obj_iter it = yyjson_obj_iter_with(v);
	yyjson_val *name;
	char text[40];

	if (!yyjson_is_obj(v)) {
		snprintf(text, sizeof(text), yyjson_is_arr(v) ? "list of %zu" : "text of %zu",
		    yyjson_is_arr(v) || yyjson_is_str(v) ? yyjson_get_len(v) : 0);
		json_str(b, yyjson_is_num(v) ? "number" : yyjson_is_bool(v) ? "true or false" :
		    yyjson_is_null(v) ? "null" : text);
		return;
	}
	json_open(b, '{');
	while ((name = yyjson_obj_iter_next(&it)) != NULL) {
		json_key(b, yyjson_get_str(name));
		put_outline(b, yyjson_obj_iter_get_val(name));
	}
	json_close(b, '}');
}

/* Asking the store would start it. */
static bool
store_runs(struct kato *k)
{
	struct err e = { 0 };
	bool runs = false;
	struct reply r;

	if (ctl_call(&k->ctl, CONTROL_INTERFACE ".Status", "{\"names\":[\"supd:store\"]}", &r,
	    &e) == 0) {
		runs = yyjson_arr_size(yyjson_obj_get(r.params, "processes")) > 0;
		reply_release(&r);
	}
	return runs;
}

void
kato_config_outline(struct kato *k, struct buf *out)
{
	struct buf b = { 0 };
	struct err e = { 0 };
	struct reply r;
	yyjson_doc *doc;

	if (!store_runs(k))
		return;
	if (ctl_call(&k->ctl, STORE_INTERFACE ".Get", "{\"path\":\"/\"}", &r, &e) == -1) {
		buf_addf(out, "%s\n", e.msg);
		return;
	}
	put_outline(&b, yyjson_obj_get(r.params, "value"));
	reply_release(&r);
	doc = yyjson_read(buf_text(&b), b.len, 0);
	if (doc != NULL)
		yaml_value(out, yyjson_doc_get_root(doc));
	yyjson_doc_free(doc);
	buf_release(&b);
}
