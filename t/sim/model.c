/*
 * Model check of the step function: every sequence of events that the kernel and
 * the operators can produce, under every rule set, for one process to a fixpoint
 * (so also to depth 12), then for two processes with a group operation going on.
 *
 * The little model around fsm_step() is proc.c and life.c without memory, text and
 * clocks: one timer, one job, one pid, a flag for descendants that linger.  Where
 * the kernel may answer in two ways (a spawn or a signal that fails), both are
 * followed.  What must never happen is asserted in each state; what must happen
 * in the end is found by letting the world run on from each state without any
 * operator, under every temper that a program can have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/fsm.h"

enum timer { OFF, UP, KILL, BACK, NOW, RETRY };
enum what {
	START, STOP,		/* operator */
	EXEC,			/* the child has passed exec */
	DIES_WELL, DIES_BADLY,	/* reaped; with an exit code that is expected or not */
	DIES_LATE,		/* in STARTING, but after startsecs */
	GONE,			/* the last descendant has gone */
	FIRE, JOB,		/* the timer, the job at the end of a turn */
	CLOSE, NEXT,		/* of the supervisor: shutdown begins; its next class */
	REPLACE, APPLY,		/* of both: an update takes down; starts again */
	NWHATS
};

static const char *const what_names[NWHATS] = {
	"start", "stop", "exec", "dies well", "dies badly", "dies late", "gone",
	"timer", "job", "close", "next class", "replace", "apply",
};

/* Which of the two answers the kernel gives in this event. */
enum answer { YES, NO_SPAWN, NO_SIGNAL, NANSWERS };

struct mproc {
	uint8_t st, fails;
	uint8_t pid;		/* 0: none; 1: on its way to exec; 2: executed */
	uint8_t timer, job;	/* enum timer; E_DOWN + 1, E_LOST + 1 or 0 */
	uint8_t want_up, lingering, expected, asked, killed;
	uint8_t updating, restart_due;
	uint8_t exits, verdict;	/* that count; enum verdict */
	uint8_t step;		/* of the stop */
};

enum verdict { GOES_ON, LIMITED, PERMANENT };

#define MOST 2
struct world {
	struct mproc p[MOST];
	uint8_t closing, class, waiting, next_due, finished, updated;
};

static struct {
	int64_t	startretries;
	int	autorestart;	/* 0 never, 1 unexpected, 2 always */
	bool	startsecs;
	int	n;		/* processes */
	bool	same_class;
	/* what goes beyond supervisord's rules */
	int	limit;		/* exits; 0: none */
	bool	permanent;	/* who dies badly is not started again */
	bool	pause, retry;
	int	steps;		/* signals before SIGKILL */
} rules;

static unsigned long states, steps;

/* ---- telling what went wrong ---- */

struct node {
	struct world w;
	struct node *hash_next;
	const struct node *from;
	double	sequences;	/* ways to get here in `depth` steps */
	int	depth;
	uint8_t what, who, answer;
};

static void
print_world(const struct world *w)
{
	static const char *const timers[] = { "-", "up", "kill", "back", "now", "retry" };

	for (int i = 0; i < rules.n; i++) {
		const struct mproc *p = &w->p[i];

		printf("  [%s fails %d pid %d timer %s job %d%s%s%s]",
		    pstate_name((enum pstate)p->st), p->fails, p->pid, timers[p->timer],
		    p->job, p->want_up ? " wanted" : "", p->lingering ? " lingering" : "",
		    p->updating ? " updating" : "");
	}
	printf("%s%s\n", w->closing ? "  closing" : "", w->finished ? " finished" : "");
}

static void
print_path(const struct node *n)
{
	if (n->from != NULL)
		print_path(n->from);
	if (n->from != NULL)
		printf("# %d: %s%s", n->who, what_names[n->what],
		    n->answer == NO_SPAWN ? " (no spawn)" :
		    n->answer == NO_SIGNAL ? " (no signal)" : "");
	else
		printf("# retries %d autorestart %d startsecs %d:", (int)rules.startretries,
		    rules.autorestart, rules.startsecs);
	print_world(&n->w);
}

