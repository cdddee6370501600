/*
 * The picture of a graph: columns from what is started first (left) to what needs it.
 *
 * An edge over several columns gets a place in each of them, so that it goes around what
 * stands between.  Places of a column are put in the order of the middle of their
 * neighbours, a few times to the right and back, which leaves few crossings.
 */
#include <bsd/stdlib.h>
#include <stdlib.h>
#include <string.h>

#include "cli/graph_data.h"
#include "cli/svg.h"

#define MARGIN		24
#define BOX_HEIGHT	40
#define BOX_PAD		14
#define GAP_X		90	/* between columns */
#define GAP_Y		18
#define BEND_HEIGHT	14	/* of the place of an edge that passes */
#define SWEEPS		8
#define ROW_WIDTH	700	/* of those without edges */
#define TITLE		30

/* A place in a column: a node, or a bend of an edge. */
struct place {
	size_t	 node;		/* SIZE_MAX: a bend */
	size_t	 left, right;	/* of a bend: its neighbours on the way; places */
	int	 level;
	double	 y, rank;	/* its middle; where it would like to stand */
};

struct picture {
	const struct graph *g;
	struct place *v;
	size_t	 n;
	size_t	*of_node;	/* place of each node */
	size_t	*last_bend;	/* of each edge: the place it comes from in the last column */
	size_t	**columns;	/* places by level, in order */
	size_t	*lengths;
	int	 levels;
	double	*x, *width;	/* of the columns */
	double	 bottom;	/* of all columns */
	struct buf *out;
};

/* ---- places ---- */

static size_t
add_place(struct picture *p, struct place place)
{
	p->v[p->n] = place;
	p->columns[place.level][p->lengths[place.level]++] = p->n;
	return p->n++;
}

/* The bends of an edge, from what it leads to (left) on. */
static void
add_bends(struct picture *p, size_t edge)
{
	const struct gedge *e = &p->g->edges[edge];
	size_t at = p->of_node[e->to];

	for (int level = p->g->nodes[e->to].level + 1; level < p->g->nodes[e->from].level;
	    level++) {
		size_t bend = add_place(p, (struct place){ .node = SIZE_MAX, .left = at,
			.right = SIZE_MAX, .level = level });

		if (p->v[at].node == SIZE_MAX)
			p->v[at].right = bend;
		at = bend;
	}
	p->last_bend[edge] = at;
}

static bool
make_places(struct picture *p)
{
	const struct graph *g = p->g;
	size_t most = g->n;

	for (size_t i = 0; i < g->n; i++)
		if (g->nodes[i].level >= p->levels)
			p->levels = g->nodes[i].level + 1;
	for (size_t i = 0; i < g->nedges; i++)
		most += (size_t)(g->nodes[g->edges[i].from].level -
		    g->nodes[g->edges[i].to].level);
	p->v = calloc(most + 1, sizeof(*p->v));
	p->of_node = calloc(g->n + 1, sizeof(*p->of_node));
	p->last_bend = calloc(g->nedges + 1, sizeof(*p->last_bend));
	p->columns = calloc((size_t)p->levels + 1, sizeof(*p->columns));
	p->lengths = calloc((size_t)p->levels + 1, sizeof(*p->lengths));
	p->x = calloc((size_t)p->levels + 1, sizeof(*p->x));
	p->width = calloc((size_t)p->levels + 1, sizeof(*p->width));
	if (p->v == NULL || p->of_node == NULL || p->last_bend == NULL || p->columns == NULL ||
	    p->lengths == NULL || p->x == NULL || p->width == NULL)
		return false;
	for (int i = 0; i < p->levels; i++)
		if ((p->columns[i] = calloc(most + 1, sizeof(size_t))) == NULL)
			return false;
	for (size_t i = 0; i < g->n; i++)
		if (g->nodes[i].linked)
			p->of_node[i] = add_place(p, (struct place){ .node = i,
				.level = g->nodes[i].level });
	for (size_t i = 0; i < g->nedges; i++)
		add_bends(p, i);
	return true;
}

/* ---- order ---- */

static const struct place *sorting;	/* qsort() hands nothing through */

static int
by_rank(const void *a, const void *b)
{
	const struct place *s = &sorting[*(const size_t *)a], *t = &sorting[*(const size_t *)b];

	if (s->rank < t->rank || s->rank > t->rank)
		return s->rank < t->rank ? -1 : 1;
	return (s->y > t->y) - (s->y < t->y);
}

static double
height_of(const struct place *place)
{
	return place->node == SIZE_MAX ? BEND_HEIGHT : BOX_HEIGHT;
}

/* From top to bottom, in their order. */
static void
stack(struct picture *p, int level)
{
	double y = MARGIN + TITLE;

	for (size_t i = 0; i < p->lengths[level]; i++) {
		struct place *place = &p->v[p->columns[level][i]];

		place->y = y + height_of(place) / 2;
		y += height_of(place) + GAP_Y;
	}
	if (y > p->bottom)
		p->bottom = y;
}

