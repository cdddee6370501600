/*
 * blame and plot: how long starts took, as a list and as a picture of the boot.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/graph_data.h"
#include "cli/svg.h"
#include "wire/json.h"

/* ---- blame ---- */

/* The slowest first; those that did not come so far last. */
static int
by_took(const void *a, const void *b)
{
	const struct gnode *s = *(const struct gnode *const *)a;
	const struct gnode *t = *(const struct gnode *const *)b;

	if (s->took < t->took || s->took > t->took)
		return s->took > t->took ? -1 : 1;
	return strcmp(s->name, t->name);
}

/* Pointers to the processes that were started; the caller frees them. */
static const struct gnode **
started(const struct graph *g, size_t *n)
{
	const struct gnode **v = calloc(g->n + 1, sizeof(*v));

	*n = 0;
	for (size_t i = 0; v != NULL && i < g->n; i++)
		if (g->nodes[i].waited >= 0 || g->nodes[i].waits != NULL)
			v[(*n)++] = &g->nodes[i];
	return v;
}

static void
put_duration(struct buf *b, double s)
{
	char text[32];

	if (s < 0)
		snprintf(text, sizeof(text), "-");
	else if (s < 100)
		snprintf(text, sizeof(text), "%.3fs", s);
	else
		snprintf(text, sizeof(text), "%.0fs", s);
	buf_addf(b, "%10s", text);
}

static void
put_blame(struct buf *b, const struct gnode *node)
{
	put_duration(b, node->waited);
	put_duration(b, node->took);
	buf_addf(b, "  %s", node->name);
	if (node->waits != NULL)
		buf_addf(b, "  waits for %s", node->waits);
	else if (node->took < 0)
		buf_addf(b, "  %s", node->state);
	buf_addc(b, '\n');
}

static void
put_blame_json(struct buf *b, const struct gnode *node)
{
	json_open(b, '{');
	json_kstr(b, "name", node->name);
	json_kstr(b, "statename", node->state);
	if (node->waited >= 0) {
		json_key(b, "waited");
		json_num(b, node->waited);
	}
	if (node->took >= 0) {
		json_key(b, "took");
		json_num(b, node->took);
	}
	json_close(b, '}');
}

void
cmd_blame(struct ctl *c, struct words *w)
{
	const struct gnode **v = NULL;
	struct buf b = { 0 };
	struct graph g;
	size_t n;

	if (graph_fetch(c, &g) && (v = started(&g, &n)) != NULL) {
		qsort(v, n, sizeof(*v), by_took);
		if (w->json)
			json_open(&b, '[');
		else
			buf_adds(&b, "    WAITED      TOOK  NAME\n");
		for (size_t i = 0; i < n; i++)
			if (w->json)
				put_blame_json(&b, v[i]);
			else
				put_blame(&b, v[i]);
		if (w->json)
			json_close(&b, ']');
		if (w->json)
			buf_addc(&b, '\n');
		say_buf(&b);
	}
	free(v);
	buf_release(&b);
	graph_release(&g);
}

/* ---- the critical chain ---- */

#define ON_CHAIN 3

/*
 * What p has waited for last: the dependency whose moment came latest before p's child.
 * g->n: it has not waited.
 */
static size_t
waited_for(const struct graph *g, size_t p)
{
	const struct gnode *node = &g->nodes[p];
	size_t latest = g->n;
	double at = node->wanted;

	for (size_t i = graph_first_edge(g, p); i < g->nedges && g->edges[i].from == p; i++) {
		const struct gnode *to = &g->nodes[g->edges[i].to];
		double came = strcmp(g->edges[i].condition, "started") == 0 ? to->spawned :
		    to->done;

		if (came > at && node->spawned >= 0 && came <= node->spawned + 0.01) {
			at = came;
			latest = g->edges[i].to;
		}
	}
	return latest;
}

/* From what was ready last back to what kept it; chain: node by node, the last first. */
static size_t
mark_chain(struct graph *g, size_t *chain)
{
	size_t at = g->n, n = 0;

	for (size_t i = 0; i < g->n; i++)
		if (g->nodes[i].done >= 0 && (at == g->n || g->nodes[i].done > g->nodes[at].done))
			at = i;
	while (at != g->n && g->nodes[at].mark != ON_CHAIN) {
		g->nodes[at].mark = ON_CHAIN;
		chain[n++] = at;
		at = waited_for(g, at);
	}
	return n;
}

