/*
 * sockets: name=address between commas.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/address.h"
#include "conf/array.h"
#include "conf/text.h"
#include "conf/types.h"

#define NAME_MAX_BYTES	255	/* of a name in LISTEN_FDNAMES, by its convention */

static void
release_sockets(void *field)
{
	struct conf_sockets *l = field;

	for (size_t i = 0; i < l->n; i++)
		address_release(&l->v[i]);
	free(l->v);
	*l = (struct conf_sockets){ 0 };
}

/* Names go into one variable, with colons between them. */
static bool
is_name(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] == ':' || text[i] == 0x7f)
			return false;
	return len > 0 && len <= NAME_MAX_BYTES;
}

/* A name or an address that is there twice. */
static int
check_twice(const struct conf_sockets *l, const struct conf_socket *s, struct err *e)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].name, s->name) == 0 || address_equal(&l->v[i], s))
			return err_set(e, FAULT_CANT_REREAD, "'%s=%s' is the socket '%s=%s' again",
			    s->name, s->url, l->v[i].name, l->v[i].url);
	return 0;
}

static int
append(struct conf_sockets *l, struct conf_socket *s, struct err *e)
{
	struct conf_socket *v;

	if (l->n == CONF_SOCKETS_MAX)
		return err_set(e, FAULT_CANT_REREAD, "more than %d sockets", CONF_SOCKETS_MAX);
	if (check_twice(l, s, e) == -1)
		return -1;
	v = array_room(l->v, l->n, sizeof(*v));
	if (v == NULL)
		return err_no_memory(e);
	l->v = v;
	v[l->n++] = *s;
	return 0;
}

/* One item without the blanks around it. */
static int
add_socket(struct conf_sockets *l, const char *item, size_t len, struct err *e)
{
	const char *equals = memchr(item, '=', len);
	size_t name = equals != NULL ? (size_t)(equals - item) : 0;
	struct conf_socket s = { 0 };
	char *url = NULL;
	int rc = -1;

	text_strip(&item, &name);
	if (equals == NULL || !is_name(item, name))
		return err_set(e, FAULT_CANT_REREAD, "'%.*s' is not name=address", (int)len,
		    item);
	len -= (size_t)(equals + 1 - item);
	equals++;
	text_strip(&equals, &len);
	s.name = strndup(item, name);
	url = strndup(equals, len);
	if (s.name == NULL || url == NULL)
		err_no_memory(e);
	else if (address_parse(&s, url, e) == 0)
		rc = append(l, &s, e);
	free(url);
	if (rc == -1)
		address_release(&s);
	return rc;
}

static int
parse_sockets(void *field, const char *text, struct conf_parse *p)
{
	struct conf_sockets *l = field;
	const char *item;
	size_t len;

	for (; *text != '\0'; text += *text == ',') {
		item = text;
		len = strcspn(text, ",");
		text += len;
		text_strip(&item, &len);
		if (len > 0 && add_socket(l, item, len, p->e) == -1) {
			release_sockets(l);
			return -1;
		}
	}
	return 0;
}

static void
print_sockets(const void *field, struct buf *out)
{
	const struct conf_sockets *l = field;

	for (size_t i = 0; i < l->n; i++)
		buf_addf(out, "%s%s=%s", i > 0 ? ", " : "", l->v[i].name, l->v[i].url);
}

static bool
equal_sockets(const void *a, const void *b)
{
	const struct conf_sockets *s = a, *t = b;

	if (s->n != t->n)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i].name, t->v[i].name) != 0 ||
		    !address_equal(&s->v[i], &t->v[i]))
			return false;
	return true;
}

const struct conf_type conf_sockets = {
	"sockets", NULL, parse_sockets, print_sockets, equal_sockets, release_sockets
};
