/*
 * From supervisord's lines to inih's.  The rules are those of Python's
 * RawConfigParser with non-strict duplicates and inline comments.
 */
#include "conf/dialect.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conf/array.h"
#include "conf/text.h"

#define NAME_MAX_LEN	40	/* encoded bytes; inih's fields hold 49 */
#define CHUNK_LEN	140	/* encoded bytes of text per line; inih's lines hold 197 */

/* One line of the file, without its end. */
struct line {
	const char *raw;
	size_t	 raw_len;
	bool	 ended;
	const char *text;	/* without comment and outer blanks */
	size_t	 len;
	bool	 comment;	/* there was one */
};

static const char hex_digits[] = "0123456789abcdef";

/* A bit for each ASCII character that stands for itself: letters, digits and _-./,() */
static const uint32_t plain[4] = { 0, 0x03fff300, 0x87fffffe, 0x07fffffe };

/* Bytes at the begin of text that stand for themselves. */
static size_t
plain_run(const char *text, size_t len)
{
	size_t n = 0;

	for (; n < len; n++) {
		unsigned char c = (unsigned char)text[n];

		if (c < 0x80 && (plain[c >> 5] >> (c & 31) & 1) == 0)
			break;
	}
	return n;
}

/* Add what fits in one go; returns how much of text it was. */
static size_t
encode_some(struct buf *out, const char *text, size_t len)
{
	size_t n = plain_run(text, len);
	unsigned char c = (unsigned char)text[0];
	char code[3] = { '%', hex_digits[c >> 4], hex_digits[c & 15] };

	if (n > 0)
		buf_add(out, text, n);
	else
		buf_add(out, code, sizeof(code));
	return n > 0 ? n : 1;
}

static void
encode(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len;)
		i += encode_some(out, text + i, len - i);
}

/* A key, but not what stands behind its first dot: the name of a variable perhaps. */
static void
lower_key(char *key)
{
	char *dot = strchr(key, '.');

	if (dot != NULL)
		*dot = '\0';
	text_lower(key);
	if (dot != NULL)
		*dot = '.';
}

/* A name of any length as something that fits inih's fields. */
static void
add_name(struct dialect *d, const char *name, size_t len, bool lower)
{
	size_t start = d->ready.len;
	char **names;

	encode(&d->ready, name, len);
	if (d->ready.failed)
		return;
	if (d->ready.len - start <= NAME_MAX_LEN) {
		if (lower && len > 0)
			lower_key(d->ready.data + start);
		return;
	}
	d->ready.len = start;
	names = array_room(d->names, d->nnames, sizeof(*names));
	if (names == NULL)
		goto lost;
	d->names = names;
	names[d->nnames] = strndup(name, len);
	if (names[d->nnames] == NULL)
		goto lost;
	if (lower)
		lower_key(names[d->nnames]);
	buf_addf(&d->ready, "@%zu", d->nnames++);
	return;
lost:
	d->failed = true;
}

/* The rest of a line that has got "key=", and as many += lines as it takes. */
static void
add_text(struct dialect *d, const char *text, size_t len)
{
	size_t start = d->ready.len;

	for (size_t i = 0, room; i < len;) {
		if (d->ready.len - start >= CHUNK_LEN) {
			buf_adds(&d->ready, "\n" DIALECT_MORE "=");
			start = d->ready.len;
		}
		room = CHUNK_LEN - (d->ready.len - start);
		i += encode_some(&d->ready, text + i, len - i < room ? len - i : room);
		if (d->ready.failed)
			return;
	}
	buf_addc(&d->ready, '\n');
}

/*
 * Where the comment of a line begins; len: nowhere.  RawConfigParser looks at
 * the first ; and #, then at the second of each, and so on, and stops at the
 * first round that finds one behind a blank: "a;b ;c #d" is cut at the #.
 */
static size_t
comment_start(const char *s, size_t len)
{
	static const char marks[2] = { ';', '#' };
	size_t next[2] = { 0, 0 }, found = len, at;
	const char *p;

	while (found == len && (next[0] < len || next[1] < len)) {
		for (int i = 0; i < 2; i++) {
			p = memchr(s + next[i], marks[i], len - next[i]);
			if (p == NULL) {
				next[i] = len;
				continue;
			}
			at = (size_t)(p - s);
			next[i] = at + 1;
			if ((at == 0 || text_blank_end(s, at) > 0) && at < found)
				found = at;
		}
	}
	return found;
}

/* The same for a whole line: one that begins with a mark has nothing else. */
static size_t
line_comment(const struct line *l)
{
	const char *text = l->raw;
	size_t len = l->raw_len;

	text_strip(&text, &len);
	return len > 0 && (text[0] == ';' || text[0] == '#') ? 0
	    : comment_start(l->raw, l->raw_len);
}