static const struct node *checked;	/* where we come from */

static void
fail(const char *why, const struct world *w)
{
	printf("not ok - %s\n", why);
	if (checked != NULL)
		print_path(checked);
	print_world(w);
	exit(1);
}

#define must(cond) ((cond) ? (void)0 : fail(#cond, w))

/* ---- the model of proc.c ---- */

static void take(struct world *w, int i, enum pevent ev, enum answer a);

static bool
stopped(const struct mproc *p)
{
	return pstate_is_stopped((enum pstate)p->st);
}

static bool
in_class(const struct world *w, int i)
{
	return rules.same_class || w->class == i;
}

/* life_state_changed() and update_state_changed() */
static void
changed(struct world *w, int i, enum pstate from)
{
	if (w->closing && in_class(w, i) && w->waiting > 0 && stopped(&w->p[i]) &&
	    !pstate_is_stopped(from) && --w->waiting == 0)
		w->next_due = 1;
}

static void
spawn(struct world *w, struct mproc *p, enum answer a)
{
	must(p->pid == 0);		/* never two for one process */
	must(!p->lingering);
	must(!w->finished);
	must(!w->closing);
	must(p->want_up);
	if (a == NO_SPAWN) {
		p->job = E_DOWN + 1;
		return;
	}
	p->pid = 1;
	if (rules.startsecs)
		p->timer = UP;
}

static void
ask(struct mproc *p, enum answer a)
{
	p->killed = 0;
	p->asked = 1;
	if (p->pid == 0)
		p->job = E_DOWN + 1;
	else if (a == NO_SIGNAL)
		p->job = E_LOST + 1;
}

static void
arm(struct mproc *p, unsigned act, bool moved)
{
	if (act & T_KILL)
		p->timer = KILL;
	else if (act & T_BACK)
		p->timer = BACK;
	else if (act & T_NOW)
		p->timer = NOW;
	else if (act & T_RETRY)
		p->timer = RETRY;
	else if (moved || (act & T_OFF))
		p->timer = OFF;
}

/* rules.c */
static struct fsm_rules
rules_now(const struct world *w, const struct mproc *p)
{
	bool restart = p->want_up && (rules.autorestart == 2 ||
	    (rules.autorestart == 1 && !p->expected));

	return (struct fsm_rules){
		.startretries = rules.limit > 0 ? 3 : rules.startretries,
		.closing = w->closing, .restart = restart, .pause = rules.pause,
		.final = p->verdict == PERMANENT ||
		    (p->verdict == LIMITED && (restart || p->st != P_RUNNING)),
		.milder = p->step + 1 < rules.steps,
		.retry_fatal = rules.retry && p->want_up && p->verdict != PERMANENT,
	};
}

/* proc_event() */
static void
take(struct world *w, int i, enum pevent ev, enum answer a)
{
	struct mproc *p = &w->p[i];
	enum pstate from = (enum pstate)p->st;
	struct fsm_rules r;
	struct fsm_out out;
	bool moved;

	if (ev == E_START || (ev == E_DUE && from == P_FATAL))
		p->exits = p->verdict = 0;
	r = rules_now(w, p);
	out = fsm_step((struct fsm){ from, p->fails }, ev, &r);
	moved = out.next.st != from;
	must(out.next.fails >= 0 && out.next.fails <= r.startretries + 1);
	p->st = (uint8_t)out.next.st;
	p->fails = (uint8_t)out.next.fails;
	p->step = (uint8_t)((out.act & A_NEXT) ? p->step + 1 : (out.act & A_STOP) ? 0 : p->step);
	arm(p, out.act, moved);
	if (out.act & A_STOP)
		ask(p, a);
	if ((out.act & A_NEXT) && !p->lingering && p->pid != 0 && a == NO_SIGNAL)
		p->job = E_LOST + 1;
	if (out.act & A_KILL) {
		p->killed = 1;
		if (!p->lingering && p->pid != 0 && a == NO_SIGNAL)
			p->job = E_LOST + 1;
	}
	if (out.act & A_SPAWN)
		spawn(w, p, a);
	if (moved)
		changed(w, i, from);
}

