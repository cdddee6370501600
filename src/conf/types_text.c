/*
 * Types that own memory: strings, paths, lists.
 */
#include "conf/types.h"

#include <bsd/stdlib.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/keys.h"
#include "conf/path.h"
#include "conf/text.h"
#include "conf/words.h"

static int
set_string(void *field, char *text, struct err *e)
{
	if (text == NULL)
		return err_no_memory(e);
	*(char **)field = text;
	return 0;
}

static int
parse_string(void *field, const char *text, struct conf_parse *p)
{
	return set_string(field, strdup(text), p->e);
}

static void
print_string(const void *field, struct buf *out)
{
	const char *text = *(char *const *)field;

	if (text != NULL)
		buf_adds(out, text);
}

static bool
equal_string(const void *a, const void *b)
{
	const char *s = *(char *const *)a, *t = *(char *const *)b;

	return s == t || (s != NULL && t != NULL && strcmp(s, t) == 0);
}

static void
release_string(void *field)
{
	free(*(char **)field);
	*(char **)field = NULL;
}

const struct conf_type conf_string = {
	"text", NULL, parse_string, print_string, equal_string, release_string
};

const struct conf_type conf_words = {
	"command", NULL, parse_string, print_string, equal_string, release_string
};

int
conf_check_name(const char *name, struct err *e)
{
	const char *bad = strpbrk(name, " :/");

	if (bad == NULL)
		return 0;
	/* supervisord names the first of this order, not of the text */
	bad = strchr(name, ' ') ? " " : strchr(name, ':') ? ":" : "/";
	return err_set(e, FAULT_CANT_REREAD, "Invalid name: '%s' because of character: '%s'",
	    name, bad);
}

static int
parse_name(void *field, const char *text, struct conf_parse *p)
{
	char *name = text_strip_dup(text);

	if (name != NULL && conf_check_name(name, p->e) == -1) {
		free(name);
		return -1;
	}
	return set_string(field, name, p->e);
}

const struct conf_type conf_name = {
	"name", NULL, parse_name, print_string, equal_string, release_string
};

static int
parse_directory(void *field, const char *text, struct conf_parse *p)
{
	char *path = path_expand_user(text);

	if (path != NULL && !path_is_directory(path)) {
		free(path);
		return err_set(p->e, FAULT_CANT_REREAD, "%s is not an existing directory",
		    text);
	}
	return set_string(field, path, p->e);
}

const struct conf_type conf_directory = {
	"directory", NULL, parse_directory, print_string, equal_string,
	release_string
};

/* Make *path absolute; frees it and sets NULL when there is no memory. */
static void
make_absolute(char **path)
{
	char *whole = *path != NULL ? path_absolute(*path) : NULL;

	free(*path);
	*path = whole;
}

static int
parse_abspath(void *field, const char *text, struct conf_parse *p)
{
	char *path = path_expand_user(text);

	if (path != NULL && !path_has_directory(path)) {
		free(path);
		return err_set(p->e, FAULT_CANT_REREAD, "The directory named as part of the"
		    " path %s does not exist", text);
	}
	make_absolute(&path);
	return set_string(field, path, p->e);
}

const struct conf_type conf_abspath = {
	"file", NULL, parse_abspath, print_string, equal_string,
	release_string
};

static int
parse_path(void *field, const char *text, struct conf_parse *p)
{
	char *path = path_expand_user(text);

	make_absolute(&path);
	return set_string(field, path, p->e);
}

const struct conf_type conf_path = {
	"path", NULL, parse_path, print_string, equal_string, release_string
};

static int
parse_url(void *field, const char *text, struct conf_parse *p)
{
	char *url = text_strip_dup(text);

	if (url != NULL && strcasecmp(url, "AUTO") == 0) {
		free(url);
		return 0;
	}
	return set_string(field, url, p->e);
}

static void
print_url(const void *field, struct buf *out)
{
	const char *text = *(char *const *)field;

	buf_adds(out, text != NULL ? text : "AUTO");
}

const struct conf_type conf_url = {
	"url", NULL, parse_url, print_url, equal_string, release_string
};

/* Items between commas, each stripped; an empty text has none. */
static int
parse_list(void *field, const char *text, struct conf_parse *p)
{
	struct strlist *l = field;
	const char *at = *text != '\0' ? text : NULL, *item;
	size_t len;

	while (text_item(&at, &item, &len))
		if (strlist_add(l, strndup(item, len)) == -1) {
			strlist_release(l);
			return err_no_memory(p->e);
		}
	return 0;
}

static void
print_list(const void *field, struct buf *out)
{
	const struct strlist *l = field;

	for (size_t i = 0; i < l->n; i++)
		buf_addf(out, "%s%s", i > 0 ? "," : "", l->v[i]);
}

static bool
equal_list(const void *a, const void *b)
{
	return strlist_equal(a, b);
}

static void
release_list(void *field)
{
	strlist_release(field);
}

const struct conf_type conf_list = {
	"list", NULL, parse_list, print_list, equal_list, release_list
};

static int
parse_environment(void *field, const char *text, struct conf_parse *p)
{
	return env_parse(text, field, p->e);
}

/* KEY="value": quotes and backslashes inside with a backslash. */
static void
print_environment(const void *field, struct buf *out)
{
	const struct strlist *l = field;

	for (size_t i = 0; i < l->n; i++) {
		size_t key = strcspn(l->v[i], "=");

		buf_addf(out, "%s%.*s=\"", i > 0 ? "," : "", (int)key, l->v[i]);
		for (const char *s = l->v[i] + key + 1; *s != '\0'; s++) {
			if (*s == '"' || *s == '\\')
				buf_addc(out, '\\');
			buf_addc(out, *s);
		}
		buf_addc(out, '"');
	}
}

const struct conf_type conf_environment = {
	"variables", NULL, parse_environment, print_environment, equal_list,
	release_list
};

static int
parse_codes(void *field, const char *text, struct conf_parse *p)
{
	struct intlist *l = field;
	struct strlist words = { 0 };
	struct buf shown = { 0 };
	int64_t n;
	int rc = parse_list(&words, text, p);

	if (rc == 0 && words.n > 0 &&
	    (l->v = reallocarray(NULL, words.n, sizeof(*l->v))) == NULL)
		rc = err_no_memory(p->e);
	for (size_t i = 0; rc == 0 && i < words.n; i++) {
		if (text_int(words.v[i], 10, &n) == -1 || n < 0 || n > 255) {
			text_repr(&shown, text, strlen(text));
			rc = err_set(p->e, FAULT_CANT_REREAD,
			    "not a valid list of exit codes: %s", buf_text(&shown));
			buf_release(&shown);
			break;
		}
		l->v[l->n++] = (int)n;
	}
	strlist_release(&words);
	if (rc == -1) {
		free(l->v);
		*l = (struct intlist){ 0 };
	}
	return rc;
}

static void
print_codes(const void *field, struct buf *out)
{
	const struct intlist *l = field;

	for (size_t i = 0; i < l->n; i++)
		buf_addf(out, "%s%d", i > 0 ? "," : "", l->v[i]);
}

static bool
equal_codes(const void *a, const void *b)
{
	const struct intlist *s = a, *t = b;

	return s->n == t->n && (s->n == 0 || memcmp(s->v, t->v, s->n * sizeof(*s->v)) == 0);
}

static void
release_codes(void *field)
{
	struct intlist *l = field;

	free(l->v);
	*l = (struct intlist){ 0 };
}

const struct conf_type conf_codes = {
	"numbers", NULL, parse_codes, print_codes, equal_codes, release_codes
};