static bool
next_line(struct dialect *d, struct line *l)
{
	const char *s = d->text + d->pos, *end;
	size_t left = d->len - d->pos, at;
	bool mark = false;

	if (left == 0)
		return false;
	for (end = s; end < s + left && *end != '\n' && *end != '\r'; end++)
		mark = mark || *end == ';' || *end == '#';
	*l = (struct line){ .raw = s, .raw_len = (size_t)(end - s), .text = s };
	l->ended = l->raw_len < left;
	d->pos += l->raw_len + (l->ended ? 1 : 0);
	if (l->ended && *end == '\r' && d->pos < d->len && d->text[d->pos] == '\n')
		d->pos++;
	d->line++;

	at = mark ? line_comment(l) : l->raw_len;
	l->comment = at < l->raw_len;
	l->len = at;
	text_strip(&l->text, &l->len);
	return true;
}

/* Characters, not bytes, in front of the first that is no blank. */
static size_t
indent_of(const struct line *l)
{
	size_t chars = 0, n;

	for (size_t i = 0; (n = text_blank(l->raw + i, l->raw_len - i)) > 0; i += n)
		chars++;
	return chars;
}

/* The name of a section header: up to the last ] of the line; NULL: none. */
static const char *
header_name(const struct line *l, size_t *len)
{
	const char *end = l->len > 0 && l->text[0] == '[' ?
	    memrchr(l->text, ']', l->len) : NULL;

	if (end == NULL || end == l->text + 1)
		return NULL;
	*len = (size_t)(end - l->text) - 1;
	return l->text + 1;
}

static void
complain(struct dialect *d, const struct line *l)
{
	d->error(d->arg, d, l->raw, l->raw_len, l->ended);
}

static void
take_option(struct dialect *d, const struct line *l)
{
	size_t key_len = 0, len = l->len;
	const char *key = l->text, *value;

	while (key_len < len && key[key_len] != '=' && key[key_len] != ':')
		key_len++;
	if (key_len == len || memchr(l->text, '\0', len) != NULL) {
		complain(d, l);
		return;
	}
	value = key + key_len + 1;
	len -= key_len + 1;
	text_strip(&key, &key_len);
	text_strip(&value, &len);
	d->in_option = key_len > 0;
	if (key_len == 0)
		complain(d, l);
	if (key_len == 0 || d->unwanted)
		return;
	add_name(d, key, key_len, true);
	buf_addc(&d->ready, '=');
	add_text(d, value, len);
}

/* Turn one line of the file into lines for inih; some make none. */
static void
take_line(struct dialect *d, const struct line *l)
{
	const char *name;
	size_t len, indent;

	d->cut = l->comment;
	if (l->len == 0) {
		if (!l->comment && d->in_option && !d->unwanted)
			buf_adds(&d->ready, DIALECT_MORE "=%0a\n");
		return;
	}
	indent = indent_of(l);
	if (d->in_option && indent > d->indent) {
		if (memchr(l->text, '\0', l->len) != NULL)
			complain(d, l);
		else if (!d->unwanted) {
			buf_adds(&d->ready, DIALECT_MORE "=%0a");
			add_text(d, l->text, l->len);
		}
		return;
	}
	d->indent = indent;
	name = header_name(l, &len);
	if (name != NULL && memchr(name, '\0', len) == NULL) {
		d->in_section = true;
		d->in_option = false;
		d->unwanted = d->wants != NULL && !d->wants(name, len);
		if (d->unwanted)
			return;
		buf_addc(&d->ready, '[');
		add_name(d, name, len, false);
		buf_adds(&d->ready, "]\n" DIALECT_SECTION "=\n");
	} else if (!d->in_section)
		complain(d, l);
	else
		take_option(d, l);
}

char *
dialect_read(char *line, int size, void *stream)
{
	struct dialect *d = stream;
	struct line l;
	const char *s, *end;
	size_t n;

	if (d->taken == d->ready.len) {
		buf_clear(&d->ready);
		d->taken = 0;
	}
	while (d->ready.len == 0 && !d->failed && next_line(d, &l)) {
		take_line(d, &l);
		d->failed = d->failed || d->ready.failed;
	}
	if (d->failed || d->ready.len == 0)
		return NULL;
	s = d->ready.data + d->taken;
	end = memchr(s, '\n', d->ready.len - d->taken);
	n = (size_t)(end - s) + 1;
	if (size < 1 || n >= (size_t)size) {	/* an inih with other limits than we know */
		d->failed = true;
		return NULL;
	}
	memcpy(line, s, n);
	line[n] = '\0';
	d->taken += n;
	return line;
}

static int
hex_value(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

void
dialect_text(const char *text, struct buf *out)
{
	const char *next;
	char c;

	while (*(next = strchrnul(text, '%')) != '\0' && next[1] != '\0' && next[2] != '\0') {
		c = (char)(hex_value(next[1]) * 16 + hex_value(next[2]));
		buf_add(out, text, (size_t)(next - text));
		buf_addc(out, c);
		text = next + 3;
	}
	buf_add(out, text, (size_t)(next - text));
}

const char *
dialect_name(const struct dialect *d, const char *name, struct buf *out)
{
	buf_clear(out);
	if (name[0] == '@')
		buf_adds(out, d->names[strtoul(name + 1, NULL, 10)]);
	else
		dialect_text(name, out);
	return out->failed ? NULL : buf_text(out);
}

void
dialect_release(struct dialect *d)
{
	for (size_t i = 0; i < d->nnames; i++)
		free(d->names[i]);
	free(d->names);
	buf_release(&d->ready);
	*d = (struct dialect){ 0 };
}