/* The mean of the neighbours to the left, or those to the right. */
static void
rank_level(struct picture *p, int level, bool leftward)
{
	const struct graph *g = p->g;

	for (size_t i = 0; i < p->lengths[level]; i++) {
		struct place *place = &p->v[p->columns[level][i]];
		size_t side = leftward ? place->left : place->right;
		double sum = 0;
		int n = 0;

		if (place->node == SIZE_MAX) {
			if (side != SIZE_MAX)
				place->rank = p->v[side].y;
			continue;
		}
		for (size_t j = 0; j < g->nedges; j++) {
			if (leftward && g->edges[j].from == place->node) {
				sum += p->v[p->last_bend[j]].y;
				n++;
			} else if (!leftward && g->edges[j].to == place->node) {
				sum += p->v[p->of_node[g->edges[j].from]].y;
				n++;
			}
		}
		place->rank = n > 0 ? sum / n : place->y;
	}
	sorting = p->v;
	qsort(p->columns[level], p->lengths[level], sizeof(size_t), by_rank);
	stack(p, level);
}

/* The last bend of an edge has the node that it comes from at its right. */
static void
close_bends(struct picture *p)
{
	for (size_t i = 0; i < p->g->nedges; i++)
		if (p->v[p->last_bend[i]].node == SIZE_MAX)
			p->v[p->last_bend[i]].right = p->of_node[p->g->edges[i].from];
}

static void
put_in_order(struct picture *p)
{
	close_bends(p);
	for (int level = 0; level < p->levels; level++)
		stack(p, level);
	for (int sweep = 0; sweep < SWEEPS; sweep++) {
		for (int level = 1; level < p->levels; level++)
			rank_level(p, level, true);
		for (int level = p->levels - 2; level >= 0 && sweep + 1 < SWEEPS; level--)
			rank_level(p, level, false);
	}
	/* short columns stand in the middle */
	for (int level = 0; level < p->levels; level++) {
		double height = 0;

		for (size_t i = 0; i < p->lengths[level]; i++)
			height += height_of(&p->v[p->columns[level][i]]) + GAP_Y;
		for (size_t i = 0; i < p->lengths[level]; i++)
			p->v[p->columns[level][i]].y += (p->bottom - MARGIN - TITLE - height) / 2;
	}
}

static double
box_width(const struct gnode *node)
{
	double name = svg_width(node->name), state = svg_width(node->state) * 0.85;

	return (name > state ? name : state) + 2 * BOX_PAD;
}

/* Returns where the last column ends. */
static double
set_columns(struct picture *p)
{
	double x = MARGIN;

	for (int level = 0; level < p->levels; level++) {
		for (size_t i = 0; i < p->lengths[level]; i++) {
			const struct place *place = &p->v[p->columns[level][i]];
			double w = place->node != SIZE_MAX ?
			    box_width(&p->g->nodes[place->node]) : 0;

			if (w > p->width[level])
				p->width[level] = w;
		}
		p->x[level] = x;
		if (p->lengths[level] > 0)
			x += p->width[level] + GAP_X;
	}
	return x - GAP_X;
}

/* ---- drawing ---- */

static void
draw_box(struct buf *b, const struct gnode *node, double x, double y, double width)
{
	svg_rect(b, x, y - BOX_HEIGHT / 2.0, width, BOX_HEIGHT, 6, graph_fill(node),
	    graph_stroke(node), node->essential ? 2.5 : 1.2);
	svg_text(b, x + width / 2, y - 2, "middle", SVG_TEXT, true, node->name);
	svg_text(b, x + width / 2, y + 13, "middle", graph_stroke(node), false,
	    !node->known ? "unknown name" : node->waits != NULL ? "waits" : node->state);
}

static void
curve(struct buf *b, double x1, double y1, double x2, double y2)
{
	double middle = (x1 + x2) / 2;

	buf_addf(b, " C%.1f %.1f %.1f %.1f %.1f %.1f", middle, y1, middle, y2, x2, y2);
}

/* From the right side of what is needed to the left side of who needs it. */
static void
draw_edge(struct picture *p, size_t i)
{
	const struct gedge *e = &p->g->edges[i];
	const struct place *from = &p->v[p->of_node[e->from]], *to = &p->v[p->of_node[e->to]];
	const char *colour = e->holds ? SVG_LINE : SVG_BAD;
	double x = p->x[to->level] + p->width[to->level], y = to->y;
	double end = p->x[from->level] - 7;
	size_t way[64], n = 0;

	for (size_t at = p->last_bend[i]; p->v[at].node == SIZE_MAX && n < 64; at = p->v[at].left)
		way[n++] = at;
	buf_addf(p->out, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"1.4\"%s d=\"M%.1f %.1f",
	    colour, e->weak ? " stroke-dasharray=\"5 4\"" : "", x, y);
	while (n > 0) {
		const struct place *bend = &p->v[way[--n]];

		curve(p->out, x, y, p->x[bend->level], bend->y);
		x = p->x[bend->level] + p->width[bend->level];
		y = bend->y;
		buf_addf(p->out, " L%.1f %.1f", x, y);
	}
	curve(p->out, x, y, end, from->y);
	buf_addf(p->out, "\"/>\n<path fill=\"%s\" d=\"M%.1f %.1f l-2 -4 l9 4 l-9 4 z\"/>\n", colour,
	    end - 1, from->y);
}

