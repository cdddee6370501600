/*
 * Counting ends.  What is counted is forgotten when somebody asks for a start, and by time.
 */
#include "core/retry.h"

#include <bsd/stdlib.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/log.h"
#include "conf/types.h"
#include "core/proc.h"

#define ROW_MAX		255	/* by then every pause is the longest */
#define SAY_BRAKE_MS	10000	/* between two lines about the brake */

struct retry {
	int	 row;		/* ends in a row: how long the pause is */
	enum cause verdict;
	int64_t	 room;		/* exits that can be remembered: restart_limit + 1 */
	int64_t	 n;		/* that were, ever */
	int64_t	 exits_ms[];	/* the i-th at i % room */
};

/* ---- room ---- */

int
retry_attach(struct proc *p)
{
	int64_t room = p->conf->retry == NULL ? 0 : p->conf->retry->restart_limit.n + 1;
	struct retry *r;

	if (p->conf->retry == NULL) {
		retry_detach(p);
		return 0;
	}
	if (p->retry != NULL && p->retry->room == room)
		return 0;
	r = calloc(1, sizeof(*r) + (size_t)room * sizeof(r->exits_ms[0]));
	if (r == NULL)
		return -1;
	r->room = room;
	if (p->retry != NULL) {		/* another limit: it begins to count anew */
		r->row = p->retry->row;
		r->verdict = p->retry->verdict;
	}
	free(p->retry);
	p->retry = r;
	return 0;
}

void
retry_detach(struct proc *p)
{
	free(p->retry);
	p->retry = NULL;
}

/* ---- counting ---- */

static bool
is_permanent(const struct conf_retry *c, struct asker by)
{
	if (by.cause != CAUSE_EXIT || !WIFEXITED(by.arg))
		return false;
	for (size_t i = 0; i < c->permanent_exitcodes.n; i++)
		if (c->permanent_exitcodes.v[i] == WEXITSTATUS(by.arg))
			return true;
	return false;
}

/* Is this one more than may be in the time? */
static bool
over_limit(struct retry *r, const struct conf_limit *limit)
{
	int64_t now = loop_now(), oldest;

	if (limit->n == 0 || r->room != limit->n + 1)
		return false;
	r->exits_ms[r->n++ % r->room] = now;
	if (r->n < r->room)
		return false;
	oldest = r->exits_ms[r->n % r->room];
	return now - oldest <= limit->ms;
}

/* What status and why print. */
static void
give_reason(struct proc *p, struct asker by)
{
	const struct conf_limit *limit = &p->conf->retry->restart_limit;
	struct buf text = { 0 };

	if (p->retry->verdict == CAUSE_PERMANENT) {
		buf_addf(&text, "exit status %d, no use to try again (permanent_exitcodes)",
		    WEXITSTATUS(by.arg));
	} else {
		buf_addf(&text, "more than %lld exits within ", (long long)limit->n);
		conf_put_span(limit->ms, &text);
		buf_addf(&text, " (restart_limit)%s%s", p->spawnerr != NULL ? ": " : "",
		    p->spawnerr != NULL ? p->spawnerr : "");
	}
	proc_set_spawnerr(p, buf_text(&text));
	buf_release(&text);
}

void
retry_count(struct proc *p, struct asker by)
{
	const struct conf_retry *c = p->conf->retry;
	struct retry *r = p->retry;

	if (c == NULL || r == NULL || (by.cause != CAUSE_EXIT && by.cause != CAUSE_SPAWN && by.cause != CAUSE_OOM))
		return;
	if ((p->fsm.st == P_RUNNING && p->expected) || (by.cause != CAUSE_SPAWN &&
	    loop_now() - p->start_ms >= c->backoff_max))
		r->row = 0;	/* that was no failure, or a new one */
	if (r->row < ROW_MAX)
		r->row++;
	r->verdict = CAUSE_NONE;
	if (over_limit(r, &c->restart_limit))
		r->verdict = CAUSE_LIMIT;
	if (is_permanent(c, by))
		r->verdict = CAUSE_PERMANENT;
	if (r->verdict != CAUSE_NONE)
		give_reason(p, by);
}

void
retry_forget(struct proc *p)
{
	if (p->retry == NULL)
		return;
	p->retry->row = 0;
	p->retry->n = 0;
	p->retry->verdict = CAUSE_NONE;
}

enum cause
retry_verdict(const struct proc *p)
{
	return p->retry != NULL ? p->retry->verdict : CAUSE_NONE;
}

int
retry_row(const struct proc *p)
{
	return p->retry != NULL ? p->retry->row : 0;
}

void
retry_recall(struct proc *p, int row)
{
	if (p->retry != NULL)
		p->retry->row = row;
}

/* ---- pauses ---- */

/* A number below most, at random; the clock's where the kernel has none to give. */
static int64_t
draw(int64_t most)
{
	uint64_t n = 0;

	if (sys->random(&n, sizeof(n)) != (ssize_t)sizeof(n))
		n = (uint64_t)sys->mono_us();
	return most > 0 ? (int64_t)(n % (uint64_t)most) : 0;
}

int64_t
retry_pause_ms(const struct proc *p)
{
	const struct conf_retry *c = p->conf->retry;
	int64_t ms, part;

	if (c == NULL || c->backoff == 0)
		return -1;
	ms = c->backoff < c->backoff_max ? c->backoff : c->backoff_max;
	for (int i = 1; i < retry_row(p) && ms < c->backoff_max; i++)
		ms = ms * c->backoff_factor / 1000;
	if (ms > c->backoff_max)
		ms = c->backoff_max;
	part = ms / 1000 * c->backoff_jitter + ms % 1000 * c->backoff_jitter / 1000;
	return ms - part + draw(2 * part + 1);
}

/* ---- the brake ---- */

/*
 * A place is free every step_us; up to N of them are kept for a time when many are needed.
 * `next` is when the place after the last one given away would be free if none were kept.
 */
static struct {
	int64_t	 next_us, said_ms;
	unsigned long held;		/* since the last line */
} brake;

static void
say_brake(const struct conf_limit *limit)
{
	brake.held++;
	if (brake.said_ms != 0 && loop_now() - brake.said_ms < SAY_BRAKE_MS)
		return;
	log_warn("more than %lld programs restart within %lld ms: the rest waits"
	    " (restart_brake); %lu until now", (long long)limit->n, (long long)limit->ms,
	    brake.held);
	brake.said_ms = loop_now();
	brake.held = 0;
}

int64_t
retry_brake_ms(struct proc *p)
{
	const struct conf_limit *limit = &core.config->supd.restart_brake;
	int64_t now_us = loop_now() * 1000, whole_us, step_us, wait_us;

	if (p->braked || limit->n == 0 || p->group == core.guests)
		p->braked = false;	/* it has had its place */
	else if (loop_now() - p->start_ms >= limit->ms) {
		whole_us = limit->ms * 1000;
		step_us = whole_us / limit->n > 0 ? whole_us / limit->n : 1;
		if (brake.next_us < now_us)
			brake.next_us = now_us;
		wait_us = brake.next_us + step_us - now_us - whole_us;
		brake.next_us += step_us;
		if (wait_us <= 0)
			return 0;
		p->braked = true;
		say_brake(limit);
		return wait_us / 1000 + 1;
	}
	return 0;
}

void
retry_release(void)
{
	brake.next_us = brake.said_ms = 0;
	brake.held = 0;
}