/* ---- plot ---- */

#define MARGIN		20
#define HEAD		74	/* title, legend, numbers of the axis */
#define ROW		24
#define BAR		15
#define CHART		760	/* pixels of the time axis */
#define AFTER		0.06	/* of the time: behind the last event */

#define HELD		"#cfd8dc"
#define STARTS		"#ffb74d"
#define SERVES		"#a5d6a7"
#define FAILED		"#ffcdd2"

struct plot {
	struct graph *g;
	size_t	*rows;		/* nodes, by the time when they were wanted */
	size_t	 n;
	double	*y;		/* of each node's row, its middle */
	double	 names;		/* pixels left of the chart */
	double	 end;		/* seconds at its right edge */
	struct buf *out;
};

static const struct graph *sorting;	/* qsort() hands nothing through */

static int
by_wanted(const void *a, const void *b)
{
	const struct gnode *s = &sorting->nodes[*(const size_t *)a];
	const struct gnode *t = &sorting->nodes[*(const size_t *)b];
	double d = s->wanted - t->wanted;

	if (fabs(d) < 0.02)	/* at once: what waits less is above */
		d = (s->spawned < 0 ? HUGE_VAL : s->spawned) -
		    (t->spawned < 0 ? HUGE_VAL : t->spawned);
	if (d < 0 || d > 0)
		return d < 0 ? -1 : 1;
	return strcmp(s->name, t->name);
}

static double
x_of(const struct plot *p, double s)
{
	return MARGIN + p->names + (s < 0 || s > p->end ? p->end : s) / p->end * CHART;
}

/* 1, 2 or 5 times a power of ten: at most twelve lines. */
static double
tick_of(double end)
{
	static const double steps[] = { 1, 2, 5 };

	for (double ten = 0.001;; ten *= 10)
		for (int i = 0; i < 3; i++)
			if (end / (steps[i] * ten) <= 12)
				return steps[i] * ten;
}

static void
draw_axis(struct plot *p, double bottom)
{
	double tick = tick_of(p->end);
	char text[24];

	for (double s = 0; s <= p->end; s += tick) {
		snprintf(text, sizeof(text), tick < 0.01 ? "%.3fs" : tick < 0.1 ? "%.2fs" :
		    tick < 1 ? "%.1fs" : "%.0fs", s);
		svg_line(p->out, x_of(p, s), HEAD - 4, x_of(p, s), bottom, "#eceff1", 1);
		svg_text(p->out, x_of(p, s), HEAD - 10, "middle", SVG_NOTE, false, text);
	}
}

static void
draw_bar(struct plot *p, double y, double from, double to, const char *fill)
{
	double x = x_of(p, from), w = x_of(p, to) - x;

	svg_rect(p->out, x, y - BAR / 2.0, w > 1 ? w : 1, BAR, 0, fill, "none", 0);
}

/* It is not on its way any more. */
static bool
has_failed(const struct gnode *node)
{
	return node->done < 0 && strcmp(node->state, "STARTING") != 0 &&
	    strcmp(node->state, "BACKOFF") != 0 && strcmp(node->state, "RUNNING") != 0;
}

static void
draw_row(struct plot *p, size_t i)
{
	const struct gnode *node = &p->g->nodes[i];
	bool critical = node->mark == ON_CHAIN;
	double spawned = node->spawned >= 0 ? node->spawned : p->end;
	double done = node->done >= 0 ? node->done : p->end, y = p->y[i];
	double last = node->done >= 0 ? node->done : node->spawned >= 0 ? spawned :
	    node->wanted;
	char text[64];

	if (node->spawned >= 0 || !has_failed(node))
		draw_bar(p, y, node->wanted, spawned, HELD);
	if (has_failed(node))
		draw_bar(p, y, last, p->end, FAILED);
	else if (node->spawned >= 0)
		draw_bar(p, y, spawned, done, STARTS);
	if (node->done >= 0)
		draw_bar(p, y, done, p->end, SERVES);
	if (critical)
		svg_rect(p->out, x_of(p, node->wanted), y - BAR / 2.0 - 1,
		    x_of(p, last) - x_of(p, node->wanted), BAR + 2, 0, "none", SVG_BAD, 1.5);
	svg_text(p->out, MARGIN + p->names - 8, y + 4, "end", critical ? SVG_BAD : SVG_TEXT,
	    critical, node->name);
	if (node->done >= 0)
		snprintf(text, sizeof(text), "%.3fs", node->done - node->spawned);
	else
		snprintf(text, sizeof(text), "%s", node->waits != NULL ? "waits" : node->state);
	svg_text(p->out, x_of(p, p->end) + 8, y + 4, "start", SVG_NOTE, critical, text);
}

