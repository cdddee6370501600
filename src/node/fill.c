/*
 * Holes and credentials.
 */
#include "node/fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "serve/guest.h"

/* ---- holes ---- */

void
fill_each(const struct row *r, void (*fn)(void *arg, const char *name, const char *value),
    void *arg)
{
	char port[12];

	fn(arg, "name", r->name);
	fn(arg, "node", guest.name);
	fn(arg, "service", node.service);
	fn(arg, "plan", r->plan);
	fn(arg, "version", r->version);
	fn(arg, "host", node.host);
	fn(arg, "password", r->secret);
	fn(arg, "instance_dir", r->directory);
	snprintf(port, sizeof(port), "%d", r->port);
	if (r->port != 0)
		fn(arg, "port", port);
}

struct lookup {
	const char *name;	/* of len bytes */
	size_t	 len;
	struct buf *out;
	bool	 found;
};

static void
look(void *arg, const char *name, const char *value)
{
	struct lookup *l = arg;

	if (strlen(name) != l->len || strncmp(name, l->name, l->len) != 0)
		return;
	l->found = true;
	buf_adds(l->out, value);
}

/* text stands behind "%(": returns what follows the hole; NULL and e. */
static const char *
fill_hole(struct buf *out, const char *text, const struct row *r, struct err *e)
{
	const char *end = strchr(text, ')');
	struct lookup l = { .name = text, .out = out };

	if (end == NULL || (end[1] != 's' && end[1] != 'd')) {
		err_set(e, FAULT_FAILED, "'%%(%.40s' is no hole: %%(name)s is", text);
		return NULL;
	}
	l.len = (size_t)(end - text);
	fill_each(r, look, &l);
	if (l.found)
		return end + 2;
	err_set(e, FAULT_FAILED, "there is no '%.*s' for %%(%.*s)s", (int)l.len, text,
	    (int)l.len, text);
	return NULL;
}

int
fill_text(struct buf *out, const char *text, const struct row *r, struct err *e)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "%");

		buf_add(out, text, n);
		text += n;
		if (*text == '%' && text[1] == '(') {
			text = fill_hole(out, text + 2, r, e);
			if (text == NULL)
				return -1;
		} else if (*text == '%') {
			buf_addc(out, '%');
			text += text[1] == '%' ? 2 : 1;
		}
	}
	return out->failed ? err_set(e, FAULT_FAILED, "out of memory") : 0;
}

int
fill_secret(char word[25], struct err *e)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_";		/* 64: every byte is as likely as any other */
	unsigned char raw[24];

	if (sys->random(raw, sizeof(raw)) != (ssize_t)sizeof(raw))
		return err_set(e, FAULT_FAILED, "no random bytes for a password");
	for (size_t i = 0; i < sizeof(raw); i++)
		word[i] = letters[raw[i] % 64];
	word[24] = '\0';
	return 0;
}

/* ---- credentials ---- */

static bool
put_text(yyjson_mut_doc *doc, const char *name, const char *value)
{
	yyjson_mut_val *key = yyjson_mut_strcpy(doc, name), *v = yyjson_mut_strcpy(doc, value);

	return key != NULL && v != NULL && yyjson_mut_obj_put(doc->root, key, v);
}

/* What all have. */
static bool
put_common(yyjson_mut_doc *doc, const struct row *r)
{
	yyjson_mut_val *root = doc->root;

	return put_text(doc, "host", node.host) && put_text(doc, "hostname", node.host) &&
	    (r->port == 0 || yyjson_mut_obj_add_int(doc, root, "port", r->port)) &&
	    put_text(doc, "name", r->name) && put_text(doc, "node_id", guest.name) &&
	    (r->kind != KIND_DIRECTORY || put_text(doc, "directory", r->directory));
}

/* The key credentials: NAME=VALUE with holes. */
static int
put_listed(yyjson_mut_doc *doc, const struct row *r, struct err *e)
{
	struct buf name = { 0 }, value = { 0 };
	yyjson_val *item;
	size_t i, n;
	int rc = 0;

	yyjson_arr_foreach(node.credentials, i, n, item) {
		const char *text = yyjson_get_str(item), *equals = strchr(text, '=');

		if (rc == -1 || equals == NULL)
			continue;
		buf_clear(&name);
		buf_clear(&value);
		buf_add(&name, text, (size_t)(equals - text));
		rc = fill_text(&value, equals + 1, r, e);
		if (rc == 0 && !put_text(doc, buf_text(&name), buf_text(&value)))
			rc = err_set(e, FAULT_FAILED, "out of memory");
	}
	buf_release(&name);
	buf_release(&value);
	return rc;
}

/* What belongs to this node is not taken from those of a lost instance. */
static bool
is_ours(const char *name)
{
	static const char *const all[] = {
		"host", "hostname", "port", "name", "node_id", "directory",
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i], name) == 0)
			return true;
	return false;
}

static bool
put_all(yyjson_mut_doc *doc, yyjson_val *from, bool keep_ours)
{
	yyjson_val *key, *v;
	size_t i, n;

	yyjson_obj_foreach(from, i, n, key, v) {
		if (keep_ours && is_ours(yyjson_get_str(key)))
			continue;
		if (!yyjson_mut_obj_put(doc->root, yyjson_val_mut_copy(doc, key),
		    yyjson_val_mut_copy(doc, v)))
			return false;
	}
	return true;
}

/* Frees doc. */
static int
finish(yyjson_mut_doc *doc, bool good, struct buf *out, struct err *e)
{
	size_t len;
	char *text = good ? yyjson_mut_write(doc, 0, &len) : NULL;

	if (text != NULL)
		buf_add(out, text, len);
	free(text);
	yyjson_mut_doc_free(doc);
	if (text == NULL || out->failed)
		return err_set(e, FAULT_FAILED, "out of memory");
	return 0;
}

static yyjson_mut_doc *
new_object(void)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);

	if (doc != NULL)
		yyjson_mut_doc_set_root(doc, yyjson_mut_obj(doc));
	if (doc != NULL && doc->root == NULL) {
		yyjson_mut_doc_free(doc);
		doc = NULL;
	}
	return doc;
}

int
credentials_write(struct buf *out, const struct row *r, yyjson_val *said, struct err *e)
{
	yyjson_mut_doc *doc = new_object();
	yyjson_doc *given = yyjson_read(r->credentials, strlen(r->credentials), 0);
	bool good = doc != NULL && put_common(doc, r);

	if (good && put_listed(doc, r, e) == -1) {
		yyjson_doc_free(given);
		yyjson_mut_doc_free(doc);
		return -1;
	}
	good = good && put_all(doc, yyjson_doc_get_root(given), true) &&
	    put_all(doc, yyjson_obj_get(said, "credentials"), false);
	yyjson_doc_free(given);
	if (doc == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	return finish(doc, good, out, e);
}

int
credentials_bind(struct buf *out, const struct row *r, yyjson_val *said, struct err *e)
{
	yyjson_mut_doc *doc = new_object();
	yyjson_doc *own = yyjson_read(r->credentials, strlen(r->credentials), 0);
	bool good = doc != NULL && put_all(doc, yyjson_doc_get_root(own), false) &&
	    put_all(doc, yyjson_obj_get(said, "credentials"), false);

	yyjson_doc_free(own);
	if (doc == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	return finish(doc, good, out, e);
}