/* Do all edges to the node say the same?  Then once is enough. */
static bool
same_labels(const struct graph *g, size_t to)
{
	const struct gedge *first = NULL;

	for (size_t i = 0; i < g->nedges; i++) {
		const struct gedge *e = &g->edges[i];

		if (e->to != to)
			continue;
		if (first == NULL)
			first = e;
		else if (strcmp(first->condition, e->condition) != 0 || first->weak != e->weak)
			return false;
	}
	return true;
}

/* "ready" goes without saying. */
static void
draw_label(struct picture *p, size_t i)
{
	const struct gedge *e = &p->g->edges[i];
	const struct place *to = &p->v[p->of_node[e->to]];
	size_t next = p->last_bend[i];
	double x = p->x[to->level] + p->width[to->level], y = to->y;
	struct buf text = { 0 };

	if (strcmp(e->condition, "ready") == 0 && !e->weak)
		return;
	if (same_labels(p->g, e->to)) {
		for (size_t j = 0; j < i; j++)
			if (p->g->edges[j].to == e->to)
				return;
	} else {	/* where the lines have parted, by the curve of curve() */
		if (p->v[next].node != SIZE_MAX)
			next = p->of_node[e->from];
		while (p->v[next].node == SIZE_MAX && p->v[p->v[next].left].node == SIZE_MAX)
			next = p->v[next].left;
		x += 0.3 * GAP_X;
		y += 0.25 * (p->v[next].y - y);
	}
	buf_addf(&text, "%s%s", e->condition, e->weak ? "?" : "");
	svg_label(p->out, x + 6, y - 4, e->holds ? SVG_NOTE : SVG_BAD, buf_text(&text));
	buf_release(&text);
}

/* Those without edges, in rows; only sizes unless draw. */
static double
draw_alone(struct picture *p, double top, double right, bool draw)
{
	const struct graph *g = p->g;
	double x = MARGIN, y = top + BOX_HEIGHT / 2.0 + 16;
	bool any = false;

	for (size_t i = 0; i < g->n; i++) {
		double w = box_width(&g->nodes[i]);

		if (g->nodes[i].linked)
			continue;
		if (!any && draw)
			svg_text(p->out, MARGIN, top + 6, "start", SVG_NOTE, false,
			    "no dependencies");
		if (any && x + w > right) {
			x = MARGIN;
			y += BOX_HEIGHT + GAP_Y;
		}
		any = true;
		if (draw)
			draw_box(p->out, &g->nodes[i], x, y, w);
		x += w + GAP_Y;
	}
	return any ? y + BOX_HEIGHT / 2.0 : top - GAP_Y;
}

static void
draw(struct picture *p)
{
	double right = set_columns(p), bottom;
	bool alone = false;

	for (size_t i = 0; i < p->g->n; i++)
		alone = alone || !p->g->nodes[i].linked;
	if (right < (alone ? ROW_WIDTH : 420))
		right = alone ? ROW_WIDTH : 420;
	bottom = draw_alone(p, p->bottom + 6, right, false);
	svg_open(p->out, right + MARGIN, bottom + MARGIN);
	svg_text(p->out, MARGIN, MARGIN + 6, "start", SVG_NOTE, false,
	    "what is started first is on the left; dashed: order only; red: not yet as it should be");
	for (size_t i = 0; i < p->g->nedges; i++)
		draw_edge(p, i);
	for (size_t i = 0; i < p->g->nedges; i++)
		draw_label(p, i);
	for (size_t i = 0; i < p->n; i++) {
		const struct place *place = &p->v[i];

		if (place->node != SIZE_MAX)
			draw_box(p->out, &p->g->nodes[place->node], p->x[place->level],
			    place->y, p->width[place->level]);
	}
	draw_alone(p, p->bottom + 6, right, true);
	svg_close(p->out);
}

void
graph_svg(const struct graph *g, struct buf *out)
{
	struct picture p = { .g = g, .out = out, .bottom = MARGIN + TITLE };

	if (make_places(&p)) {
		put_in_order(&p);
		draw(&p);
	}
	for (int i = 0; p.columns != NULL && i < p.levels; i++)
		free(p.columns[i]);
	free(p.columns);
	free(p.lengths);
	free(p.x);
	free(p.width);
	free(p.v);
	free(p.of_node);
	free(p.last_bend);
}
