/*
 * The step.  Memory is bounded: a line has an end, of a body only the beginning is kept.
 */
#include "core/protocol.h"

#include <ctype.h>
#include <string.h>

#define READY		"READY\n"
#define READY_LEN	6
#define RESULT_LEN	7	/* of "RESULT ": nobody looks at these */
#define LENGTH_MAX	INT32_MAX	/* bytes of a body; nobody says more and means it */

const char *
listener_state_name(enum listener_state st)
{
	static const char *const names[] = { "ACKNOWLEDGED", "READY", "BUSY", "UNKNOWN" };

	return names[st];
}

void
protocol_begin(struct protocol *p)
{
	p->st = LISTENER_ACKNOWLEDGED;
	p->in_result = false;
	p->n = p->left = 0;
	buf_clear(&p->body);
}

void
protocol_release(struct protocol *p)
{
	buf_release(&p->body);
}

void
protocol_sent(struct protocol *p)
{
	p->st = LISTENER_BUSY;
	p->in_result = false;
	p->n = 0;
}

bool
protocol_is_clean(const struct protocol *p)
{
	return p->n == 0 && !p->in_result;
}

static enum heard
lost(struct protocol *p, enum heard why)
{
	p->st = LISTENER_UNKNOWN;
	p->in_result = false;
	p->n = 0;
	return why;
}

/* Move at most want bytes to the line; returns how many. */
static size_t
take(struct protocol *p, const char *data, size_t len, size_t want)
{
	size_t n = len < want ? len : want;

	memcpy(p->line + p->n, data, n);
	p->n += n;
	p->line[p->n] = '\0';
	return n;
}

static enum heard
hear_acknowledged(struct protocol *p, const char *data, size_t len, size_t *used)
{
	*used = take(p, data, len, READY_LEN - p->n);
	if (p->n < READY_LEN)
		return HEARD_NOTHING;
	if (memcmp(p->line, READY, READY_LEN) != 0) {
		*used = len;
		return lost(p, HEARD_NONSENSE);
	}
	p->st = LISTENER_READY;
	p->n = 0;
	return HEARD_READY;
}

/*
 * The number in a line, as Python's int() reads it: blanks around, a sign, single
 * underscores between digits.  Returns -1 for what is none, or is no length.
 */
static int64_t
number(const char *text)
{
	const char *end = text + strlen(text);
	int64_t n = 0;

	while (isspace((unsigned char)*text))
		text++;
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	if (*text == '+')
		text++;
	if (text == end)
		return -1;
	for (; text < end; text++) {
		if (*text == '_' && isdigit((unsigned char)text[-1]) &&
		    isdigit((unsigned char)text[1]))
			continue;
		if (!isdigit((unsigned char)*text) || n > LENGTH_MAX)
			return -1;
		n = n * 10 + (*text - '0');
	}
	return n <= LENGTH_MAX ? n : -1;
}

static enum heard
hear_line(struct protocol *p, const char *data, size_t len, size_t *used)
{
	const char *end = memchr(data, '\n', len);
	size_t n = end != NULL ? (size_t)(end - data) : len;
	int64_t length;

	*used = take(p, data, n, PROTOCOL_LINE - p->n);
	if (*used == n && end == NULL && p->n < PROTOCOL_LINE)
		return HEARD_NOTHING;
	length = p->n > RESULT_LEN && *used == n && end != NULL ?
	    number(p->line + RESULT_LEN) : -1;
	if (length == -1) {
		*used = len;
		return lost(p, HEARD_BAD_RESULT);
	}
	++*used;
	p->n = 0;
	p->in_result = true;
	p->left = (size_t)length;
	buf_clear(&p->body);
	return HEARD_NOTHING;
}

static enum heard
hear_body(struct protocol *p, const char *data, size_t len, size_t *used)
{
	size_t n = len < p->left ? len : p->left, keep = PROTOCOL_BODY - p->body.len;

	buf_add(&p->body, data, n < keep ? n : keep);
	p->left -= n;
	*used = n;
	if (p->left > 0)
		return HEARD_NOTHING;
	p->in_result = false;
	p->st = LISTENER_ACKNOWLEDGED;
	return HEARD_RESULT;
}

enum heard
protocol_hear(struct protocol *p, const char *data, size_t len, size_t *used)
{
	enum heard heard;
	size_t none;

	switch (p->st) {
	case LISTENER_ACKNOWLEDGED:
		return hear_acknowledged(p, data, len, used);
	case LISTENER_READY:		/* it was not asked */
		*used = len;
		return lost(p, HEARD_NONSENSE);
	case LISTENER_BUSY:
		if (p->in_result)
			return hear_body(p, data, len, used);
		heard = hear_line(p, data, len, used);
		if (p->in_result && p->left == 0)	/* there will be no more bytes */
			return hear_body(p, data, 0, &none);
		return heard;
	case LISTENER_UNKNOWN:
		break;
	}
	*used = len;
	return HEARD_NOTHING;
}
