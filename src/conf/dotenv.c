/*
 * The lines of dotenv.h, one after the other; nothing is expanded.
 */
#include "conf/dotenv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "conf/array.h"
#include "conf/text.h"

#define SIZE_MOST	(256 << 10)	/* bytes: what exec passes on is not much more */

struct reader {
	const char *path;
	const char *at, *end;
	int	 line;
	struct buf value;
	struct err *e;
};

static int
refuse(struct reader *r, int line, const char *why)
{
	return err_set(r->e, FAULT_CANT_REREAD, "%s:%d: %s", r->path, line, why);
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool
dotenv_is_name(const char *name, size_t len)
{
	if (len == 0 || !is_letter(name[0]))
		return false;
	for (size_t i = 1; i < len; i++)
		if (!is_letter(name[i]) && !(name[i] >= '0' && name[i] <= '9'))
			return false;
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void
skip_blanks(struct reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

/* To the end of the line, or of the text. */
static void
skip_line(struct reader *r)
{
	while (r->at < r->end && *r->at != '\n')
		r->at++;
}

static bool
at_word(const struct reader *r, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(r->end - r->at) > len && memcmp(r->at, word, len) == 0 &&
	    is_blank(r->at[len]);
}

/* What \c stands for between double quotes; 0: no escape. */
static char
escaped(char c)
{
	static const char from[] = "nrt\\\"$", to[] = "\n\r\t\\\"$";
	const char *at = c != '\0' ? strchr(from, c) : NULL;

	return at != NULL ? to[at - from] : '\0';
}

static int
take_quoted(struct reader *r)
{
	char quote = *r->at++, c;
	int line = r->line;

	for (; r->at < r->end && *r->at != quote; r->at++) {
		c = *r->at;
		r->line += c == '\n';
		if (quote == '"' && c == '\\' && r->at + 1 < r->end &&
		    escaped(r->at[1]) != '\0')
			c = escaped(*++r->at);
		buf_addc(&r->value, c);
	}
	if (r->at == r->end)
		return refuse(r, line, "the quotes are not closed");
	r->at++;
	skip_blanks(r);
	if (r->at < r->end && *r->at != '\n' && *r->at != '#')
		return refuse(r, r->line, "there is something behind the closing quote");
	skip_line(r);
	return 0;
}

static void
take_plain(struct reader *r)
{
	const char *from = r->at, *to;

	skip_line(r);
	for (to = from; to < r->at; to++)
		if (*to == '#' && (to == from || is_blank(to[-1])))
			break;
	while (to > from && is_blank(to[-1]))
		to--;
	buf_add(&r->value, from, (size_t)(to - from));
}

static int
keep(struct reader *r, struct dotenv *d, int line)
{
	struct dotenv_var *v = array_room(d->v, d->n, sizeof(*v));
	char *entry;

	if (v == NULL)
		return err_no_memory(r->e);
	d->v = v;
	entry = buf_steal(&r->value);
	if (entry == NULL)
		return err_no_memory(r->e);
	v[d->n++] = (struct dotenv_var){ entry, line };
	return 0;
}

/* At a character that is no blank and no comment. */
static int
take_variable(struct reader *r, struct dotenv *d)
{
	const char *from, *to;
	int line = r->line;

	if (at_word(r, "export")) {
		r->at += strlen("export");
		skip_blanks(r);
	}
	from = r->at;
	while (r->at < r->end && *r->at != '=' && *r->at != '\n')
		r->at++;
	if (r->at == r->end || *r->at == '\n')
		return refuse(r, line, "there is no '=': NAME=value is wanted");
	for (to = r->at++; to > from && is_blank(to[-1]); to--)
		;
	if (!dotenv_is_name(from, (size_t)(to - from)))
		return refuse(r, line,
		    "the name of a variable has letters, digits and _, and no digit first");
	buf_clear(&r->value);
	buf_add(&r->value, from, (size_t)(to - from));
	buf_addc(&r->value, '=');
	skip_blanks(r);
	if (r->at < r->end && (*r->at == '"' || *r->at == '\'')) {
		if (take_quoted(r) == -1)
			return -1;
	} else
		take_plain(r);
	return keep(r, d, line);
}

int
dotenv_parse(const char *path, const char *text, size_t len, struct dotenv *d, struct err *e)
{
	struct reader r = { .path = path, .at = text, .end = text + len, .line = 1, .e = e };
	const char *nul = len > 0 ? memchr(text, '\0', len) : NULL;
	int rc = 0;

	*d = (struct dotenv){ 0 };
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		r.at += 3;		/* the mark of editors that write one */
	if (nul != NULL) {
		for (; r.at < nul; r.at++)
			r.line += *r.at == '\n';
		return refuse(&r, r.line, "there is a byte 0 in it");
	}
	while (rc == 0 && r.at < r.end) {
		skip_blanks(&r);
		if (r.at < r.end && *r.at == '#')
			skip_line(&r);
		else if (r.at < r.end && *r.at != '\n')
			rc = take_variable(&r, d);
		if (r.at < r.end)
			r.at++;
		r.line++;
	}
	buf_wipe(&r.value);
	if (rc == -1)
		dotenv_release(d);
	return rc;
}

int
dotenv_read(const char *path, struct dotenv *d, struct err *e)
{
	struct buf text = { 0 };
	int rc, no;

	*d = (struct dotenv){ 0 };
	rc = fd_slurp_regular(path, SIZE_MOST, &text);
	if (rc == -1) {
		no = errno;
		err_set(e, FAULT_CANT_REREAD, "cannot read %s: %s", path, strerror(no));
	} else {
		rc = dotenv_parse(path, buf_text(&text), text.len, d, e);
		no = 0;
	}
	buf_wipe(&text);
	errno = no;
	return rc;
}

void
dotenv_release(struct dotenv *d)
{
	for (size_t i = 0; i < d->n; i++) {
		explicit_bzero(d->v[i].entry, strlen(d->v[i].entry));
		free(d->v[i].entry);
	}
	free(d->v);
	*d = (struct dotenv){ 0 };
}
