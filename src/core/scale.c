/*
 * Another number of processes for a program, at run time.  The new number is remembered
 * first, then the file is read with it; of what comes out only the processes that are new and
 * those that are too many count.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/service.h"
#include "core/depart.h"
#include "core/instance.h"
#include "core/life.h"
#include "core/plan.h"
#include "core/proc.h"
#include "core/remember.h"
#include "core/services.h"
#include "core/update.h"

/* One change of one program, on its way. */
struct change {
	char	*section;	/* "program:web" */
	char	*service;	/* "service:web": the same for copies, which are groups */
	struct config *tree;	/* as the file says now, with the new number */
	struct asker by;
	struct scaled *out;
};

static bool
is_of(const struct program *conf, const char *section)
{
	return conf != NULL && strcmp(conf->section, section) == 0;
}

/* Is it a copy of a service, as its first program tells? */
static bool
is_copy(const struct program *conf, const struct change *ch)
{
	return conf != NULL && conf->copy != NULL && conf->copy->number >= 0 &&
	    is_of(conf, ch->service);
}

static const struct program *
first_of(const struct pgroup *g)
{
	const struct proc *p = TAILQ_FIRST(&g->procs);

	return p != NULL ? p->conf : NULL;
}

static bool
has_program(const struct group *g, const char *name)
{
	for (size_t i = 0; i < g->nprograms; i++)
		if (g->programs[i] != NULL && strcmp(g->programs[i]->name, name) == 0)
			return true;
	return false;
}

/* ---- what may be refused ---- */

/* Is the program in the group, or will it be? */
static int
check_group(const struct change *ch, const struct pgroup *g, bool *found, struct err *e)
{
	const struct group *to = conf_find_group(ch->tree, g->name);
	const struct proc *p;
	bool here = false;

	if (to == NULL)		/* an update would remove it */
		return 0;
	TAILQ_FOREACH(p, &g->procs, link)
		here = here || is_of(p->conf, ch->section);
	for (size_t i = 0; i < to->nprograms; i++)
		here = here || is_of(to->programs[i], ch->section);
	*found = *found || here;
	if (here && update_concerns(g->name))
		return err_set(e, FAULT_FAILED, "FAILED: %s is being updated", g->name);
	if (here)
		TAILQ_FOREACH(p, &g->procs, link)
			if (p->departing && has_program(to, p->conf->name))
				return err_set(e, FAULT_STILL_RUNNING,
				    "STILL_RUNNING: %s:%s is being removed", g->name,
				    p->conf->name);
	return 0;
}

/* The same for a copy of a service; one that has just been told to go must be gone. */
static int
check_copy(const struct change *ch, const struct group *to, bool *found, struct err *e)
{
	const struct pgroup *g;

	if (to->nprograms == 0 || !is_copy(to->programs[0], ch))
		return 0;
	*found = true;
	g = core_find_group(to->name);
	if (update_concerns(to->name))
		return err_set(e, FAULT_FAILED, "FAILED: %s is being updated", to->name);
	if (g != NULL && g->ends)
		return err_set(e, FAULT_STILL_RUNNING, "STILL_RUNNING: %s is being removed",
		    to->name);
	return 0;
}

static int
check_all(const struct change *ch, const char *name, struct err *e)
{
	const struct pgroup *g;
	bool found = conf_find_service(ch->tree, name) != NULL;

	for (size_t i = 0; i < ch->tree->ngroups; i++)
		if (check_copy(ch, ch->tree->groups[i], &found, e) == -1)
			return -1;

	TAILQ_FOREACH(g, &core.groups, link)
		if (check_group(ch, g, &found, e) == -1)
			return -1;
	return found ? 0 : err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", name);
}

/* ---- what is done ---- */

static int
note_id(uint32_t **ids, size_t *n, uint32_t id)
{
	uint32_t *v = reallocarray(*ids, *n + 1, sizeof(*v));

	if (v == NULL)
		return -1;
	*ids = v;
	v[(*n)++] = id;
	return 0;
}

/* Those that are in the tree and do not run yet. */
static int
add_missing(struct change *ch, struct pgroup *g, struct group *to, struct err *e)
{
	struct proc *p;

	for (size_t i = 0; i < to->nprograms; i++) {
		if (!is_of(to->programs[i], ch->section) ||
		    core_find_in(g, to->programs[i]->name) != NULL)
			continue;
		p = proc_new(g, conf_take_program(to, i), e);
		if (p == NULL)
			return -1;
		if (note_id(&ch->out->added, &ch->out->nadded, p->id) == -1)
			return err_set(e, FAULT_FAILED, "FAILED: out of memory");
		life_autostart_one(p, ch->by);
	}
	return 0;
}

/* The one with the highest number that is too many; NULL: there is none. */
static struct proc *
highest_surplus(const struct change *ch, struct pgroup *g, const struct group *to)
{
	struct proc *p, *highest = NULL;

	TAILQ_FOREACH(p, &g->procs, link)
		if (is_of(p->conf, ch->section) && !p->departing &&
		    !has_program(to, p->conf->name) &&
		    (highest == NULL || p->conf->process_num > highest->conf->process_num))
			highest = p;
	return highest;
}