/* retry_count() */
static void
count(struct mproc *p, bool badly)
{
	p->verdict = GOES_ON;
	if (rules.limit > 0 && p->exits < rules.limit)
		p->exits++;
	else if (rules.limit > 0)
		p->verdict = LIMITED;
	if (rules.permanent && badly)
		p->verdict = PERMANENT;
}

/* proc_reaped() */
static void
reaped(struct world *w, int i, enum what how)
{
	struct mproc *p = &w->p[i];
	bool executed = p->pid == 2;

	p->pid = 0;
	if (p->st == P_STOPPING || p->st == P_UNKNOWN) {
		p->lingering = 1;	/* GONE follows, sooner or later */
		return;
	}
	if (executed && (p->st == P_RUNNING || !rules.startsecs || how == DIES_LATE)) {
		if (p->st == P_STARTING)
			take(w, i, E_UP, YES);
		p->expected = how == DIES_WELL;
	}
	count(p, how == DIES_BADLY && executed);
	take(w, i, E_DOWN, YES);
	must(p->st == P_EXITED || p->st == P_BACKOFF);	/* a death is never lost */
}

/* ---- the model of life.c and update.c ---- */

static void
ask_stop(struct world *w, int i, enum answer a)
{
	struct mproc *p = &w->p[i];
	bool restarting = (p->st == P_EXITED || p->st == P_FATAL) && p->timer != OFF;

	if (!pstate_is_running((enum pstate)p->st) && !restarting)
		return;
	p->want_up = 0;
	take(w, i, E_STOP, a);
}

static void
next_class(struct world *w, enum answer a)
{
	w->next_due = 0;
	while (w->waiting == 0) {
		int top = rules.n - 1;

		while (top >= 0 && stopped(&w->p[top]))
			top--;
		if (top < 0) {
			w->finished = 1;
			return;
		}
		w->class = (uint8_t)top;
		for (int i = 0; i < rules.n; i++)
			if (in_class(w, i) && !stopped(&w->p[i]))
				w->waiting++;
		for (int i = rules.n - 1; i >= 0; i--)
			if (in_class(w, i))
				ask_stop(w, i, a);
	}
}

static void
replace_all(struct world *w, enum answer a)
{
	for (int i = 0; i < rules.n; i++) {
		struct mproc *p = &w->p[i];
		bool up = pstate_is_running((enum pstate)p->st) ||
		    ((p->st == P_EXITED || p->st == P_FATAL) && p->timer != OFF);

		p->updating = 1;
		p->restart_due = p->want_up && up;
		if (!stopped(p) || up)
			ask_stop(w, i, a);
	}
	w->updated = 1;
}

static void
apply_all(struct world *w, enum answer a)
{
	for (int i = 0; i < rules.n; i++) {
		struct mproc *p = &w->p[i];
		bool start = p->restart_due;

		p->updating = p->restart_due = 0;
		if (start && !w->closing && stopped(p) && p->st != P_UNKNOWN) {
			p->want_up = 1;
			take(w, i, E_START, a);
		}
	}
}

static bool
all_down(const struct world *w)
{
	for (int i = 0; i < rules.n; i++)
		if (w->p[i].updating && !stopped(&w->p[i]))
			return false;
	return true;
}

/* ---- which events are possible, and doing one ---- */

static bool
possible(const struct world *w, enum what what, int i)
{
	const struct mproc *p = &w->p[i];

	switch (what) {
	case START:		/* what proc_start() lets through */
		return !w->closing && !p->updating && stopped(p) && p->st != P_UNKNOWN;
	case STOP:
		return pstate_is_running((enum pstate)p->st) ||
		    ((p->st == P_EXITED || p->st == P_FATAL) && p->timer != OFF);
	case EXEC:
		return p->pid == 1;
	case DIES_WELL:
	case DIES_BADLY:
		return p->pid != 0;
	case DIES_LATE:
		return p->pid == 2 && p->st == P_STARTING && rules.startsecs;
	case GONE:
		return p->lingering;
	case FIRE:
		return p->timer != OFF;
	case JOB:
		return p->job != 0;
	case CLOSE:
		return i == 0 && !w->closing;
	case NEXT:
		return i == 0 && w->next_due;
	case REPLACE:
		return i == 0 && rules.n > 1 && !w->closing && !w->updated;
	case APPLY:
		return i == 0 && w->p[0].updating && all_down(w);
	case NWHATS:
		break;
	}
	return false;
}

