/*
 * depends_on, once all groups are known: every name becomes that of a group or of
 * one process, and a circle is refused with the way round.
 *
 * A name is looked for among the groups, then as group:process, then among the
 * sections whose processes are in a group of another name.
 */
#include <bsd/stdlib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/load.h"

/* Nodes of the graph: processes first, numbered group by group, then the groups. */
struct graph {
	const struct config *c;
	size_t	*first;		/* number of the first process of c->by_name[i] */
	size_t	 nprocs;
	struct visit *visits;	/* the way from where the search began */
	size_t	 depth;
	unsigned char *seen;	/* enum, of each node */
};

enum { UNSEEN, ON_THE_WAY, DONE };

struct visit {
	size_t	 node;
	size_t	 next;		/* edge to follow */
};

/* ---- names ---- */

static struct program *
find_process(const struct group *g, const char *name)
{
	for (size_t i = 0; i < g->nprograms; i++)
		if (strcmp(g->programs[i]->name, name) == 0)
			return g->programs[i];
	return NULL;
}

/* Add an item like d for every process of [program:NAME], wherever it is; their number. */
static int
add_section(const struct config *c, const struct conf_dep *d, struct deplist *to)
{
	int found = 0;

	for (size_t g = 0; g < c->ngroups; g++)
		for (size_t i = 0; i < c->groups[g]->nprograms; i++) {
			struct program *p = c->groups[g]->programs[i];
			struct conf_dep one = *d;

			if (strcmp(strchr(p->section, ':') + 1, d->group) != 0)
				continue;
			one.group = c->groups[g]->name;
			one.process = p->name;
			if (deplist_append(to, &(struct deplist){ &one, 1 }) == -1)
				return -1;
			found++;
		}
	return found;
}

/* Where depends_on of p stands; it may be its group's. */
static struct origin
origin_of(struct loader *ld, const struct group *g, const struct program *p)
{
	struct section_load sl = { .program = true };
	struct buf name = { 0 };
	struct ini_section *group;

	sl.section = ini_find(&ld->ini, p->section);
	sl.table = conf_table_find(p->section);
	if (sl.section == NULL || ini_get(&ld->ini, sl.section, "depends_on") == NULL) {
		buf_addf(&name, "group:%s", g->name);
		group = ini_find(&ld->ini, buf_text(&name));
		buf_release(&name);
		if (group != NULL)
			sl = (struct section_load){ .section = group,
			    .table = &conf_group_table };
	}
	return load_origin(ld, &sl, "depends_on");
}

static int
unknown(struct loader *ld, const struct group *g, const struct program *p,
    const struct conf_dep *d)
{
	struct origin o = origin_of(ld, g, p);

	return report_error(&ld->report, &o, "'%s%s%s' is no group, program or"
	    " group:process to depend on", d->group, d->process != NULL ? ":" : "",
	    d->process != NULL ? d->process : "");
}

/* Of what an item means, each has to have a probe, if it is to be healthy. */
static int
check_healthy(struct loader *ld, const struct group *g, const struct program *p,
    const struct conf_dep *d)
{
	const struct group *to = conf_find_group(ld->c, d->group);
	struct origin o = origin_of(ld, g, p);

	for (size_t i = 0; d->cond == DEP_HEALTHY && i < to->nprograms; i++) {
		const struct program *q = to->programs[i];

		if (d->process != NULL && strcmp(q->name, d->process) != 0)
			continue;
		if (q->watch == NULL || q->watch->health.kind == READY_RUNNING)
			return report_error(&ld->report, &o, "'%s:healthy': [%s] has no health",
			    d->group, q->section);
	}
	return 0;
}

/* The items of p with the names of groups and processes. */
static int
resolve(struct loader *ld, const struct group *g, struct program *p, bool quiet)
{
	struct deplist l = { 0 };
	int found = 1;

	for (size_t i = 0; found != -1 && i < p->depends_on.n; i++) {
		struct conf_dep *d = &p->depends_on.v[i];
		struct group *to = conf_find_group(ld->c, d->group);

		if (to != NULL && (d->process == NULL || find_process(to, d->process) != NULL))
			found = deplist_append(&l, &(struct deplist){ d, 1 });
		else if (to != NULL || d->process != NULL ||
		    (found = add_section(ld->c, d, &l)) == 0)
			found = quiet ? 0 : unknown(ld, g, p, d);
		if (found == -1 && ld->report.errors == 0)
			report_nomem(&ld->report);
	}
	if (found == -1) {
		conf_depends.release(&l);
		return -1;
	}
	conf_depends.release(&p->depends_on);
	p->depends_on = l;
	for (size_t i = 0; !quiet && i < l.n; i++)
		if (check_healthy(ld, g, p, &l.v[i]) == -1)
			return -1;
	return 0;
}

/* ---- circles ---- */

/* A group by its number, which is its place among the names. */
static size_t
group_number(const struct graph *gr, const char *name)
{
	struct group *const *g = gr->c->by_name, *const *end = g + gr->c->ngroups;
	struct group *const *low = g;

	while (low < end) {
		struct group *const *mid = low + (end - low) / 2;

		if (strcmp((*mid)->name, name) < 0)
			low = mid + 1;
		else
			end = mid;
	}
	return (size_t)(low - g);
}

