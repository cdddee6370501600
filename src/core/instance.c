/*
 * Adding and removing instances.  Everything that can be refused is refused before
 * anything is written, and the file is written before the process is made.
 */
#include "core/instance.h"

#include <stdlib.h>
#include <string.h>

#include "core/depart.h"
#include "core/edge.h"
#include "core/life.h"
#include "core/proc.h"
#include "core/remember.h"
#include "core/update.h"

/* ---- dependencies ---- */

/* Walking from process to process along depends_on, each once. */
struct walk {
	const struct pgroup *group;	/* nothing may lead back to it */
	const char *name;		/* or to this process of it */
	struct proc **todo;
	size_t	 n;
	unsigned char *seen;		/* bit for each id */
};

static void
visit(struct walk *w, struct proc *p)
{
	unsigned char bit = (unsigned char)(1 << p->id % 8);

	if (w->seen[p->id / 8] & bit)
		return;
	w->seen[p->id / 8] |= bit;
	w->todo[w->n++] = p;
}

/* Does it mean what w may not come back to? */
static bool
leads_back(const struct walk *w, const struct conf_dep *d)
{
	return strcmp(d->group, w->group->name) == 0 &&
	    (d->process == NULL || strcmp(d->process, w->name) == 0);
}

/* All that d means.  -1: it leads back. */
static int
follow(struct walk *w, const struct conf_dep *d)
{
	struct pgroup *g = core_find_group(d->group);
	struct proc *p;

	if (leads_back(w, d))
		return -1;
	if (g != NULL)
		TAILQ_FOREACH(p, &g->procs, link)
			if (d->process == NULL || strcmp(d->process, p->conf->name) == 0)
				visit(w, p);
	return 0;
}

static int
walk_all(struct walk *w, const struct program *conf)
{
	for (size_t i = 0; i < conf->depends_on.n; i++)
		if (follow(w, &conf->depends_on.v[i]) == -1)
			return -1;
	while (w->n > 0) {
		const struct program *next = w->todo[--w->n]->conf;

		for (size_t i = 0; i < next->depends_on.n; i++)
			if (follow(w, &next->depends_on.v[i]) == -1)
				return -1;
	}
	return 0;
}

/* As load_depends.c does for a file: what conf needs is there, and does not need conf. */
static int
check_depends(const struct pgroup *g, const struct program *conf, struct err *e)
{
	struct walk w = { .group = g, .name = conf->name };
	int rc = 0;

	for (size_t i = 0; i < conf->depends_on.n; i++)
		if (core_find_group(conf->depends_on.v[i].group) == NULL)
			return err_set(e, FAULT_FAILED, "FAILED: there is no group '%s' to depend"
			    " on", conf->depends_on.v[i].group);
	if (conf->depends_on.n == 0)
		return 0;
	w.todo = calloc(core.nprocs + 1, sizeof(*w.todo));
	w.seen = calloc(core.last_id / 8 + 1, 1);
	if (w.todo == NULL || w.seen == NULL)
		rc = err_set(e, FAULT_FAILED, "FAILED: out of memory");
	else if (walk_all(&w, conf) == -1)
		rc = err_set(e, FAULT_FAILED, "FAILED: a circle of dependencies from %s:%s to"
		    " itself", g->name, conf->name);
	free(w.todo);
	free(w.seen);
	return rc;
}

/* ---- add ---- */

/* The group of a template that is in use. */
static struct pgroup *
find_template(const char *template, struct err *e)
{
	struct pgroup *g = core_find_group(template);

	if (g != NULL && g->kind == GROUP_TEMPLATE)
		return g;
	err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", template);
	return NULL;
}

/* It is there already: the same is fine. */
static int
add_again(const struct proc *p, const struct strlist *holes, struct instance_added *out,
    struct err *e)
{
	const struct conf_instance *i = p->conf->instance;

	if (p->departing)
		return err_set(e, FAULT_STILL_RUNNING, "STILL_RUNNING: %s:%s is being removed",
		    p->group->name, p->conf->name);
	if (i == NULL || !strlist_equal(&i->holes, holes))
		return err_set(e, FAULT_ALREADY_ADDED, "ALREADY_ADDED: there is another %s:%s",
		    p->group->name, p->conf->name);
	*out = (struct instance_added){ p->id, false, i->place != INSTANCE_MEMORY };
	return 0;
}

/* Put it where it is remembered; *file: where that is. */
static int
keep(const char *template, struct program *conf, char **file, struct err *e)
{
	struct buf text = { 0 };
	bool kept = false;
	int rc;

	*file = conf_instance_file(template, conf->name);
	conf_instance_print(&text, core.config->path, template, conf->name,
	    &conf->instance->holes);
	if (*file == NULL || text.failed)
		rc = err_set(e, FAULT_FAILED, "FAILED: out of memory");
	else
		rc = remember(*file, buf_text(&text), &kept, e);
	conf->instance->place = kept ? INSTANCE_STATE : INSTANCE_MEMORY;
	buf_release(&text);
	return rc;
}

static struct proc *
add_new(struct pgroup *g, const char *name, const struct strlist *holes, struct err *e)
{
	const struct config *c = core.reread != NULL ? core.reread : core.config;
	struct program *conf;
	struct proc *p = NULL;
	char *file = NULL;

	conf = conf_instance_make(c, g->name, name, holes,
	    &core.config->supervisord.environment, e);
	if (conf == NULL) {
		if (e->code == FAULT_CANT_REREAD)	/* the template itself was checked */
			e->code = FAULT_INCORRECT_PARAMETERS;
		return NULL;
	}
	if (check_depends(g, conf, e) == -1 || keep(g->name, conf, &file, e) == -1) {
		program_free(conf);
	} else {
		p = proc_new(g, conf, e);
		if (p == NULL)
			forget(file, NULL);
	}
	free(file);
	return p;
}

int
core_add_instance(const char *template, const char *name, const struct strlist *holes,
    struct asker by, struct instance_added *out, struct err *e)
{
	struct pgroup *g = find_template(template, e);
	struct proc *p;

	if (g == NULL || conf_check_instance(name, e) == -1)
		return -1;
	if (update_concerns(template))
		return err_set(e, FAULT_FAILED, "FAILED: %s is being updated", template);
	p = core_find_in(g, name);
	if (p != NULL)
		return add_again(p, holes, out, e);
	p = add_new(g, name, holes, e);
	if (p == NULL)
		return -1;
	*out = (struct instance_added){ p->id, true,
		p->conf->instance->place != INSTANCE_MEMORY };
	life_autostart_one(p, by);
	return 0;
}

/* ---- remove ---- */

int
core_remove_instance(const char *template, const char *name, struct asker by, uint32_t *id,
    struct err *e)
{
	struct pgroup *g = core_find_group(template);
	struct proc *p = g != NULL && g->kind == GROUP_TEMPLATE ? core_find_in(g, name) : NULL;
	char *file;
	int rc;

	*id = p != NULL ? p->id : 0;
	if (conf_check_instance(name, e) == -1)
		return -1;
	if (p != NULL && p->departing)
		return 0;
	if (p != NULL && p->conf->instance->place == INSTANCE_FILE)
		return err_set(e, FAULT_FAILED, "FAILED: [instance:%s:%s] is in a file that"
		    " supd does not write: remove it there", template, name);
	file = conf_instance_file(template, name);
	if (file == NULL)
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	if (p != NULL)
		return depart(p, file, by, e);
	rc = forget(file, e);	/* it may be one whose template is gone */
	free(file);
	return rc;
}