static void
fire(struct world *w, int i, enum answer a)
{
	struct mproc *p = &w->p[i];
	enum timer t = (enum timer)p->timer;

	p->timer = OFF;
	if (t != UP)
		take(w, i, E_DUE, a);
	else if (p->pid != 0 && p->st == P_STARTING)
		take(w, i, E_UP, a);
}

static void
happen(struct world *w, enum what what, int i, enum answer a)
{
	struct mproc *p = &w->p[i];
	enum pevent job;

	switch (what) {
	case START:
		p->want_up = 1;
		take(w, i, E_START, a);
		break;
	case STOP:
		ask_stop(w, i, a);
		break;
	case EXEC:
		p->pid = 2;
		if (p->st == P_STARTING && !rules.startsecs)
			p->timer = UP;
		break;
	case DIES_WELL:
	case DIES_BADLY:
	case DIES_LATE:
		reaped(w, i, what);
		break;
	case GONE:
		p->lingering = 0;
		take(w, i, E_DOWN, a);
		must(p->st == P_STOPPED);
		break;
	case FIRE:
		fire(w, i, a);
		break;
	case JOB:
		job = (enum pevent)(p->job - 1);
		p->job = 0;
		if (job == E_DOWN && p->st == P_STARTING)
			count(p, false);
		take(w, i, job, a);
		break;
	case CLOSE:
		w->closing = 1;
		w->next_due = 1;
		for (int k = 0; k < rules.n; k++)	/* update_abandon() */
			w->p[k].updating = w->p[k].restart_due = 0;
		break;
	case NEXT:
		next_class(w, a);
		break;
	case REPLACE:
		replace_all(w, a);
		break;
	case APPLY:
		apply_all(w, a);
		break;
	case NWHATS:
		break;
	}
}

/* ---- what holds in every state ---- */

static void
check_proc(const struct world *w, const struct mproc *p)
{
	switch ((enum pstate)p->st) {
	case P_STOPPED:
		must(p->pid == 0 && !p->lingering && p->timer == OFF);
		break;
	case P_FATAL:
		must(p->pid == 0 && !p->lingering);
		must(p->timer == OFF || (p->timer == RETRY && p->want_up && rules.retry));
		must(p->timer == OFF || p->verdict != PERMANENT);
		break;
	case P_EXITED:
		must(p->pid == 0 && !p->lingering);
		must(p->timer == OFF || p->timer == (rules.pause && p->verdict == GOES_ON ?
		    BACK : NOW));
		must(p->timer == OFF || p->want_up);
		break;
	case P_BACKOFF:
		must(p->pid == 0 && !p->lingering);
		must(p->timer == BACK || p->timer == NOW || w->closing);
		break;
	case P_STARTING:
		must(p->pid != 0 || p->job == E_DOWN + 1);
		must(p->want_up);
		/* or exec has not been heard of, which is an event to come */
		must(p->timer == UP || p->job != 0 || p->pid == 1);
		break;
	case P_RUNNING:
		must(p->pid != 0 && p->want_up);
		break;
	case P_STOPPING:
		must(p->timer == KILL);		/* it cannot be forgotten */
		must(p->pid != 0 || p->lingering || p->job == E_DOWN + 1);
		must(!p->want_up && p->asked);
		break;
	case P_UNKNOWN:
		must(p->pid != 0 || p->lingering);
		break;
	case P_NSTATES:
		fail("no such state", w);
	}
}

static void
check(const struct world *w)
{
	int down = 0;

	for (int i = 0; i < rules.n; i++) {
		check_proc(w, &w->p[i]);
		down += stopped(&w->p[i]);
	}
	if (w->finished)
		must(down == rules.n);
	/* a shutdown waits for somebody, or goes on by itself */
	if (w->closing && !w->finished && !w->next_due)
		must(w->waiting > 0);
}

