/*
 * Values of the store: somebody changes them, the model of the guest tells what the core has
 * asked for, and this looks at what becomes of it: no program is created without its values,
 * and one that is restarted by a change runs with the last one.
 */
#include "kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "core/core.h"
#include "core/values.h"
#include "sim.h"

#define HOLE	"%(config_"

static struct {
	int	 n[SIM_VALUES];	/* "t1", "t2", ...; 0: there is none */
	int	 last;
	int64_t	 revision;
	bool	 lost;		/* it has begun anew in this history */
} world;

void
store_reset(void)
{
	memset(&world, 0, sizeof(world));
	for (int i = 0; i < SIM_VALUES; i++)
		world.n[i] = chance(700) ? ++world.last : 0;
}

/* ---- the guest ---- */

/* These values, a bit each. */
static void
tell(struct sproc *p, unsigned which)
{
	struct asked *a = helper_asked(p);
	char text[400];
	size_t n = 0;
	const char *comma = "";

	n += (size_t)snprintf(text, sizeof(text), "{\"op\":\"values\",\"values\":{");
	for (unsigned i = 0; i < SIM_VALUES; i++) {
		if (!(which & a->bits & 1U << i))
			continue;
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s\"v/%u\":", comma, i);
		n += (size_t)(world.n[i] != 0 ? snprintf(text + n, sizeof(text) - n, "\"t%d\"",
		    world.n[i]) : snprintf(text + n, sizeof(text) - n, "null"));
		comma = ",";
	}
	n += (size_t)snprintf(text + n, sizeof(text) - n, "},\"revision\":%lld,\"end\":true}",
	    (long long)world.revision);
	say("%s: %s", p->name, text);
	a->behind = file_send(p->fd[3], text, n, NULL) == -1;
	if (a->behind)
		p->next_ms = sim.now_ms + 10;
}

void
store_tell_all(struct sproc *p)
{
	tell(p, ~0U);
}

void
store_wanted(struct sproc *p, yyjson_val *root)
{
	struct asked *a = helper_asked(p);
	size_t i, n;
	yyjson_val *path;

	if (strcmp(p->name, "supd:store") != 0)
		fail("%s is asked for values", p->name);
	if (yyjson_is_true(yyjson_obj_get(root, "begin")))
		a->bits = 0;
	yyjson_arr_foreach(yyjson_obj_get(root, "paths"), i, n, path) {
		const char *text = yyjson_get_str(path);

		if (text == NULL || strncmp(text, "v/", 2) != 0 || atoi(text + 2) >= SIM_VALUES)
			fail("the store is asked for what no program names");
		a->bits |= 1U << atoi(text + 2);
	}
	a->following = yyjson_is_true(yyjson_obj_get(root, "end"));
	if (a->following)
		store_tell_all(p);
}

/* A store without a file has nothing left when it is started again. */
void
store_begin(void)
{
	if (!chance(20))
		return;
	say("the store begins anew");
	memset(world.n, 0, sizeof(world.n));
	world.revision = 0;
	world.lost = true;
}

/* ---- somebody writes ---- */

static void
write_value(unsigned i, int n)
{
	world.n[i] = n;
	world.revision++;
	say("v/%u is t%d", i, world.n[i]);
	for (struct sproc *p = processes; p != NULL; p = p->next)
		if (helper_asked(p) != NULL && helper_asked(p)->following)
			tell(p, 1U << i);
}

void
store_change(void)
{
	write_value(rnd(SIM_VALUES), chance(250) ? 0 : ++world.last);
}

void
store_give(void)
{
	for (unsigned i = 0; i < SIM_VALUES; i++)
		write_value(i, ++world.last);
}

/* ---- checks ---- */

/* The value that a child got in its environment; 0: it names none. */
int
store_value_of(const struct spawn *s)
{
	int n = 0;

	for (char *const *v = s->argv; *v != NULL; v++)
		if (strstr(*v, HOLE) != NULL)
			fail("a child is to run '%s'", *v);
	for (char *const *v = s->envp; *v != NULL; v++) {
		if (strstr(*v, HOLE) != NULL)
			fail("a child gets '%s'", *v);
		if (strncmp(*v, "C=t", 3) == 0)
			n = atoi(*v + 3);
	}
	return n;
}

/* Every program that follows changes by a restart has the present value. */
void
check_values_idle(void)
{
	const struct asked *a = NULL;
	const struct pgroup *g;
	const struct proc *p;

	for (struct sproc *q = processes; q != NULL && a == NULL; q = q->next)
		a = q->life == ALIVE ? helper_asked(q) : NULL;
	if (a == NULL || !a->following || a->behind || world.lost ||
	    core.state != SUP_RUNNING || (sim.faults & (FAULT_MEMORY | FAULT_SIGNAL)))
		return;
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link) {
			const struct sproc *q = p->pid != 0 ? process_find(p->pid) : NULL;
			int i;

			if (p->fsm.st != P_RUNNING || q == NULL || q->value == 0 ||
			    p->conf->config == NULL ||
			    p->conf->config->on_config_change != CHANGE_RESTART)
				continue;
			i = atoi(p->conf->config->paths.v[0] + 2);
			if ((a->bits & 1U << i) != 0 && world.n[i] != 0 && q->value != world.n[i])
				fail("%s runs with t%d, and v/%d is t%d", p->conf->name, q->value,
				    i, world.n[i]);
		}
}