/* The group of a node, and its process (NULL: the group itself). */
static struct group *
node_of(const struct graph *gr, size_t node, struct program **p)
{
	size_t low = 0, high = gr->c->ngroups;

	*p = NULL;
	if (node >= gr->nprocs)
		return gr->c->by_name[node - gr->nprocs];
	while (high - low > 1) {	/* the last group that begins at or before it */
		size_t mid = low + (high - low) / 2;

		if (gr->first[mid] <= node)
			low = mid;
		else
			high = mid;
	}
	while (gr->c->by_name[low]->nprograms == 0)	/* empty ones begin there, too */
		low--;
	*p = gr->c->by_name[low]->programs[node - gr->first[low]];
	return gr->c->by_name[low];
}

/* Where edge number i of a node leads; false: it has no more. */
static bool
edge(const struct graph *gr, size_t node, size_t i, size_t *to)
{
	struct program *p;
	struct group *g = node_of(gr, node, &p);
	const struct conf_dep *d;
	size_t number, place = 0;

	if (p == NULL) {
		*to = gr->first[node - gr->nprocs] + i;
		return i < g->nprograms;
	}
	if (i >= p->depends_on.n)
		return false;
	d = &p->depends_on.v[i];
	number = group_number(gr, d->group);
	if (d->process == NULL) {
		*to = gr->nprocs + number;
		return true;
	}
	g = gr->c->by_name[number];
	while (strcmp(g->programs[place]->name, d->process) != 0)
		place++;
	*to = gr->first[number] + place;
	return true;
}

static void
add_name(const struct graph *gr, size_t node, struct buf *out)
{
	struct program *p;
	const struct group *g = node_of(gr, node, &p);

	if (out->len > 0)
		buf_adds(out, " -> ");
	buf_adds(out, g->name);
	if (p != NULL && strcmp(p->name, g->name) != 0)
		buf_addf(out, ":%s", p->name);
}

/* The way that ends where it began; a group of one process is said once. */
static int
report_circle(struct loader *ld, const struct graph *gr, size_t node)
{
	struct buf way = { 0 };
	struct program *p = NULL;
	struct group *g = NULL;
	struct origin o;
	size_t from = gr->depth;
	int rc;

	while (gr->visits[--from].node != node)
		;
	for (size_t i = from; i < gr->depth; i++) {
		struct group *step = node_of(gr, gr->visits[i].node, &p);

		if (p == NULL && step->kind != GROUP_GROUP)
			continue;
		if (p != NULL && g == NULL) {
			g = step;
			o = origin_of(ld, g, p);
			node = gr->visits[i].node;
		}
		add_name(gr, gr->visits[i].node, &way);
	}
	add_name(gr, node, &way);
	if (g == NULL)
		o = (struct origin){ .key = "depends_on" };
	rc = report_error(&ld->report, &o, "a circle of dependencies: %s", buf_text(&way));
	buf_release(&way);
	return rc;
}

/* Everything that can be reached from a node; an explicit stack, as chains may be long. */
static int
search(struct loader *ld, struct graph *gr, size_t start)
{
	size_t to;

	gr->depth = 1;
	gr->visits[0] = (struct visit){ .node = start };
	gr->seen[start] = ON_THE_WAY;
	while (gr->depth > 0) {
		struct visit *v = &gr->visits[gr->depth - 1];

		if (!edge(gr, v->node, v->next++, &to)) {
			gr->seen[v->node] = DONE;
			gr->depth--;
		} else if (gr->seen[to] == UNSEEN) {
			gr->seen[to] = ON_THE_WAY;
			gr->visits[gr->depth++] = (struct visit){ .node = to };
		} else if (gr->seen[to] == ON_THE_WAY) {
			if (report_circle(ld, gr, to) == -1)
				return -1;
		}
	}
	return 0;
}

static int
find_circles(struct loader *ld)
{
	struct graph gr = { .c = ld->c };
	size_t nodes;
	int rc = -1;

	gr.first = reallocarray(NULL, ld->c->ngroups + 1, sizeof(*gr.first));
	for (size_t g = 0; gr.first != NULL && g < ld->c->ngroups; g++) {
		gr.first[g] = gr.nprocs;
		gr.nprocs += ld->c->by_name[g]->nprograms;
	}
	nodes = gr.nprocs + ld->c->ngroups;
	gr.visits = reallocarray(NULL, nodes + 1, sizeof(*gr.visits));
	gr.seen = calloc(nodes + 1, 1);
	if (gr.first == NULL || gr.visits == NULL || gr.seen == NULL)
		report_nomem(&ld->report);
	else
		rc = 0;
	for (size_t n = 0; rc == 0 && n < gr.nprocs; n++)
		if (gr.seen[n] == UNSEEN)
			rc = search(ld, &gr, n);
	free(gr.first);
	free(gr.visits);
	free(gr.seen);
	return rc;
}

int
load_depends(struct loader *ld)
{
	size_t before = ld->report.errors;
	bool any = false;

	for (size_t i = 0; i < ld->c->ngroups; i++) {
		struct group *g = ld->c->groups[i];

		for (size_t k = 0; k < g->nprograms; k++) {
			/* what is wrong in a section is said once, not for each of its processes */
			bool again = k > 0 && strcmp(g->programs[k]->section,
			    g->programs[k - 1]->section) == 0;

			any = any || g->programs[k]->depends_on.n > 0;
			if (g->programs[k]->depends_on.n > 0 &&
			    resolve(ld, g, g->programs[k], again) == -1)
				return -1;
		}
	}
	return any && ld->report.errors == before ? find_circles(ld) : 0;
}
