/*
 * One lexer for both uses.  Commands: words separated by blanks.  Environment:
 * words of a set of characters, every other character a token of its own; the
 * rules are those of supervisord 4.4, where quotes and backslashes work as in a
 * shell (4.2.5 agrees for values that are quoted as a whole or not at all).
 */
#include "conf/words.h"

#include <bsd/stdlib.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "conf/array.h"
#include "conf/hole.h"
#include "conf/text.h"

int
strlist_add(struct strlist *l, char *text)
{
	char **v = array_room(l->v, l->n + 1, sizeof(*v));	/* the NULL counts */

	if (v != NULL)
		l->v = v;
	if (v == NULL || text == NULL) {
		free(text);
		return -1;
	}
	v[l->n++] = text;
	v[l->n] = NULL;
	return 0;
}

bool
strlist_equal(const struct strlist *a, const struct strlist *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	return true;
}

void
strlist_release(struct strlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct strlist){ 0 };
}

struct lexer {
	const char *at;
	bool	 env;		/* environment rules, otherwise command rules */
	const char *why;	/* after -1; NULL: a part of a pair is missing */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Can c stand in a word without quotes? */
static bool
is_word(const struct lexer *l, char c)
{
	if (c == '\0' || is_blank(c))
		return false;
	if (!l->env)
		return true;
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 ||
	    strchr("_/.+-():", c) != NULL;
}

/* Bytes at the point that stand for themselves. */
static size_t
word_run(const struct lexer *l)
{
	size_t n = 0;

	for (;;) {
		size_t hole = hole_len(l->at + n);

		if (hole == 0 && (l->at[n] == '\'' || l->at[n] == '"' || l->at[n] == '\\' ||
		    !is_word(l, l->at[n])))
			return n;
		n += hole > 0 ? hole : 1;
	}
}

/* The inside of quotes; l->at is behind the opening one. */
static int
lex_quoted(struct lexer *l, char quote, struct buf *out)
{
	for (; *l->at != quote; l->at++) {
		if (*l->at == '\\' && quote == '"' && l->at[1] == '\0') {
			l->why = "No escaped character";
			return -1;
		}
		if (*l->at == '\\' && quote == '"' && (l->at[1] == '"' || l->at[1] == '\\'))
			l->at++;
		if (*l->at == '\0') {
			l->why = "No closing quotation";
			return -1;
		}
		buf_addc(out, *l->at);
	}
	l->at++;
	return 0;
}

/* Blanks, and comments where they exist. */
static void
skip_blanks(struct lexer *l)
{
	for (;;) {
		while (is_blank(*l->at))
			l->at++;
		if (!l->env || *l->at != '#')
			return;
		l->at += strcspn(l->at, "\n");
	}
}

/* The next token into out (emptied first).  Returns 1, 0 at the end, -1 with why. */
static int
lex_next(struct lexer *l, struct buf *out)
{
	bool any = false;
	size_t n;

	buf_clear(out);
	skip_blanks(l);
	while (*l->at != '\0') {
		char c = *l->at;

		if (c == '\'' || c == '"') {
			l->at++;
			if (lex_quoted(l, c, out) == -1)
				return -1;
		} else if (c == '\\') {
			if (l->at[1] == '\0') {
				l->why = "No escaped character";
				return -1;
			}
			buf_addc(out, l->at[1]);
			l->at += 2;
		} else if ((n = word_run(l)) > 0) {
			buf_add(out, l->at, n);
			l->at += n;
		} else if (any || is_blank(c)) {
			break;
		} else {
			buf_addc(out, c);	/* a token of its own */
			l->at++;
			any = true;
			break;
		}
		any = true;
	}
	if (out->failed) {
		l->why = "out of memory";
		return -1;
	}
	return any ? 1 : 0;
}

/* strlist_add for what the lexer found. */
static int
keep(struct lexer *l, struct strlist *list, char *text)
{
	if (strlist_add(list, text) == 0)
		return 1;
	l->why = "out of memory";
	return -1;
}

int
conf_split(const char *command, struct strlist *argv, struct err *e)
{
	struct lexer l = { .at = command };
	struct buf word = { 0 };
	int rc;

	*argv = (struct strlist){ 0 };
	do {
		rc = lex_next(&l, &word);
		if (rc == 1)
			rc = keep(&l, argv, strdup(buf_text(&word)));
	} while (rc == 1);
	if (rc == -1) {
		buf_clear(&word);
		text_repr(&word, command, strlen(command));
		err_set(e, FAULT_SPAWN_ERROR, "can't parse command %s: %s", buf_text(&word),
		    l.why);
		strlist_release(argv);
	}
	buf_release(&word);
	return rc;
}

static int
compare_keys(const char *a, const char *b, size_t b_len)
{
	size_t a_len = strcspn(a, "=");
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

static int
compare_entries(const void *a, const void *b)
{
	const char *s = *(char *const *)a, *t = *(char *const *)b;

	return compare_keys(s, t, strcspn(t, "="));
}

int
env_sort(struct strlist *env)
{
	size_t n = 0;

	/* stable, so that the last of equal keys can be told */
	if (env->n > 1 && mergesort(env->v, env->n, sizeof(*env->v), compare_entries) == -1)
		return -1;
	for (size_t i = 0; i < env->n; i++) {
		if (i + 1 < env->n && compare_entries(&env->v[i], &env->v[i + 1]) == 0)
			free(env->v[i]);
		else
			env->v[n++] = env->v[i];
	}
	env->n = n;
	if (env->v != NULL)
		env->v[n] = NULL;
	return 0;
}

const char *
env_get(const struct strlist *env, const char *key, size_t len)
{
	size_t low = 0, high = env->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *entry = env->v[middle];
		int order = compare_keys(entry, key, len);

		if (order == 0)
			return entry[len] == '=' ? entry + len + 1 : "";
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/*
 * One KEY = VALUE and the token behind it.  Returns 1, 0 at the end, or -1 and l->why.
 */
static int
take_pair(struct lexer *l, struct strlist *env, struct buf *token)
{
	struct buf pair = { 0 };
	int rc = lex_next(l, token);

	if (rc != 1)
		return rc;
	buf_adds(&pair, buf_text(token));
	rc = lex_next(l, token);
	if (rc == 1 && strcmp(buf_text(token), "=") == 0) {
		rc = lex_next(l, token);
		buf_addf(&pair, "=%s", buf_text(token));
	} else if (rc == 1)
		rc = 0;
	if (rc == 1)
		rc = keep(l, env, buf_steal(&pair));
	else
		rc = -1;
	if (rc == 1 && lex_next(l, token) == -1)	/* whatever it is, it separates */
		rc = -1;
	buf_release(&pair);
	return rc;
}

int
env_parse(const char *text, struct strlist *env, struct err *e)
{
	struct lexer l = { .at = text, .env = true };
	struct buf token = { 0 };
	int rc;

	*env = (struct strlist){ 0 };
	do
		rc = take_pair(&l, env, &token);
	while (rc == 1);
	if (rc == 0 && env_sort(env) == -1) {
		l.why = "out of memory";
		rc = -1;
	}
	if (rc == -1 && l.why != NULL)
		err_set(e, FAULT_CANT_REREAD, "%s", l.why);
	else if (rc == -1)
		err_set(e, FAULT_CANT_REREAD, "Unexpected end of key/value pairs in value '%s'",
		    text);
	buf_release(&token);
	if (rc == -1)
		strlist_release(env);
	return rc;
}

int
strlist_copy(struct strlist *to, const struct strlist *from)
{
	for (size_t i = 0; i < from->n; i++) {
		char *text = strdup(from->v[i]);

		if (text == NULL || strlist_add(to, text) == -1)
			return -1;
	}
	return 0;
}
