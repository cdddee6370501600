/*
 * The values by path, and what their change means for processes.
 */
#include "core/values.h"

#include <bsd/sys/tree.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "conf/hole.h"
#include "core/flight.h"
#include "core/order.h"
#include "core/proc.h"

struct value {
	RB_ENTRY(value) link;
	char	*path;
	char	*text;		/* NULL: not known, or there is none */
	bool	 told;		/* the store has said something */
	bool	 news;		/* until values_told(): it is another one than before */
	unsigned users;		/* processes that name it */
};

static int
compare(struct value *a, struct value *b)
{
	return strcmp(a->path, b->path);
}

/* The values that a process names, as its conf->config->paths has them. */
struct proc_values {
	size_t	 n;
	uint32_t sum;		/* of those that its process was started with; 0: not known */
	struct value *v[];	/* borrowed: each counts us */
};

RB_HEAD(value_tree, value);
RB_GENERATE_INTERNAL(value_tree, value, link, compare, static __attribute__((unused)))

static struct value_tree values = RB_INITIALIZER(&values);
static struct loop_job wanted_job;
static char trouble[200];

static void
no_link(void)
{
}

static const struct values_ops no_ops = { no_link };
const struct values_ops *values_ops = &no_ops;

/* ---- life ---- */

static void
free_unused(void)
{
	struct value *v, *next;

	RB_FOREACH_SAFE(v, value_tree, &values, next)
		if (v->users == 0) {
			RB_REMOVE(value_tree, &values, v);
			free(v->text);
			free(v->path);
			free(v);
		}
}

void
values_init(void)
{
	trouble[0] = '\0';
}

void
values_release(void)
{
	loop_job_cancel(&wanted_job);
	free_unused();
}

static void
on_wanted(struct loop_job *j)
{
	(void)j;
	free_unused();
	if (!RB_EMPTY(&values))
		core_want_helper(SECTION_STORE, "");
	values_ops->wanted();
}

static struct value *
find(const char *path)
{
	struct value key = { .path = (char *)(uintptr_t)path };

	return RB_FIND(value_tree, &values, &key);
}

static struct value *
find_or_make(const char *path)
{
	struct value *v = find(path);

	if (v != NULL)
		return v;
	v = calloc(1, sizeof(*v));
	if (v == NULL || (v->path = strdup(path)) == NULL) {
		free(v);
		return NULL;
	}
	RB_INSERT(value_tree, &values, v);
	loop_job_add(&wanted_job, on_wanted);
	return v;
}

static void
let_go(struct proc_values *pv)
{
	for (size_t i = 0; pv != NULL && i < pv->n; i++)
		if (--pv->v[i]->users == 0)
			loop_job_add(&wanted_job, on_wanted);
	free(pv);
}

void
values_detach(struct proc *p)
{
	let_go(p->values);
	p->values = NULL;
}

int
values_attach(struct proc *p)
{
	const struct conf_config *c = p->conf->config;
	struct proc_values *old = p->values;
	size_t n = c != NULL ? c->paths.n : 0;

	p->values = n > 0 ? calloc(1, sizeof(*p->values) + n * sizeof(struct value *)) : NULL;
	for (size_t i = 0; p->values != NULL && i < n; i++) {
		struct value *v = find_or_make(c->paths.v[i]);

		if (v == NULL)
			break;
		p->values->v[p->values->n++] = v;
		v->users++;
	}
	if (p->values != NULL && old != NULL && p->values->n == old->n)
		p->values->sum = old->sum;
	let_go(old);		/* now, so that what stays is not forgotten */
	return n == 0 || (p->values != NULL && p->values->n == n) ? 0 : -1;
}

/* ---- what a process runs with ---- */

/* FNV-1a of all texts, each with its end; never 0. */
static uint32_t
sum_now(const struct proc_values *pv)
{
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < pv->n; i++) {
		const char *c = pv->v[i]->text != NULL ? pv->v[i]->text : "";

		for (; *c != '\0'; c++)
			h = (h ^ (unsigned char)*c) * 16777619U;
		h *= 16777619U;
	}
	return h != 0 ? h : 1;
}

void
values_started(struct proc *p)
{
	if (p->values != NULL)
		p->values->sum = sum_now(p->values);
}

uint32_t
values_sum(const struct proc *p)
{
	return p->values != NULL ? p->values->sum : 0;
}

void
values_recall(struct proc *p, uint32_t sum)
{
	if (p->values != NULL)
		p->values->sum = sum;
}

/* ---- asking ---- */

