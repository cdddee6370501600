/*
 * Lines out of batches, each held against one regular expression until it matches.
 */
#include "log/match.h"

#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "log/corelink.h"
#include "log/flow.h"

#define LINE_MAX_BYTES	4096	/* of a line; the rest of a longer one is not looked at */

struct match {
	regex_t	 re;
	char	*text;		/* of the expression; owned */
	uint32_t fence;		/* for the core */
	bool	 seen;		/* behind this fence */
	bool	 fence_due, seen_due;	/* the core does not know yet */
	size_t	 n;
	char	 line[LINE_MAX_BYTES + 1];
};

void
match_tell(struct flow *f)
{
	struct match *m = f->match;

	if (m == NULL)
		return;
	if (m->fence_due && corelink_match(f, "fence", m->fence) == 0)
		m->fence_due = false;
	if (m->seen_due && corelink_match(f, "ready", m->fence) == 0)
		m->seen_due = false;
}

static void
on_line(struct flow *f)
{
	struct match *m = f->match;

	m->line[m->n] = '\0';
	m->n = 0;
	if (regexec(&m->re, m->line, 0, NULL, 0) != 0)
		return;
	m->seen = m->seen_due = true;
	match_tell(f);
}

void
match_take(struct flow *f, const char *data, size_t len)
{
	struct match *m = f->match;

	while (len > 0 && !m->seen) {
		const char *end = memchr(data, '\n', len);
		size_t n = end != NULL ? (size_t)(end - data) : len;
		size_t room = LINE_MAX_BYTES - m->n;

		memcpy(m->line + m->n, data, n < room ? n : room);
		m->n += n < room ? n : room;
		if (end == NULL)
			return;
		on_line(f);
		data += n + 1;
		len -= n + 1;
	}
}

static struct match *
match_new(const char *regex)
{
	struct match *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->text = strdup(regex);
	if (m->text != NULL && regcomp(&m->re, regex, REG_EXTENDED | REG_NOSUB) == 0)
		return m;
	free(m->text);
	free(m);
	return NULL;
}

int
match_set(struct flow *f, const char *regex, uint32_t fence)
{
	struct match *m = f->match;
	bool same = m != NULL && regex != NULL && strcmp(m->text, regex) == 0;

	if (!same)
		match_free(f);
	if (regex == NULL || *regex == '\0')
		return 0;
	if (f->match == NULL && (f->match = match_new(regex)) == NULL)
		return -1;
	m = f->match;
	if (same && m->fence == fence)
		return 0;
	m->fence = fence;
	m->n = 0;
	m->seen = m->seen_due = false;
	m->fence_due = true;
	match_tell(f);
	return 0;
}

void
match_free(struct flow *f)
{
	if (f->match == NULL)
		return;
	regfree(&f->match->re);
	free(f->match->text);
	free(f->match);
	f->match = NULL;
}
