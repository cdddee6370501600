/*
 * Two rings in the order of serials: one for events that can be written down again from a
 * few words, as long as their process is there, and one for those with data, so that a
 * program that writes much displaces no change of state.
 */
#include "ctl/history.h"

#include <stddef.h>
#include <string.h>

#include "core/core.h"

#define KINDS_KEPT	16384	/* events whose kind is known; a power of two */
#define KINDS_BULK	(KINDS_LOG | KINDS_TICK | KIND_BIT(KIND_REMOTE) | \
	KIND_BIT(KIND_COMMUNICATION_STDOUT) | KIND_BIT(KIND_COMMUNICATION_STDERR))

struct kept {
	uint64_t serial;
	int64_t	 wall_ms;
	struct note *note;	/* NULL: a state event, made from the following */
	uint32_t proc_id;
	pid_t	 pid;
	int32_t	 tries;
	uint8_t	 kind, from;
	bool	 expected;
};

/* v[first % size] to v[(end - 1) % size] */
struct ring {
	struct kept *v;
	size_t	 size;		/* a power of two */
	uint64_t first, end;
	size_t	 bytes;		/* of notes */
};

static struct kept some[HISTORY_EVENTS], bulk[HISTORY_BULK];
static struct ring rings[2] = {
	{ .v = some, .size = HISTORY_EVENTS }, { .v = bulk, .size = HISTORY_BULK },
};
static uint8_t kinds_kept[KINDS_KEPT];
static uint64_t begin;		/* serial of the first event that we saw */

static struct kept *
at(const struct ring *r, uint64_t i)
{
	return &r->v[i & (r->size - 1)];
}

static void
forget_first(struct ring *r)
{
	struct kept *k = at(r, r->first++);

	if (k->note != NULL)
		r->bytes -= k->note->len;
	note_drop(&k->note);
}

static void
forget_all(void)
{
	for (int i = 0; i < 2; i++) {
		while (rings[i].first < rings[i].end)
			forget_first(&rings[i]);
		rings[i].first = rings[i].end = 0;
	}
}

void
history_open(void)
{
	forget_all();
	begin = core.event_serial;
}

uint64_t
history_begin(void)
{
	return begin;
}

void
history_close(void)
{
	forget_all();
}

static void
keep(struct ring *r, const struct kept *k)
{
	if (r->end - r->first == r->size)
		forget_first(r);
	*at(r, r->end++) = *k;
	if (k->note != NULL)
		r->bytes += k->note->len;
	while (r->bytes > HISTORY_BYTES && r->end - r->first > 1)
		forget_first(r);
}

/* An event without memory to keep it is one that is missing. */
void
history_add(const struct event *ev)
{
	struct kept k = {
		.serial = ev->serial, .wall_ms = ev->wall_ms, .pid = ev->pid,
		.tries = ev->tries, .kind = (uint8_t)event_kind(ev),
		.from = (uint8_t)ev->from, .expected = ev->expected,
		.proc_id = ev->proc != NULL ? ev->proc->id : 0,
	};

	kinds_kept[ev->serial & (KINDS_KEPT - 1)] = k.kind;
	if (ev->type != EV_STATE && (k.note = note_hold(event_note(ev))) == NULL)
		return;
	keep(&rings[(KIND_BIT(k.kind) & KINDS_BULK) != 0], &k);
}

static struct note *
write_down(const struct kept *k, const struct proc *p)
{
	struct event ev = {
		.type = EV_STATE, .serial = k->serial, .proc = p, .pid = k->pid,
		.from = (enum pstate)k->from, .to = (enum pstate)k->kind,
		.tries = k->tries, .expected = k->expected,
	};

	return p != NULL ? note_new(&ev) : NULL;
}

void
history_gone(const struct event *ev)
{
	struct ring *r = &rings[0];

	for (uint64_t i = r->first; i < r->end; i++) {
		struct kept *k = at(r, i);

		if (k->note != NULL || k->proc_id != ev->proc->id)
			continue;
		k->note = write_down(k, ev->proc);
		if (k->note != NULL)
			r->bytes += k->note->len;
	}
}

/* Index of the first one with this serial or a later one. */
static uint64_t
find(const struct ring *r, uint64_t serial)
{
	uint64_t low = r->first, high = r->end;

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;

		if (at(r, mid)->serial < serial)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The first of these kinds from serial on that can still be told. */
static struct kept *
next_in(const struct ring *r, uint64_t serial, uint32_t kinds)
{
	for (uint64_t i = find(r, serial); i < r->end; i++) {
		struct kept *k = at(r, i);

		if ((KIND_BIT(k->kind) & kinds) &&
		    (k->note != NULL || core_by_id(k->proc_id) != NULL))
			return k;
	}
	return NULL;
}

bool
history_next(uint64_t from, uint32_t kinds, struct told *out)
{
	struct kept *k = next_in(&rings[0], from, kinds & ~KINDS_BULK), *b = NULL;

	if (kinds & KINDS_BULK)
		b = next_in(&rings[1], from, kinds);
	if (k == NULL || (b != NULL && b->serial < k->serial))
		k = b;
	if (k == NULL)
		return false;
	*out = (struct told){ .serial = k->serial, .wall_ms = k->wall_ms,
		.note = k->note != NULL ? note_hold(k->note) :
		    write_down(k, core_by_id(k->proc_id)) };
	return true;
}

uint64_t
history_count(uint64_t from, uint64_t to, uint32_t kinds)
{
	uint64_t known = begin, n = 0;

	if (core.event_serial - begin > KINDS_KEPT)
		known = core.event_serial - KINDS_KEPT;
	if (from < known && from < to) {
		n = (to < known ? to : known) - from;
		from = known;
	}
	for (; from < to; from++)
		n += (KIND_BIT(kinds_kept[from & (KINDS_KEPT - 1)]) & kinds) != 0;
	return n;
}
