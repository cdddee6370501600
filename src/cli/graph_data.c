/*
 * From JSON to arrays: nodes sorted by name, edges by the node that they come from.
 */
#include "cli/graph_data.h"

#include <stdlib.h>
#include <string.h>

#include "wire/varlink.h"

static double
seconds(yyjson_val *row, const char *key)
{
	yyjson_val *v = yyjson_obj_get(row, key);

	return v != NULL ? yyjson_get_num(v) : -1;
}

static bool
is_true(yyjson_val *row, const char *key)
{
	return yyjson_get_bool(yyjson_obj_get(row, key));
}

static int
by_name(const void *a, const void *b)
{
	const struct gnode *s = a, *t = b;

	return strcmp(s->name, t->name);
}

static int
by_from(const void *a, const void *b)
{
	const struct gedge *s = a, *t = b;

	if (s->from != t->from)
		return s->from < t->from ? -1 : 1;
	return (s->to > t->to) - (s->to < t->to);
}

size_t
graph_find(const struct graph *g, const char *name)
{
	struct gnode key = { .name = name }, *found;

	found = g->n > 0 ? bsearch(&key, g->nodes, g->n, sizeof(key), by_name) : NULL;
	return found != NULL ? (size_t)(found - g->nodes) : g->n;
}

size_t
graph_first_edge(const struct graph *g, size_t node)
{
	size_t low = 0, high = g->nedges;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (g->edges[middle].from < node)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Room for the processes and for names that are nobody's. */
static bool
take_nodes(struct graph *g, yyjson_val *rows, yyjson_val *edges)
{
	yyjson_arr_iter it;
	yyjson_val *row;

	g->nodes = calloc(yyjson_arr_size(rows) + yyjson_arr_size(edges) + 1, sizeof(*g->nodes));
	if (g->nodes == NULL)
		return false;
	yyjson_arr_iter_init(rows, &it);
	while ((row = yyjson_arr_iter_next(&it)) != NULL)
		g->nodes[g->n++] = (struct gnode){
			.name = reply_str(row, "name"), .state = reply_str(row, "statename"),
			.waits = yyjson_get_str(yyjson_obj_get(row, "waits")),
			.ready = is_true(row, "ready"), .essential = is_true(row, "essential"),
			.waited = seconds(row, "waited"), .took = seconds(row, "took"),
			.wanted = seconds(row, "boot_wanted"),
			.spawned = seconds(row, "boot_spawned"),
			.done = seconds(row, "boot_ready"), .known = true,
		};
	qsort(g->nodes, g->n, sizeof(*g->nodes), by_name);
	return true;
}

/* Names that edges lead to and that are no processes. */
static void
add_strangers(struct graph *g, yyjson_val *edges)
{
	yyjson_arr_iter it;
	yyjson_val *row;

	yyjson_arr_iter_init(edges, &it);
	while ((row = yyjson_arr_iter_next(&it)) != NULL) {
		const char *name = reply_str(row, "to");

		if (graph_find(g, name) != g->n)
			continue;
		g->nodes[g->n++] = (struct gnode){ .name = name, .state = "unknown",
			.waited = -1, .took = -1, .wanted = -1, .spawned = -1, .done = -1 };
		qsort(g->nodes, g->n, sizeof(*g->nodes), by_name);
	}
}

static bool
take_edges(struct graph *g, yyjson_val *rows)
{
	yyjson_arr_iter it;
	yyjson_val *row;

	g->edges = calloc(yyjson_arr_size(rows) + 1, sizeof(*g->edges));
	if (g->edges == NULL)
		return false;
	yyjson_arr_iter_init(rows, &it);
	while ((row = yyjson_arr_iter_next(&it)) != NULL) {
		struct gedge e = { graph_find(g, reply_str(row, "from")),
			graph_find(g, reply_str(row, "to")), reply_str(row, "condition"),
			is_true(row, "weak"), is_true(row, "holds") };

		if (e.from != g->n && e.to != g->n)
			g->edges[g->nedges++] = e;
	}
	qsort(g->edges, g->nedges, sizeof(*g->edges), by_from);
	return true;
}

/* The file has no cycles; with a level above n there would be one, and we stop. */
static void
find_levels(struct graph *g)
{
	bool changed = true;

	for (size_t i = 0; i < g->n; i++) {
		g->nodes[i].level = 0;
		g->nodes[i].ndependents = 0;
		g->nodes[i].linked = false;
	}
	for (size_t i = 0; i < g->nedges; i++) {
		g->nodes[g->edges[i].to].ndependents++;
		g->nodes[g->edges[i].to].linked = g->nodes[g->edges[i].from].linked = true;
	}
	for (size_t turn = 0; changed && turn <= g->n; turn++) {
		changed = false;
		for (size_t i = 0; i < g->nedges; i++) {
			struct gnode *from = &g->nodes[g->edges[i].from];
			const struct gnode *to = &g->nodes[g->edges[i].to];

			if (from->level <= to->level) {
				from->level = to->level + 1;
				changed = true;
			}
		}
	}
}

bool
graph_fetch(struct ctl *c, struct graph *g)
{
	yyjson_val *edges;
	struct err e;

	*g = (struct graph){ 0 };
	if (ctl_call(c, CONTROL_INTERFACE ".GetGraph", "{}", &g->reply, &e) == -1) {
		say_error(c, &e);
		return false;
	}
	edges = yyjson_obj_get(g->reply.params, "edges");
	if (!take_nodes(g, yyjson_obj_get(g->reply.params, "processes"), edges)) {
		say_failed(c, EXIT_GENERIC, "error: out of memory");
		return false;
	}
	add_strangers(g, edges);
	if (!take_edges(g, edges)) {
		say_failed(c, EXIT_GENERIC, "error: out of memory");
		return false;
	}
	find_levels(g);
	return true;
}

void
graph_release(struct graph *g)
{
	free(g->nodes);
	free(g->edges);
	reply_release(&g->reply);
	*g = (struct graph){ 0 };
}

/* What marked ones depend on, too. */
static void
mark_below(struct graph *g)
{
	for (bool changed = true; changed;) {
		changed = false;
		for (size_t i = 0; i < g->nedges; i++)
			if (g->nodes[g->edges[i].from].mark != 0 &&
			    g->nodes[g->edges[i].to].mark == 0) {
				g->nodes[g->edges[i].to].mark = 1;
				changed = true;
			}
	}
}

/* "g:*" and "g:" are all of a group. */
static bool
mark_named(struct graph *g, const char *name)
{
	size_t len = strcspn(name, ":") + 1, i = graph_find(g, name);
	bool group = name[len - 1] == ':' && (strcmp(name + len, "*") == 0 || name[len] == '\0');
	bool found = i != g->n && g->nodes[i].known;

	if (found)
		g->nodes[i].mark = 1;
	for (i = 0; group && i < g->n; i++)
		if (strncmp(g->nodes[i].name, name, len) == 0) {
			g->nodes[i].mark = 1;
			found = true;
		}
	return found;
}

bool
graph_select(struct ctl *c, struct graph *g, char *const *names, size_t n)
{
	size_t *now = calloc(g->n + 1, sizeof(*now)), kept = 0, edges = 0;
	bool ok = now != NULL;

	for (size_t i = 0; ok && i < n; i++)
		if (!mark_named(g, names[i])) {
			say_failed(c, EXIT_GENERIC, "%s: ERROR (no such process)", names[i]);
			ok = false;
		}
	if (ok)
		mark_below(g);
	for (size_t i = 0; ok && i < g->n; i++)
		if (g->nodes[i].mark != 0) {
			now[i] = kept;
			g->nodes[kept++] = g->nodes[i];
		} else
			now[i] = g->n;
	for (size_t i = 0; ok && i < g->nedges; i++) {
		struct gedge e = g->edges[i];

		e.from = now[e.from];
		e.to = now[e.to];
		if (e.from != g->n && e.to != g->n)
			g->edges[edges++] = e;
	}
	free(now);
	if (!ok)
		return false;
	g->n = kept;
	g->nedges = edges;
	find_levels(g);
	return true;
}

/* ---- colours ---- */

static const struct {
	const char *state, *fill, *stroke;
} colours[] = {
	{ "RUNNING", "#d7f0d8", "#2e7d32" }, { "STARTING", "#fff3cd", "#b8860b" },
	{ "BACKOFF", "#ffe0c2", "#c05a00" }, { "STOPPING", "#fff3cd", "#b8860b" },
	{ "FATAL", "#f9d2d2", "#b71c1c" }, { "unknown", "#ffffff", "#b71c1c" },
};

#define COLOURS (sizeof(colours) / sizeof(colours[0]))

static size_t
colour_index(const struct gnode *node)
{
	size_t i = 0;

	/* what has ended as it should is as good as what runs */
	const char *state = strcmp(node->state, "EXITED") == 0 && node->ready ? "RUNNING" :
	    node->state;

	while (i < COLOURS && strcmp(colours[i].state, state) != 0)
		i++;
	return i;
}

const char *
graph_fill(const struct gnode *node)
{
	size_t i = colour_index(node);

	return i < COLOURS ? colours[i].fill : "#eceff1";
}

const char *
graph_stroke(const struct gnode *node)
{
	size_t i = colour_index(node);

	return i < COLOURS ? colours[i].stroke : "#607d8b";
}