/* ---- what comes in the end ---- */

enum temper { OBEYS = 1, SPAWNS = 2, STAYS = 4, EXITS_WELL = 8, TEMPERS = 16 };

/* The next thing that happens by itself to i; NWHATS: it rests. */
static enum what
by_itself(const struct world *w, int i, unsigned temper)
{
	const struct mproc *p = &w->p[i];
	enum what death = (temper & EXITS_WELL) ? DIES_WELL : DIES_BADLY;

	if (p->job != 0)
		return JOB;
	if (p->pid == 1)
		return EXEC;
	if (p->lingering && ((temper & OBEYS) || p->killed))
		return GONE;
	if (p->pid != 0 && (p->st == P_STOPPING || p->st == P_UNKNOWN) &&
	    ((temper & OBEYS) || p->killed))
		return death;
	if (p->pid != 0 && !(temper & STAYS) && p->st != P_STOPPING && p->st != P_UNKNOWN)
		return death;
	if (p->timer != OFF)
		return FIRE;
	return NWHATS;
}

static void
check_rest(const struct world *w, unsigned temper)
{
	for (int i = 0; i < rules.n; i++) {
		const struct mproc *p = &w->p[i];

		if (!p->want_up || w->closing)
			must(stopped(p));
		if (!p->want_up && p->st != P_UNKNOWN)
			must(p->pid == 0 && !p->lingering);
		if (p->want_up && !w->closing && (temper & STAYS) && (temper & SPAWNS))
			must(p->st == P_RUNNING || p->st == P_EXITED || p->st == P_FATAL);
		must(!pstate_is_running((enum pstate)p->st) || p->st == P_RUNNING);
	}
	if (w->closing)
		must(w->finished);
}

static void
check_end(struct world w, unsigned temper)
{
	enum answer a = (temper & SPAWNS) ? YES : NO_SPAWN;
	bool moved = true;

	/* one that always restarts and always dies has no end: it stops here */
	for (int n = 0; n < 60 && moved; n++) {
		moved = false;
		for (int i = 0; i < rules.n; i++) {
			enum what what = by_itself(&w, i, temper);

			if (what == NWHATS)
				continue;
			happen(&w, what, i, a);
			check(&w);
			moved = true;
		}
		if (w.next_due || possible(&w, APPLY, 0)) {
			happen(&w, w.next_due ? NEXT : APPLY, 0, a);
			moved = true;
		}
	}
	if (!moved)
		check_rest(&w, temper);
	else if (w.closing || ((temper & STAYS) && ((temper & SPAWNS) || !rules.retry)))
		fail("it never comes to rest", &w);
}

/* ---- exploring ---- */

#define BUCKETS (1u << 20)
static struct node **table;
static struct node **queue;
static size_t queued, queue_cap;

static struct node **
bucket(const struct world *w)
{
	const unsigned char *at = (const unsigned char *)w;
	uint64_t h = 14695981039346656037ULL;

	for (size_t i = 0; i < sizeof(*w); i++)
		h = (h ^ at[i]) * 1099511628211ULL;
	return &table[(h ^ (h >> 32)) & (BUCKETS - 1)];
}

static struct node *
visit(const struct world *w, const struct node *from)
{
	struct node **at = bucket(w), *n;

	for (n = *at; n != NULL; n = n->hash_next)
		if (memcmp(&n->w, w, sizeof(*w)) == 0)
			return n;
	n = calloc(1, sizeof(*n));
	if (queued == queue_cap) {
		queue_cap = queue_cap ? queue_cap * 2 : 4096;
		queue = realloc(queue, queue_cap * sizeof(*queue));
	}
	if (n == NULL || queue == NULL)
		exit(2);
	n->w = *w;
	n->from = from;
	n->depth = from != NULL ? from->depth + 1 : 0;
	n->hash_next = *at;
	*at = n;
	queue[queued++] = n;
	states++;
	return n;
}

