/*
 * Reading YAML: lines first, with their indentation, then blocks by recursion.  What stands
 * behind "- " is a block of its own that begins further to the right.
 */
#include "cli/yaml.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define DEPTH_MAX	32

struct line {
	int	 n;		/* counted from 1 */
	int	 indent;
	char	*text;		/* behind the indentation, without blanks at its end */
};

struct reader {
	char	*copy;		/* the lines point into it */
	struct line *lines;
	size_t	 nlines, at;
	yyjson_mut_doc *doc;
	struct err *e;
	int	 depth;
};

static yyjson_mut_val *block(struct reader *r, int indent);

static yyjson_mut_val *
wrong(struct reader *r, const struct line *l, const char *what)
{
	err_set(r->e, FAULT_FAILED, "line %d: %s", l->n, what);
	return NULL;
}

/* ---- lines ---- */

static bool
add_line(struct reader *r, int n, char *text)
{
	int indent = (int)strspn(text, " ");
	size_t len = strlen(text);
	struct line *v;

	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
		text[--len] = '\0';
	if ((size_t)indent >= len || text[indent] == '#' ||
	    (r->nlines == 0 && strcmp(text, "---") == 0))
		return true;
	v = reallocarray(r->lines, r->nlines + 1, sizeof(*v));
	if (v == NULL)
		return err_set(r->e, FAULT_FAILED, "out of memory") == 0;
	r->lines = v;
	v[r->nlines++] = (struct line){ n, indent, text + indent };
	if (text[indent] == '\t')
		return wrong(r, &v[r->nlines - 1], "a tab cannot indent") != NULL;
	return true;
}

static bool
split(struct reader *r)
{
	char *rest = r->copy, *line;
	int n = 0;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (!add_line(r, ++n, line))
			return false;
	return true;
}

/* ---- scalars ---- */

/* Nothing but blanks and a comment. */
static bool
is_rest(const char *s)
{
	size_t blanks = strspn(s, " \t");

	return s[blanks] == '\0' || (blanks > 0 && s[blanks] == '#') ||
	    (blanks == 0 && s[0] == '#');
}

/* 'it''s': a quote within is written twice.  *end: behind the closing one; NULL: none. */
static char *
single_quoted(const char *s, const char **end)
{
	struct buf b = { 0 };

	*end = NULL;
	for (s++; *s != '\0'; s++) {
		if (*s == '\'' && s[1] != '\'') {
			*end = s + 1;
			break;
		}
		s += *s == '\'';
		buf_addc(&b, *s);
	}
	buf_adds(&b, "");
	return buf_steal(&b);
}

/* JSON's escapes are YAML's. */
static char *
double_quoted(const char *s, const char **end)
{
	const char *p = s + 1;
	yyjson_doc *doc;
	char *text = NULL;

	*end = NULL;
	while (*p != '\0' && *p != '"')
		p += *p == '\\' && p[1] != '\0' ? 2 : 1;
	if (*p == '\0')
		return NULL;
	doc = yyjson_read(s, (size_t)(p + 1 - s), 0);
	if (yyjson_is_str(yyjson_doc_get_root(doc)))
		text = strdup(yyjson_get_str(yyjson_doc_get_root(doc)));
	yyjson_doc_free(doc);
	*end = text != NULL ? p + 1 : NULL;
	return text;
}

static char *
quoted(const char *s, const char **end)
{
	return *s == '"' ? double_quoted(s, end) : single_quoted(s, end);
}

static yyjson_mut_val *
string(struct reader *r, const char *s, size_t len)
{
	yyjson_mut_val *v = yyjson_mut_strncpy(r->doc, s, len);

	if (v == NULL)
		err_set(r->e, FAULT_FAILED, "out of memory");
	return v;
}

static bool
is_word(const char *s, size_t len, const char *a, const char *b, const char *c)
{
	return (strlen(a) == len && memcmp(s, a, len) == 0) ||
	    (strlen(b) == len && memcmp(s, b, len) == 0) ||
	    (strlen(c) == len && memcmp(s, c, len) == 0);
}

/* A number as JSON has them, perhaps with a plus, or 0x1f. */
static yyjson_mut_val *
number(struct reader *r, const char *s, size_t len)
{
	const char *digits = *s == '+' ? s + 1 : s;
	yyjson_doc *doc;
	yyjson_mut_val *v = NULL;
	char *end;

	if (strncmp(s, "0x", 2) == 0 && len > 2 && strspn(s + 2, "0123456789abcdefABCDEF") == len - 2)
		return yyjson_mut_uint(r->doc, strtoull(s, &end, 16));
	if (strchr("-0123456789", *digits) == NULL || *digits == '\0')
		return NULL;
	doc = yyjson_read(digits, len - (size_t)(digits - s), 0);
	if (yyjson_is_num(yyjson_doc_get_root(doc)))
		v = yyjson_val_mut_copy(r->doc, yyjson_doc_get_root(doc));
	yyjson_doc_free(doc);
	return v;
}

