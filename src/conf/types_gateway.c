/*
 * Types of keys of gateways: addresses to listen at, and JSON.
 */
#include "conf/types.h"

#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "conf/address.h"
#include "conf/keys.h"

/* "host:port" or "unix:/path" as address_parse() reads it. */
static int
check_listen(const char *text, struct err *e)
{
	struct conf_socket s = { 0 };
	struct buf url = { 0 };
	struct err why;
	int rc = -1;

	if (strncmp(text, "unix:", 5) == 0)
		buf_addf(&url, "unix://%s", text + 5);
	else
		buf_addf(&url, "tcp://%s", text);
	if (!url.failed)
		rc = address_parse(&s, buf_text(&url), &why);
	buf_release(&url);
	if (rc == -1)
		return err_set(e, FAULT_CANT_REREAD, "'%s' is neither host:port nor"
		    " unix:/path", text);
	address_release(&s);
	return 0;
}

static int
parse_listen(void *field, const char *text, struct conf_parse *p)
{
	struct strlist *l = field;

	if (conf_list.parse(field, text, p) == -1)
		return -1;
	for (size_t i = 0; i < l->n; i++)
		if (check_listen(l->v[i], p->e) == -1) {
			conf_list.release(field);
			return -1;
		}
	return 0;
}

static void
print_listen(const void *field, struct buf *out)
{
	conf_list.print(field, out);
}

static bool
equal_listen(const void *a, const void *b)
{
	return conf_list.equal(a, b);
}

static void
release_listen(void *field)
{
	conf_list.release(field);
}

const struct conf_type conf_listen = {
	"addresses", NULL, parse_listen, print_listen, equal_listen, release_listen
};

static int
parse_json(void *field, const char *text, struct conf_parse *p)
{
	char **to = field;
	yyjson_read_err why;
	yyjson_doc *doc;
	size_t len = strlen(text);
	bool is_object;

	if (len == 0)
		return 0;
	*to = strdup(text);
	if (*to == NULL)
		return err_set(p->e, FAULT_FAILED, "out of memory");
	doc = yyjson_read_opts(*to, len, 0, NULL, &why);
	is_object = yyjson_is_obj(yyjson_doc_get_root(doc));
	if (doc == NULL)
		err_set(p->e, FAULT_CANT_REREAD, "'%.40s' is no JSON: %s at character %zu", text,
		    why.msg, why.pos + 1);
	else if (!is_object)
		err_set(p->e, FAULT_CANT_REREAD, "'%.40s' is no JSON object, {...}", text);
	yyjson_doc_free(doc);
	if (is_object)
		return 0;
	free(*to);
	*to = NULL;
	return -1;
}

static void
print_json(const void *field, struct buf *out)
{
	char *const *from = field;

	buf_adds(out, *from != NULL ? *from : "");
}

static bool
equal_json(const void *a, const void *b)
{
	char *const *s = a, *const *t = b;

	return *s == NULL || *t == NULL ? *s == *t : strcmp(*s, *t) == 0;
}

static void
release_json(void *field)
{
	char **f = field;

	free(*f);
	*f = NULL;
}

const struct conf_type conf_json = {
	"JSON", NULL, parse_json, print_json, equal_json, release_json
};
