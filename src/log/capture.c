/*
 * A mark is looked for in what is held and the new bytes together, without copying
 * the new ones.
 */
#include "log/capture.h"

#include <string.h>

#define BEGIN	"<!--XSUPERVISOR:BEGIN-->"
#define END	"<!--XSUPERVISOR:END-->"

_Static_assert(sizeof(BEGIN) - 1 <= CAPTURE_HELD + 1, "a mark without its last byte is held");

/*
 * supervisord's rule: where there is no room, as many old bytes go as new ones come, so
 * a piece that is longer than the bound is kept whole.
 */
static void
add_text(struct capture *c, const char *data, size_t len)
{
	if (c->text.len + len > c->max)
		buf_drop(&c->text, len);
	buf_add(&c->text, data, len);
}

/* Length of the longest end of data that is a begin of mark, but not all of it. */
static size_t
partial(const char *data, size_t len, const char *mark, size_t mark_len)
{
	size_t n = len < mark_len - 1 ? len : mark_len - 1;

	for (; n > 0; n--)
		if (memcmp(data + len - n, mark, n) == 0)
			return n;
	return 0;
}

static enum captured
give(struct capture *c, const char *data, size_t len, const char **piece, size_t *piece_len)
{
	*piece = data;
	*piece_len = len;
	if (!c->inside)
		return CAPTURED_LOG;
	add_text(c, data, len);
	return CAPTURED_TEXT;
}

/*
 * Something is held: does the mark go on with data?  Returns -1 when it does not, 0 when
 * more is needed, else the bytes of data that complete it.
 */
static int
complete(struct capture *c, const char *data, size_t len, const char *mark, size_t mark_len)
{
	size_t want = mark_len - c->nheld, n = len < want ? len : want;

	if (memcmp(data, mark + c->nheld, n) != 0)
		return -1;
	if (n == want)
		return (int)n;
	memcpy(c->held + c->nheld, data, n);
	c->nheld += n;
	return 0;
}

/* What is held is no mark: give what cannot begin one, and keep the rest. */
static enum captured
give_held(struct capture *c, const char *mark, size_t mark_len, const char **piece,
    size_t *piece_len)
{
	static char out[CAPTURE_HELD];
	size_t keep = partial(c->held + 1, c->nheld - 1, mark, mark_len);
	size_t n = c->nheld - keep;

	memcpy(out, c->held, n);
	memmove(c->held, c->held + n, keep);
	c->nheld = keep;
	return give(c, out, n, piece, piece_len);
}

static enum captured
at_mark(struct capture *c)
{
	bool was_inside = c->inside;

	c->inside = !was_inside;
	c->nheld = 0;
	return was_inside ? CAPTURED_MESSAGE : CAPTURED_NONE;
}

enum captured
capture_next(struct capture *c, const char *data, size_t len, size_t *used,
    const char **piece, size_t *piece_len)
{
	const char *mark = c->inside ? END : BEGIN, *at;
	size_t mark_len = strlen(mark), keep;
	int n;

	*used = 0;
	*piece_len = 0;
	if (len == 0)
		return CAPTURED_NONE;
	if (c->nheld > 0) {
		n = complete(c, data, len, mark, mark_len);
		if (n == -1)
			return give_held(c, mark, mark_len, piece, piece_len);
		*used = n > 0 ? (size_t)n : len;
		return n > 0 ? at_mark(c) : CAPTURED_NONE;
	}
	at = memmem(data, len, mark, mark_len);
	if (at == data) {
		*used = mark_len;
		return at_mark(c);
	}
	if (at != NULL) {
		*used = (size_t)(at - data);
		return give(c, data, *used, piece, piece_len);
	}
	keep = partial(data, len, mark, mark_len);
	memcpy(c->held, data + len - keep, keep);
	c->nheld = keep;
	*used = len;
	return keep < len ? give(c, data, len - keep, piece, piece_len) : CAPTURED_NONE;
}

size_t
capture_end(struct capture *c, const char **piece, size_t *piece_len)
{
	size_t lost = c->inside ? c->text.len + c->nheld : 0;

	*piece = c->held;
	*piece_len = c->inside ? 0 : c->nheld;
	c->nheld = 0;
	c->inside = false;
	buf_release(&c->text);
	return lost;
}

void
capture_release(struct capture *c)
{
	buf_release(&c->text);
}
