/*
 * After a killed logger: what its counters and the stage tell, and what can be saved.
 */
#include <errno.h>

#include "log/flow.h"
#include "log/logger.h"
#include "log/sink.h"

/*
 * Record i was left in the middle of writing the file that f has open: what the file
 * grew since is its output, or a line of ours that was announced.
 */
static void
settle(struct flow *f, int i)
{
	struct tally t = tally_get(i);
	uint64_t there;

	if (t.marking > 0 && logfile_has_mark(&f->file, (off_t)t.file_pos, t.marking)) {
		t.file_pos += t.marking;
		sink_marked(&t);
	}
	t.marking = 0;
	there = (uint64_t)f->file.pos > t.file_pos ? (uint64_t)f->file.pos - t.file_pos : 0;
	if (there > FLOW_BATCH)		/* somebody else wrote as well */
		there = 0;
	if (t.flight == 0 && !t.reading)
		t.in += there;
	else if (there > t.flight)
		there = t.flight;
	t.flight -= t.flight > 0 ? (uint32_t)there : 0;
	t.written += there;
	t.file_pos = (uint64_t)f->file.pos;
	t.torn = 0;
	tally_commit(i, &t);
}

/*
 * t->flight bytes were in the memory of the dead.  The last of them may be in the
 * stage; returns how many of these can go to the sink now.
 */
static size_t
rescue(struct flow *f, struct tally *t, size_t len)
{
	uint64_t lost = t->flight;
	size_t again;

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
	struct tally t;
	bool uncounted;
	size_t len, again = 0;
	char *data;
	int i;

	while (flow_is_plain(f) && (i = tally_torn(f->file.ino)) != -1)
		settle(f, i);
	t = tally_get(f->slot);
	uncounted = t.reading != 0;
	t.torn = t.marking = 0;		/* its file is not there any more */
	len = tally_left(f->slot, &data);
	if (len > 0 && !uncounted && flow_strips(f)) {
		len = ansi_strip(&f->ansi, data, len, logger_scratch);
		data = logger_scratch;
	}
	if (t.flight > 0)
		again = rescue(f, &t, uncounted || f->talk != NULL ? 0 : len);
	if (uncounted && tally_left_unknown()) {
		t.gaps++;
		t.gap = 1;
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