static int
remove_surplus(struct change *ch, struct pgroup *g, const struct group *to, struct err *e)
{
	struct proc *p;

	while ((p = highest_surplus(ch, g, to)) != NULL)
		if (note_id(&ch->out->removed, &ch->out->nremoved, p->id) == -1 ||
		    depart(p, NULL, ch->by, e) == -1)
			return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	return 0;
}

/* ---- copies of a service ---- */

/* The copy with the highest number that is too many; NULL: there is none. */
static struct pgroup *
highest_copy(const struct change *ch)
{
	struct pgroup *g, *highest = NULL;

	TAILQ_FOREACH(g, &core.groups, link)
		if (is_copy(first_of(g), ch) && !g->ends &&
		    conf_find_group(ch->tree, g->name) == NULL && (highest == NULL ||
		    first_of(g)->copy->number > first_of(highest)->copy->number))
			highest = g;
	return highest;
}

static int
remove_copy(struct change *ch, struct pgroup *g, struct err *e)
{
	struct proc *p;

	g->ends = true;
	TAILQ_FOREACH(p, &g->procs, link)
		if (note_id(&ch->out->removed, &ch->out->nremoved, p->id) == -1 ||
		    depart(p, NULL, ch->by, e) == -1)
			return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	return 0;
}

static int
add_copy(struct change *ch, struct group *to, struct err *e)
{
	struct pgroup *g = pgroup_new(to, e);
	struct proc *p;

	if (g == NULL)
		return -1;
	TAILQ_FOREACH(p, &g->procs, link)
		if (note_id(&ch->out->added, &ch->out->nadded, p->id) == -1)
			return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	life_autostart(g, ch->by);
	return 0;
}

static int
change_copies(struct change *ch, struct err *e)
{
	struct pgroup *g;

	if (ch->tree->nservices == 0)
		return 0;
	services_settle(ch->tree);
	services_tell(ch->tree);
	while ((g = highest_copy(ch)) != NULL)
		if (remove_copy(ch, g, e) == -1)
			return -1;
	for (size_t i = 0; i < ch->tree->ngroups; i++) {
		struct group *to = ch->tree->groups[i];

		if (to->nprograms > 0 && is_copy(to->programs[0], ch) &&
		    core_find_group(to->name) == NULL && add_copy(ch, to, e) == -1)
			return -1;
	}
	return 0;
}

static int
change_all(struct change *ch, struct err *e)
{
	struct pgroup *g;
	struct group *to;

	if (change_copies(ch, e) == -1)
		return -1;
	TAILQ_FOREACH(g, &core.groups, link) {
		to = conf_find_group(ch->tree, g->name);
		if (to != NULL && (remove_surplus(ch, g, to, e) == -1 ||
		    add_missing(ch, g, to, e) == -1))
			return -1;
	}
	return 0;
}

/* ---- the number itself ---- */

static int
keep(const char *file, const char *name, int64_t n, bool *kept, struct err *e)
{
	struct buf text = { 0 };
	int rc;

	*kept = true;
	if (n == -1)
		return forget(file, e);
	conf_scale_print(&text, core.config->path, name, n);
	rc = text.failed ? err_set(e, FAULT_FAILED, "FAILED: out of memory") :
	    remember(file, buf_text(&text), kept, e);
	buf_release(&text);
	return rc;
}

/* With the number kept: read the file, check, and do it. */
static int
carry_out(struct change *ch, const char *name, struct err *e)
{
	struct buf section = { 0 };
	int rc = -1;

	buf_addf(&section, "program:%s", name);
	ch->section = buf_steal(&section);
	section = (struct buf){ 0 };
	buf_addf(&section, "service:%s", name);
	ch->service = buf_steal(&section);
	ch->tree = ch->section != NULL && ch->service != NULL ? plan_load(e) : NULL;
	if (ch->section == NULL || ch->service == NULL)
		err_set(e, FAULT_FAILED, "FAILED: out of memory");
	if (ch->tree != NULL && check_all(ch, name, e) == 0)
		rc = change_all(ch, e);
	else if (ch->tree != NULL) {
		conf_free(ch->tree);
		ch->tree = NULL;
	}
	if (ch->tree != NULL) {		/* also when it has failed half-way */
		if (core.reread != NULL)
			conf_free(core.reread);
		core.reread = ch->tree;
	}
	free(ch->section);
	free(ch->service);
	return rc;
}

int
core_scale(const char *name, int64_t n, struct asker by, struct scaled *out, struct err *e)
{
	struct change ch = { .by = by, .out = out };
	char *file = conf_scale_file(name);
	bool kept;
	int64_t before;
	int rc;

	*out = (struct scaled){ 0 };
	if (file == NULL)
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	if (conf_check_instance(name, NULL) == -1) {
		free(file);
		return err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", name);
	}
	before = conf_scale_of(core.reread != NULL ? core.reread : core.config, name);
	rc = keep(file, name, n, &out->remembered, e);
	if (rc == 0 && carry_out(&ch, name, e) == -1) {
		rc = -1;
		keep(file, name, before, &kept, NULL);
	}
	free(file);
	return rc;
}

void
scaled_release(struct scaled *s)
{
	free(s->added);
	free(s->removed);
	*s = (struct scaled){ 0 };
}
