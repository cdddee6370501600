/*
 * graph: who depends on whom, as a tree of lines, for Graphviz, or as a picture.
 */
#include <string.h>

#include "cli/graph_data.h"
#include "wire/json.h"

enum form { FORM_TREE, FORM_DOT, FORM_SVG };

/* ---- the tree ---- */

struct tree {
	const struct ctl *c;
	struct graph *g;
	struct buf out, prefix;
};

static void
put_state(struct tree *t, const struct gnode *node)
{
	buf_addf(&t->out, "%s%s%s", colour_of(t->c, node->state),
	    node->known ? node->state : "nobody has this name", colour_end(t->c));
	if (node->ready && strcmp(node->state, "RUNNING") == 0)
		buf_adds(&t->out, ", ready");
	if (node->waits != NULL)
		buf_addf(&t->out, ", waits for %s", node->waits);
}

static void
put_below(struct tree *t, size_t node);

/* What the node of this edge needs is shown once; later it says so. */
static void
put_branch(struct tree *t, const struct gedge *e, bool last)
{
	struct gnode *to = &t->g->nodes[e->to];
	size_t first = graph_first_edge(t->g, e->to), len = t->prefix.len;
	bool more = first < t->g->nedges && t->g->edges[first].from == e->to;

	buf_addf(&t->out, "%s%s%s:%s%s  ", buf_text(&t->prefix), last ? "└─ " : "├─ ", to->name,
	    e->condition, e->weak ? "?" : "");
	put_state(t, to);
	if (more && to->mark == 2)
		buf_adds(&t->out, " (see above)");
	buf_addc(&t->out, '\n');
	if (!more || to->mark == 2)
		return;
	to->mark = 2;
	buf_adds(&t->prefix, last ? "   " : "│  ");
	put_below(t, e->to);
	t->prefix.len = len;
	if (t->prefix.data != NULL)
		t->prefix.data[len] = '\0';
}

static void
put_below(struct tree *t, size_t node)
{
	const struct graph *g = t->g;

	for (size_t i = graph_first_edge(g, node); i < g->nedges && g->edges[i].from == node; i++)
		put_branch(t, &g->edges[i], i + 1 == g->nedges || g->edges[i + 1].from != node);
}

/* First those that nobody depends on, with what they need; then those without edges. */
static void
show_tree(const struct ctl *c, struct graph *g)
{
	struct tree t = { .c = c, .g = g };

	for (int linked = 1; linked >= 0; linked--)
		for (size_t i = 0; i < g->n; i++) {
			struct gnode *node = &g->nodes[i];

			node->mark = linked == 1 ? 0 : node->mark;
			if (node->ndependents > 0 || node->linked != (linked == 1))
				continue;
			buf_addf(&t.out, "%s  ", node->name);
			put_state(&t, node);
			buf_addc(&t.out, '\n');
			put_below(&t, i);
		}
	say_buf(&t.out);
	buf_release(&t.out);
	buf_release(&t.prefix);
}

/* ---- Graphviz ---- */

static void
put_quoted(struct buf *b, const char *text)
{
	buf_addc(b, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *text);
	}
	buf_addc(b, '"');
}

/* Arrows point from what is started first. */
static void
show_dot(const struct graph *g)
{
	struct buf b = { 0 };

	buf_adds(&b, "digraph supd {\n\trankdir=LR;\n"
	    "\tnode [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n");
	for (size_t i = 0; i < g->n; i++) {
		buf_addc(&b, '\t');
		put_quoted(&b, g->nodes[i].name);
		buf_addf(&b, " [fillcolor=\"%s\", color=\"%s\"%s, tooltip=\"%s\"];\n",
		    graph_fill(&g->nodes[i]), graph_stroke(&g->nodes[i]),
		    g->nodes[i].essential ? ", penwidth=2.5" : "", g->nodes[i].state);
	}
	for (size_t i = 0; i < g->nedges; i++) {
		const struct gedge *e = &g->edges[i];

		buf_addc(&b, '\t');
		put_quoted(&b, g->nodes[e->to].name);
		buf_adds(&b, " -> ");
		put_quoted(&b, g->nodes[e->from].name);
		buf_addf(&b, " [label=\"%s\"%s%s];\n", e->condition,
		    e->weak ? ", style=dashed" : "", e->holds ? "" : ", color=\"#b71c1c\"");
	}
	buf_adds(&b, "}\n");
	say_buf(&b);
	buf_release(&b);
}

/* ---- the command ---- */

/* --dot and --svg out of the words. */
static enum form
take_form(struct words *w)
{
	enum form form = FORM_TREE;
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->v[i], "--dot") == 0)
			form = FORM_DOT;
		else if (strcmp(w->v[i], "--svg") == 0)
			form = FORM_SVG;
		else
			w->v[kept++] = w->v[i];
	w->n = kept;
	return form;
}

static void
show_json(const struct graph *g)
{
	struct buf b = { 0 };

	json_value(&b, g->reply.params);
	buf_addc(&b, '\n');
	say_buf(&b);
	buf_release(&b);
}

void
cmd_graph(struct ctl *c, struct words *w)
{
	enum form form = take_form(w);
	struct buf b = { 0 };
	struct graph g;

	if (graph_fetch(c, &g) && (w->n == 0 || graph_select(c, &g, w->v, w->n))) {
		if (w->json)
			show_json(&g);
		else if (form == FORM_DOT)
			show_dot(&g);
		else if (form == FORM_SVG) {
			graph_svg(&g, &b);
			say_buf(&b);
		} else
			show_tree(c, &g);
	}
	buf_release(&b);
	graph_release(&g);
}