/* From the moment of one to the child of the next. */
static void
draw_chain(struct plot *p, const size_t *chain, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++) {
		const struct gnode *later = &p->g->nodes[chain[i]];
		double x = x_of(p, later->spawned), y = p->y[chain[i]], up = p->y[chain[i + 1]];

		svg_line(p->out, x, up, x, y + (y > up ? -BAR : BAR) / 2.0, SVG_BAD, 1.5);
	}
}

static void
draw_legend(struct plot *p, size_t chain)
{
	static const struct {
		const char *fill, *text;
	} keys[] = {
		{ HELD, "waits for a dependency" }, { STARTS, "starts" }, { SERVES, "ready" },
		{ FAILED, "did not come up" },
	};
	double x = MARGIN + p->names, last = 0;
	char text[96];

	for (size_t i = 0; i < p->n; i++)
		last = p->g->nodes[p->rows[i]].done > last ? p->g->nodes[p->rows[i]].done : last;
	snprintf(text, sizeof(text), "%zu processes, the last of them ready after %.3f s", p->n,
	    last);
	svg_text(p->out, MARGIN, MARGIN + 4, "start", SVG_TEXT, true, text);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		svg_rect(p->out, x, MARGIN + 14, 12, 12, 0, keys[i].fill, "none", 0);
		svg_text(p->out, x + 17, MARGIN + 24, "start", SVG_NOTE, false, keys[i].text);
		x += svg_width(keys[i].text) + 30;
	}
	if (chain > 1) {
		svg_rect(p->out, x, MARGIN + 15, 11, 11, 0, "none", SVG_BAD, 1.5);
		svg_text(p->out, x + 17, MARGIN + 24, "start", SVG_NOTE, false,
		    "critical chain: what the last one had to wait for");
	}
}

static void
draw(struct plot *p, size_t *chain)
{
	double bottom = HEAD + (double)p->n * ROW + 4;
	size_t length = mark_chain(p->g, chain);

	svg_open(p->out, MARGIN * 2 + p->names + CHART + 90, bottom + MARGIN);
	draw_legend(p, length);
	draw_axis(p, bottom);
	svg_text(p->out, x_of(p, p->end) + 8, HEAD - 10, "start", SVG_NOTE, false, "took");
	for (size_t i = 0; i < p->n; i++)
		draw_row(p, p->rows[i]);
	draw_chain(p, chain, length);
	svg_close(p->out);
}

/* Rows, and where each process has its own. */
static void
set_rows(struct plot *p)
{
	const struct graph *g = p->g;

	for (size_t i = 0; i < g->n; i++) {
		const struct gnode *node = &g->nodes[i];
		double last = node->done >= 0 ? node->done : node->spawned;

		if (node->wanted < 0)
			continue;
		p->rows[p->n++] = i;
		if (svg_width(node->name) + 16 > p->names)
			p->names = svg_width(node->name) + 16;
		if (last > p->end || node->wanted > p->end)
			p->end = last > node->wanted ? last : node->wanted;
	}
	p->end = p->end * (1 + AFTER) + 0.001;
	sorting = g;
	qsort(p->rows, p->n, sizeof(*p->rows), by_wanted);
	for (size_t i = 0; i < p->n; i++)
		p->y[p->rows[i]] = HEAD + (double)i * ROW + ROW / 2.0;
}

void
cmd_plot(struct ctl *c, struct words *w)
{
	struct buf out = { 0 };
	struct graph g;
	struct plot p = { .g = &g, .out = &out };
	size_t *chain = NULL;

	(void)w;
	if (graph_fetch(c, &g)) {
		p.rows = calloc(g.n + 1, sizeof(*p.rows));
		p.y = calloc(g.n + 1, sizeof(*p.y));
		chain = calloc(g.n + 1, sizeof(*chain));
		if (p.rows != NULL && p.y != NULL && chain != NULL) {
			set_rows(&p);
			draw(&p, chain);
			say_buf(&out);
		} else
			say_failed(c, EXIT_GENERIC, "error: out of memory");
	}
	free(chain);
	free(p.rows);
	free(p.y);
	buf_release(&out);
	graph_release(&g);
}
