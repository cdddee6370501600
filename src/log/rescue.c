/*
 * After a killed logger: what its counters and the stage tell, and what can be saved.
 */
#include <errno.h>

#include "log/flow.h"
#include "log/logger.h"
#include "log/sink.h"

/* How much of what is not counted as written is in the plain file. */
static uint64_t
grown(const struct flow *f, const struct tally *t)
{
	uint64_t pos = (uint64_t)f->file.pos;

	if (!flow_is_plain(f) || t->file_ino != f->file.ino || pos <= t->file_pos)
		return 0;
	/* More than one batch: somebody else wrote. */
	return pos - t->file_pos <= FLOW_BATCH ? pos - t->file_pos : 0;
}

/*
 * t->flight bytes were in the memory of the dead.  The last of them may be in the
 * stage; returns how many of these can go to the sink now.
 */
static size_t
rescue(struct flow *f, struct tally *t, size_t len)
{
	uint64_t there = grown(f, t), lost;
	size_t again;

	if (there > t->flight)
		there = t->flight;
	t->written += there;
	lost = t->flight - there;
	/* A console or FIFO may have them already: rather lose than repeat. */
	if (!flow_is_plain(f))
		len = 0;
	again = lost < len ? (size_t)lost : len;
	lost -= again;
	t->dropped[DROP_ERROR] += lost;
	t->flight = (uint32_t)again;
	if (lost > 0) {
		t->unmarked += lost;
		t->unmarked_why = EOWNERDEAD;
	}
	if (lost > 0 && !flow_is_plain(f))
		t->gaps++;
	return again;
}

void
flow_take_over(struct flow *f)
{
	struct tally t = tally_get(f->slot);
	uint64_t moved = t.flight == 0 && !t.reading ? grown(f, &t) : 0;
	bool uncounted = t.reading != 0;
	size_t len, again = 0;
	char *data;

	len = tally_left(f->slot, &data);
	t.in += moved;
	t.written += moved;
	if (len > 0 && !uncounted && flow_strips(f)) {
		len = ansi_strip(&f->ansi, data, len, logger_scratch);
		data = logger_scratch;
	}
	if (t.flight > 0)
		again = rescue(f, &t, uncounted || f->talk != NULL ? 0 : len);
	if (uncounted && tally_left_unknown()) {
		t.gaps++;
		f->gap = true;
	}
	/* Uncounted bytes stay so until arrived() counts them: we may be killed here. */
	t.reading = uncounted && len > 0;
	sink_count(f, &t);
	tally_commit(f->slot, &t);
	if (len == 0)
		return;
	/* with capture mode nobody knows which bytes of the stage were in flight */
	if (uncounted)
		flow_arrived(f, data, len);
	else if (again > 0)
		flow_deliver(f, data + len - again, again, false);
	tally_forget_left();
}