static yyjson_mut_val *
plain(struct reader *r, const struct line *l, const char *s)
{
	size_t len = strlen(s);
	yyjson_mut_val *v;

	for (const char *p = s; *p != '\0'; p++)
		if (*p == '#' && p > s && p[-1] == ' ') {
			len = (size_t)(p - s);
			break;
		}
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	if (strchr("&*!|>%@`", *s) != NULL)
		return wrong(r, l, "anchors, tags and scalars of several lines are not read here;"
		    " quote it if it is text");
	if (is_word(s, len, "~", "null", "Null"))
		return yyjson_mut_null(r->doc);
	if (is_word(s, len, "true", "True", "TRUE"))
		return yyjson_mut_true(r->doc);
	if (is_word(s, len, "false", "False", "FALSE"))
		return yyjson_mut_false(r->doc);
	v = number(r, s, len);
	return v != NULL ? v : string(r, s, len);
}

/* ---- [a, b] and {a: b} with plain words in them ---- */

static yyjson_mut_val *flow(struct reader *r, const struct line *l, const char **s);

static void
skip_blanks(const char **s)
{
	*s += strspn(*s, " \t");
}

/* A word up to what ends it here. */
static yyjson_mut_val *
flow_word(struct reader *r, const struct line *l, const char **s)
{
	const char *from = *s, *end = NULL;
	yyjson_mut_val *v = NULL;
	char *text;

	if (*from == '"' || *from == '\'') {
		text = quoted(from, &end);
		if (text != NULL && end != NULL)
			v = string(r, text, strlen(text));
		else
			wrong(r, l, "the quotes are not closed");
		free(text);
		*s = end != NULL ? end : from;
		return v;
	}
	while (**s != '\0' && strchr(",[]{}", **s) == NULL &&
	    !(**s == ':' && ((*s)[1] == ' ' || (*s)[1] == '\0')))
		++*s;
	text = strndup(from, (size_t)(*s - from));
	v = text != NULL ? plain(r, l, text) : NULL;
	free(text);
	return v;
}

/* One member of a map, or one item of a list. */
static bool
flow_item(struct reader *r, const struct line *l, const char **s, yyjson_mut_val *all, bool map)
{
	yyjson_mut_val *key = map ? flow_word(r, l, s) : NULL, *v;

	if (map && (key == NULL || !yyjson_mut_is_str(key) || **s != ':')) {
		wrong(r, l, "a map in { } has KEY: VALUE between commas");
		return false;
	}
	*s += map;
	v = flow(r, l, s);
	if (v == NULL)
		return false;
	return map ? yyjson_mut_obj_add(all, key, v) : yyjson_mut_arr_append(all, v);
}

static yyjson_mut_val *
flow(struct reader *r, const struct line *l, const char **s)
{
	yyjson_mut_val *all;
	bool map;

	skip_blanks(s);
	if (**s != '[' && **s != '{')
		return flow_word(r, l, s);
	map = *(*s)++ == '{';
	all = map ? yyjson_mut_obj(r->doc) : yyjson_mut_arr(r->doc);
	if (++r->depth > DEPTH_MAX)
		return wrong(r, l, "too many levels");
	for (skip_blanks(s); **s != (map ? '}' : ']'); skip_blanks(s)) {
		if (**s == '\0' || !flow_item(r, l, s, all, map))
			return **s == '\0' ? wrong(r, l, "a [ or { is not closed") : NULL;
		skip_blanks(s);
		if (**s == ',')
			++*s;
		else if (**s != (map ? '}' : ']'))
			return wrong(r, l, "a comma is missing");
		skip_blanks(s);
	}
	++*s;
	r->depth--;
	return all;
}

/* A value that ends on its line. */
static yyjson_mut_val *
scalar(struct reader *r, const struct line *l, const char *s)
{
	yyjson_mut_val *v = NULL;
	const char *end = NULL;
	yyjson_doc *doc;
	char *text;

	if (*s == '"' || *s == '\'') {
		text = quoted(s, &end);
		if (end == NULL || !is_rest(end))
			wrong(r, l, end == NULL ? "the quotes are not closed" :
			    "text behind the closing quote");
		else
			v = string(r, text, strlen(text));
		free(text);
		return v;
	}
	if (*s != '[' && *s != '{')
		return plain(r, l, s);
	doc = yyjson_read(s, strlen(s), 0);
	if (doc == NULL) {
		v = flow(r, l, &s);
		return v == NULL || is_rest(s) ? v : wrong(r, l, "text behind a ] or }");
	}
	v = yyjson_val_mut_copy(r->doc, yyjson_doc_get_root(doc));
	yyjson_doc_free(doc);
	return v;
}

/* ---- blocks ---- */

static bool
is_item(const char *s)
{
	return s[0] == '-' && (s[1] == ' ' || s[1] == '\0');
}

/*
 * "key: value": the key, which the caller frees, and where the value begins.  NULL: the line
 * is none.
 */