static void
expand(const struct node *n)
{
	struct world before = n->w;

	for (int i = 0; i < rules.n; i++)
		for (int what = 0; what < NWHATS; what++)
			for (int a = 0; a < NANSWERS; a++) {
				struct world w = before, yes = before;
				struct node *to;

				if (!possible(&w, (enum what)what, i))
					continue;
				checked = n;
				happen(&w, (enum what)what, i, (enum answer)a);
				if (a != YES) {	/* did the answer matter? */
					happen(&yes, (enum what)what, i, YES);
					if (memcmp(&w, &yes, sizeof(w)) == 0)
						continue;
				}
				check(&w);
				steps++;
				to = visit(&w, n);
				if (to->from == n && to->what == 0 && to->answer == 0) {
					to->what = (uint8_t)what;
					to->who = (uint8_t)i;
					to->answer = (uint8_t)a;
				}
			}
	for (unsigned t = 0; t < TEMPERS; t++)
		check_end(before, t);
}

static void
forget(void)
{
	for (size_t i = 0; i < queued; i++)
		free(queue[i]);
	queued = 0;
	memset(table, 0, BUCKETS * sizeof(*table));
}

/* To a fixpoint or the end of time; returns the depth that is complete. */
static int
explore(double until)
{
	struct world start;
	int depth = 0;

	memset(&start, 0, sizeof(start));
	visit(&start, NULL);
	for (size_t i = 0; i < queued; i++) {
		depth = queue[i]->depth;
		expand(queue[i]);
		if ((i & 1023) == 0 && (double)clock() / CLOCKS_PER_SEC > until) {
			forget();
			return depth - 1;
		}
	}
	forget();
	return 1000;		/* all of it */
}

static const struct {
	int	limit;
	bool	permanent, pause, retry;
	int	steps;
} policies[] = {
	{ 0, false, false, false, 0 },	/* supervisord's rules */
	{ 0, false, true, false, 0 }, { 0, false, true, true, 2 }, { 2, false, false, false, 3 },
	{ 1, false, true, true, 1 }, { 0, true, false, true, 0 }, { 2, true, true, true, 0 },
};

static int
explore_policies(double until)
{
	size_t n = rules.n == 1 ? sizeof(policies) / sizeof(policies[0]) : 1;
	int least = 1000, depth;

	for (size_t i = 0; i < n; i++) {
		rules.limit = policies[i].limit;
		rules.permanent = policies[i].permanent;
		rules.pause = policies[i].pause;
		rules.retry = policies[i].retry;
		rules.steps = policies[i].steps;
		depth = explore(until);
		least = depth < least ? depth : least;
	}
	return least;
}

/* What is left of the time, in equal parts for the rule sets that are left. */
static double
share(double until, int left)
{
	double now = (double)clock() / CLOCKS_PER_SEC;

	return now + (until - now) / left;
}

static int
explore_rules(int n, double until)
{
	int left = n == 1 ? 4 * 3 * 2 : 2 * 3 * 4, least = 1000, depth;

	rules.n = n;
	for (rules.startretries = 0; rules.startretries <= (n == 1 ? 3 : 1);
	    rules.startretries++)
		for (rules.autorestart = 0; rules.autorestart <= 2; rules.autorestart++)
			for (int k = 0; k < (n == 1 ? 2 : 4); k++) {
				rules.startsecs = k & 1;
				rules.same_class = k & 2;
				depth = explore_policies(share(until, left--));
				least = depth < least ? depth : least;
			}
	return least;
}

int
main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 20;
	int depth;

	setvbuf(stdout, NULL, _IONBF, 0);
	table = calloc(BUCKETS, sizeof(*table));
	if (table == NULL)
		return 2;
	depth = explore_rules(1, 1e9);
	printf("%sok 1 - one process: %lu states, %lu steps, %s\n",
	    depth >= 12 ? "" : "not ", states, steps,
	    depth == 1000 ? "all there are" : "to depth 12");
	states = steps = 0;
	depth = explore_rules(2, seconds);
	printf("ok 2 - two processes and a group operation: %lu states, %lu steps, ",
	    states, steps);
	if (depth == 1000)
		puts("all there are");
	else
		printf("at least to depth %d\n", depth);
	puts("1..2");
	free(table);
	free(queue);
	return 0;
}
