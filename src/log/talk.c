/*
 * Events out of bytes.  Text is what the core gets: what is not UTF-8 is written as
 * supervisord writes it; a character that two batches share goes with the second one.
 */
#include "log/talk.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "log/capture.h"
#include "log/corelink.h"
#include "log/flow.h"

#define MESSAGE_MAX	(1024 * 1024)	/* bytes of a message, whatever capture_maxbytes says */

struct talk {
	uint32_t proc;		/* for the core */
	pid_t	 ended;		/* the last process that the core has told to be dead */
	bool	 events;
	bool	 captures;
	struct capture capture;
	char	 cut[4];	/* begin of a character */
	size_t	 ncut;
	uint64_t lost, untold;	/* events dropped, ever and since the core was told */
};

/* The log's part of a batch, with what was held before it. */
static char log_part[TALLY_STAGE + CAPTURE_HELD];
static size_t log_len;

static void
send_event(struct flow *f, const char *kind, const char *data, size_t len)
{
	struct talk *t = f->talk;
	struct buf text = { 0 };

	if (utf8_is_valid(data, len)) {
		buf_add(&text, data, len);
	} else {
		buf_adds(&text, "Undecodable: ");
		utf8_put_repr(&text, data, len);
	}
	if (text.failed ||
	    corelink_output(f, t->proc, kind, t->ended, buf_text(&text), text.len) == -1) {
		t->lost++;
		t->untold++;
	}
	buf_release(&text);
}

static void
tell_output(struct flow *f, const char *data, size_t len, bool last)
{
	struct talk *t = f->talk;
	struct buf joint = { 0 };
	size_t cut;

	if (!t->events || t->ncut + len == 0)
		return;
	if (t->ncut > 0) {
		buf_add(&joint, t->cut, t->ncut);
		buf_add(&joint, data, len);
		data = buf_text(&joint);
		len = joint.len;
		t->ncut = 0;
	}
	cut = last ? 0 : utf8_cut(data, len);
	memcpy(t->cut, data + len - cut, cut);
	t->ncut = cut;
	if (len > cut)
		send_event(f, "log", data, len - cut);
	buf_release(&joint);
}

static void
on_message(struct flow *f)
{
	struct capture *c = &f->talk->capture;

	send_event(f, "comm", buf_text(&c->text), c->text.len);
	buf_release(&c->text);
}

/* A piece of the capture: who gets it? */
static void
on_piece(struct flow *f, enum captured what, const char *piece, size_t len)
{
	if (what == CAPTURED_MESSAGE) {
		on_message(f);
		return;
	}
	if (what == CAPTURED_LOG) {
		memcpy(log_part + log_len, piece, len);
		log_len += len;
	}
	tell_output(f, piece, len, false);
}

void
talk_take(struct flow *f, const char *data, size_t n, const char **log, size_t *len,
    size_t *captured)
{
	struct talk *t = f->talk;
	size_t used, piece_len, before = talk_held(f), all = n;
	const char *piece = NULL;
	enum captured what;

	*captured = 0;
	if (!t->captures) {
		tell_output(f, data, n, false);
		*log = data;
		*len = n;
		return;
	}
	log_len = 0;
	while (n > 0) {
		what = capture_next(&t->capture, data, n, &used, &piece, &piece_len);
		on_piece(f, what, piece, piece_len);
		data += used;
		n -= used;
	}
	*log = log_part;
	*len = log_len;
	*captured = before + all - log_len - talk_held(f);
}

void
talk_end(struct flow *f, const char **log, size_t *len, size_t *captured)
{
	struct talk *t = f->talk;
	size_t before = talk_held(f), lost = 0;

	*len = 0;
	if (t->captures)
		lost = capture_end(&t->capture, log, len);
	if (lost > 0)
		corelink_event(f, "%zu bytes behind the mark of capture mode had no end and "
		    "are lost", lost);
	*captured = before - *len;
	if (*len > 0)
		tell_output(f, *log, *len, true);
	else
		tell_output(f, "", 0, true);
}

bool
talk_ends(const struct flow *f, pid_t ended, int64_t capture_max)
{
	return f->talk->ended != ended || (f->talk->captures && capture_max <= 0);
}

size_t
talk_held(const struct flow *f)
{
	return f->talk != NULL ? f->talk->capture.nheld : 0;
}

uint64_t
talk_lost(const struct flow *f)
{
	return f->talk != NULL ? f->talk->lost : 0;
}

void
talk_tell_lost(struct flow *f)
{
	if (f->talk == NULL || f->talk->untold == 0)
		return;
	corelink_event(f, "%llu events with its output were dropped: the supervisor was busy",
	    (unsigned long long)f->talk->untold);
	f->talk->untold = 0;
}

int
talk_set(struct flow *f, uint32_t proc, bool events, int64_t capture_max, pid_t ended)
{
	if (f->talk == NULL && !events && capture_max <= 0)
		return 0;
	if (f->talk == NULL && (f->talk = calloc(1, sizeof(*f->talk))) == NULL)
		return -1;
	f->talk->proc = proc;
	f->talk->events = events;
	f->talk->captures = capture_max > 0;
	f->talk->capture.max = capture_max < MESSAGE_MAX ? (size_t)capture_max : MESSAGE_MAX;
	f->talk->ended = ended;
	return 0;
}

void
talk_free(struct flow *f)
{
	if (f->talk == NULL)
		return;
	capture_release(&f->talk->capture);
	free(f->talk);
	f->talk = NULL;
}