static char *
split_key(const char *s, const char **value)
{
	const char *end = NULL;
	char *key;

	if (*s == '"' || *s == '\'') {
		key = quoted(s, &end);
		if (end != NULL && *end == ':' && (end[1] == ' ' || end[1] == '\0')) {
			*value = end + 1 + strspn(end + 1, " \t");
			return key;
		}
		free(key);
		return NULL;
	}
	if (strchr("[{", *s) != NULL)
		return NULL;
	for (end = s; *end != '\0'; end++) {
		if (*end == '#' && end > s && end[-1] == ' ')
			return NULL;
		if (*end == ':' && (end[1] == ' ' || end[1] == '\0')) {
			*value = end + 1 + strspn(end + 1, " \t");
			return strndup(s, (size_t)(end - s));
		}
	}
	return NULL;
}

/* What follows a key that has nothing behind it on its line: a block further right, or a list. */
static yyjson_mut_val *
below(struct reader *r, int indent)
{
	const struct line *l = &r->lines[r->at];

	if (r->at < r->nlines && (l->indent > indent ||
	    (l->indent == indent && is_item(l->text))))
		return block(r, l->indent);
	return yyjson_mut_null(r->doc);
}

static yyjson_mut_val *
map(struct reader *r, int indent)
{
	yyjson_mut_val *all = yyjson_mut_obj(r->doc);

	while (r->at < r->nlines && r->lines[r->at].indent == indent &&
	    !is_item(r->lines[r->at].text)) {
		const struct line *l = &r->lines[r->at];
		const char *rest;
		char *text = split_key(l->text, &rest);
		yyjson_mut_val *key, *v;

		if (text == NULL)
			return wrong(r, l, "neither 'key: value' nor '- item'");
		key = string(r, text, strlen(text));
		free(text);
		if (key != NULL && yyjson_mut_obj_get(all, yyjson_mut_get_str(key)) != NULL)
			return wrong(r, l, "this key was there already");
		r->at++;
		v = is_rest(rest) ? below(r, indent) : scalar(r, l, rest);
		if (key == NULL || v == NULL || !yyjson_mut_obj_add(all, key, v))
			return NULL;
	}
	return all;
}

static yyjson_mut_val *
list(struct reader *r, int indent)
{
	yyjson_mut_val *all = yyjson_mut_arr(r->doc);

	while (r->at < r->nlines && r->lines[r->at].indent == indent &&
	    is_item(r->lines[r->at].text)) {
		struct line *l = &r->lines[r->at];
		int more = 1 + (int)strspn(l->text + 1, " ");
		const char *value;
		yyjson_mut_val *v;
		char *key;

		if (is_rest(l->text + 1)) {
			r->at++;
			v = r->at < r->nlines && r->lines[r->at].indent > indent ?
			    block(r, r->lines[r->at].indent) : yyjson_mut_null(r->doc);
		} else {		/* the rest of the line begins a block */
			l->text += more;
			l->indent += more;
			key = split_key(l->text, &value);
			v = key != NULL || is_item(l->text) ? block(r, l->indent) :
			    scalar(r, &r->lines[r->at++], l->text);
			free(key);
		}
		if (v == NULL || !yyjson_mut_arr_append(all, v))
			return NULL;
	}
	return all;
}

static yyjson_mut_val *
block(struct reader *r, int indent)
{
	const struct line *l = &r->lines[r->at];
	yyjson_mut_val *v;

	if (r->depth == DEPTH_MAX)
		return wrong(r, l, "nested too deeply");
	r->depth++;
	v = is_item(l->text) ? list(r, indent) : map(r, indent);
	r->depth--;
	if (v != NULL && r->at < r->nlines && r->lines[r->at].indent > indent)
		return wrong(r, &r->lines[r->at], "indented further than what is above it");
	return v;
}

static yyjson_mut_val *
document(struct reader *r)
{
	struct line *first = r->lines;
	yyjson_mut_val *v;
	const char *rest;
	char *key;

	if (r->nlines == 0)
		return yyjson_mut_null(r->doc);
	key = split_key(first->text, &rest);
	if (key != NULL || is_item(first->text)) {
		v = block(r, first->indent);
	} else {
		r->at = 1;
		v = scalar(r, first, first->text);
	}
	free(key);
	if (v != NULL && r->at < r->nlines)
		return wrong(r, &r->lines[r->at], "neither part of the value above nor of another");
	return v;
}

yyjson_mut_doc *
yaml_read(const char *text, struct err *e)
{
	struct reader r = { .copy = strdup(text), .doc = yyjson_mut_doc_new(NULL), .e = e };
	yyjson_mut_val *v = NULL;

	err_set(e, FAULT_FAILED, "out of memory");
	if (r.copy != NULL && r.doc != NULL && split(&r))
		v = document(&r);
	if (v != NULL)
		yyjson_mut_doc_set_root(r.doc, v);
	free(r.copy);
	free(r.lines);
	if (v == NULL) {
		yyjson_mut_doc_free(r.doc);
		r.doc = NULL;
	}
	return r.doc;
}