enum values_state
values_of(const struct proc *p, const char **path)
{
	const struct conf_config *c = p->conf->config;
	size_t n = p->values != NULL ? p->values->n : 0;

	*path = "";
	for (size_t i = 0; i < n; i++)
		if (p->values->v[i]->text == NULL) {
			*path = p->values->v[i]->path;
			return p->values->v[i]->told ? VALUES_MISSING : VALUES_AWAITED;
		}
	if (c == NULL || c->paths.n == n)
		return VALUES_KNOWN;
	*path = c->paths.v[n];		/* there was no memory for it */
	return VALUES_AWAITED;
}

const char *
values_last(const char *path)
{
	const struct value *v = find(path);

	return v != NULL ? v->text : NULL;
}

static const char *
value_text(const char *path, size_t len)
{
	char name[HOLE_PATH_MAX + 1];	/* a start must not lack memory for this */

	if (len > HOLE_PATH_MAX)
		return NULL;
	memcpy(name, path, len);
	name[len] = '\0';
	return values_last(name);
}

void
values_fill(const char *text, struct buf *out)
{
	hole_fill(text, value_text, out);
}

const char *
values_trouble(void)
{
	return trouble;
}

/* ---- being told ---- */

void
values_each(const char *after, bool (*fn)(void *arg, const char *path), void *arg)
{
	struct value key = { .path = (char *)(uintptr_t)after };
	struct value *v = after == NULL ? RB_MIN(value_tree, &values) :
	    RB_NFIND(value_tree, &values, &key);

	if (v != NULL && after != NULL && strcmp(v->path, after) == 0)
		v = RB_NEXT(value_tree, &values, v);
	for (; v != NULL && fn(arg, v->path); v = RB_NEXT(value_tree, &values, v))
		;
}

void
values_tell(const char *path, const char *text, bool lost)
{
	struct value *v = find(path);
	char *copy;

	trouble[0] = '\0';
	if (v == NULL || (text == NULL && lost && v->text != NULL))
		return;
	if (v->told && (text == NULL || v->text == NULL ? text == v->text :
	    strcmp(text, v->text) == 0))
		return;
	copy = text != NULL ? strdup(text) : NULL;
	if (text != NULL && copy == NULL) {
		log_error("the value of %s in the store is lost: out of memory", path);
		return;
	}
	v->news = v->told = true;
	free(v->text);
	v->text = copy;
}

static void
reload(struct proc *p, const struct value *v)
{
	log_info("%s: %s has changed in the store (on_config_change)", p->conf->name, v->path);
	p->values->sum = sum_now(p->values);	/* it reads them again */
	flight_save(p);
	if (proc_can_refresh(p))
		proc_refresh(p, NULL);
	else
		proc_signal(p, SIGHUP, NULL);
}

/* A running process: its section says what to do. */
static void
act(struct proc *p, const struct value *v)
{
	struct asker by = { CAUSE_CONFIG, 0 };
	const char *path;

	if (values_of(p, &path) == VALUES_MISSING) {
		log_warn("%s: its value %s is gone from the store; it keeps the last one until it"
		    " is started again", p->conf->name, path);
		return;
	}
	/* told again to a core that has crashed, or changed and changed back */
	if (p->values->sum == 0 || p->values->sum == sum_now(p->values))
		return;
	switch (p->conf->config->on_config_change) {
	case CHANGE_IGNORE:
		return;
	case CHANGE_RELOAD:
		if (p->fsm.st == P_RUNNING) {
			reload(p, v);
			return;
		}
		break;		/* a signal now may kill it: it cannot have a handler yet */
	case CHANGE_RESTART:
		break;
	}
	log_info("%s: %s has changed in the store, restarting (on_config_change)",
	    p->conf->name, v->path);
	order_restart(p, by);
}

static void
look_at(struct proc *p)
{
	for (size_t i = 0; i < p->values->n; i++) {
		const struct value *v = p->values->v[i];

		if (!v->news)
			continue;
		if (p->pid > 0 && pstate_is_running(p->fsm.st) && core.state == SUP_RUNNING)
			act(p, v);
		else
			order_look_again(p);
		return;		/* once, however many have changed */
	}
}

void
values_told(void)
{
	struct pgroup *g;
	struct value *v;
	struct proc *p;

	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link)
			if (p->values != NULL)
				look_at(p);
	RB_FOREACH(v, value_tree, &values)
		v->news = false;
}

void
values_set_trouble(const char *text)
{
	snprintf(trouble, sizeof(trouble), "%s", text);
}
