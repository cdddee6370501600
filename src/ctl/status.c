/*
 * What processes and the supervisor are: Status, GetState, GetConfig.  Written
 * straight into the reply.
 */
#include "ctl/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "ctl/methods.h"
#include "ctl/select.h"
#include "wire/json.h"

#define API_VERSION "3.0"	/* of supervisord's XML-RPC: clients refuse any other */

/* XML-RPC integers have 32 bits, and supervisord caps its times so. */
static int64_t
seconds(int64_t wall_ms)
{
	int64_t s = wall_ms / 1000;

	return s > INT32_MAX ? INT32_MAX : s;
}

/* Keys are constant: with their comma and colon they are one copy. */
#define PUT(b, text) buf_add(b, text, sizeof(text) - 1)

static void
put_description(struct buf *b, const struct proc *p)
{
	static struct buf text;

	buf_clear(&text);
	proc_describe(p, &text);
	PUT(b, ",\"description\":");
	json_bytes(b, buf_text(&text), text.len);
	b->failed |= text.failed;
}

void
status_put(struct buf *b, const struct proc *p, int64_t now_ms)
{
	const char *out = p->streams[0].path, *err = p->streams[1].path;

	json_open(b, '{');
	PUT(b, "\"name\":");
	json_str(b, p->conf->name);
	PUT(b, ",\"group\":");
	json_str(b, p->group->name);
	PUT(b, ",\"state\":");
	json_int(b, pstate_code(p->fsm.st));
	PUT(b, ",\"statename\":");
	json_str(b, pstate_name(p->fsm.st));
	put_description(b, p);
	PUT(b, ",\"pid\":");
	json_int(b, p->pid);
	PUT(b, ",\"start\":");
	json_int(b, seconds(p->start_wall_ms));
	PUT(b, ",\"stop\":");
	json_int(b, seconds(p->stop_wall_ms));
	PUT(b, ",\"now\":");
	json_int(b, seconds(now_ms));
	PUT(b, ",\"spawnerr\":");
	json_str(b, p->spawnerr);
	PUT(b, ",\"exitstatus\":");
	json_int(b, proc_exitstatus(p));
	PUT(b, ",\"logfile\":");
	json_str(b, out);
	PUT(b, ",\"stdout_logfile\":");
	json_str(b, out);
	PUT(b, ",\"stderr_logfile\":");
	json_str(b, err);
	PUT(b, ",\"guest\":");
	json_bool(b, p->group == core.guests);
	json_close(b, '}');
}

/* ---- Status ---- */

static int
by_name(const void *a, const void *b)
{
	const struct proc *const *p = a, *const *q = b;
	int order = (*p)->group == (*q)->group ? 0 :
	    strcmp((*p)->group->name, (*q)->group->name);

	return order != 0 ? order : strcmp((*p)->conf->name, (*q)->conf->name);
}

static void
put_sorted(struct buf *b, const struct proc **list, size_t n, int64_t now_ms)
{
	qsort(list, n, sizeof(list[0]), by_name);
	for (size_t i = 0; i < n; i++)
		status_put(b, list[i], now_ms);
}

/* Sorted inside each run that one name stands for; all is one run. */
static void
put_picks(struct buf *b, const struct picks *picks, const struct proc **list)
{
	int64_t now_ms = sys->wall_ms();
	size_t n = 0;

	for (size_t i = 0; i < picks->n; i++) {
		const struct pick *pick = &picks->v[i];

		if (n > 0 && pick->name != picks->v[i - 1].name) {
			put_sorted(b, list, n, now_ms);
			n = 0;
		}
		if (pick->id != 0 && (list[n] = core_by_id(pick->id)) != NULL)
			n++;
	}
	put_sorted(b, list, n, now_ms);
}

static void
put_unknown(struct buf *b, const struct picks *picks)
{
	char group[256], process[256], text[300];

	for (size_t i = 0; i < picks->n; i++) {
		if (picks->v[i].id != 0)
			continue;
		split_name(picks->v[i].name, group, process, sizeof(group));
		snprintf(text, sizeof(text), "BAD_NAME: %s", picks->v[i].name);
		json_open(b, '{');
		json_kstr(b, "name", process);
		json_kstr(b, "group", group);
		json_kint(b, "status", FAULT_BAD_NAME);
		json_kstr(b, "description", text);
		json_close(b, '}');
	}
}

static void
put_guests(struct buf *b)
{
	int64_t now_ms = sys->wall_ms();
	struct proc *p;

	if (core.guests == NULL)
		return;
	TAILQ_FOREACH(p, &core.guests->procs, link)
		status_put(b, p, now_ms);
}

int
do_status(struct client *c, const struct vcall *call, struct err *e)
{
	const struct proc **list;
	struct picks picks;
	bool all = false, names;

	if (select_picks(call, SELECT_DEFAULT_ALL, &picks, e) == -1)
		return -1;
	list = malloc((picks.n + 1) * sizeof(list[0]));
	if (list == NULL) {
		picks_release(&picks);
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	}
	vcall_bool(call, "all", &all, NULL);
	names = picks.n > 0 && picks.v[0].name != NULL;
	vreply_begin(&c->out);
	json_key(&c->out, "processes");
	json_open(&c->out, '[');
	put_picks(&c->out, &picks, list);
	if (all && !names)
		put_guests(&c->out);
	json_close(&c->out, ']');
	json_key(&c->out, "unknown");
	json_open(&c->out, '[');
	put_unknown(&c->out, &picks);
	json_close(&c->out, ']');
	vreply_end(&c->out, false);
	free(list);
	picks_release(&picks);
	return 0;
}

/* ---- GetState ---- */

static const char *
state_name(enum supervisor_state st)
{
	switch (st) {
	case SUP_SHUTDOWN:
		return "SHUTDOWN";
	case SUP_RESTARTING:
		return "RESTARTING";
	case SUP_RUNNING:
		break;
	}
	return "RUNNING";
}

int
do_get_state(struct client *c, const struct vcall *call, struct err *e)
{
	const char *why = "", *tier = core_tier(&why);

	(void)call;
	(void)e;
	vreply_begin(&c->out);
	json_kint(&c->out, "pid", sys->getpid());
	json_kint(&c->out, "statecode", core.state);
	json_kstr(&c->out, "statename", state_name(core.state));
	json_kstr(&c->out, "identifier", core.config->supervisord.identifier);
	json_kstr(&c->out, "version", SUPD_VERSION);
	json_kstr(&c->out, "api", API_VERSION);
	json_kstr(&c->out, "config", core.config->path);
	json_kstr(&c->out, "run", core.run_id);
	json_kstr(&c->out, "tier", tier);
	json_kstr(&c->out, "tier_reason", why);
	vreply_end(&c->out, false);
	return 0;
}

/* ---- GetConfig ---- */

struct avail {
	const char *group;
	const struct program *prog;
	int64_t group_priority;
	bool	 in_use;
	size_t	 i;		/* config order, for equal names */
};

static int
by_process(const void *a, const void *b)
{
	const struct avail *p = a, *q = b;
	int order = strcmp(p->prog->name, q->prog->name);

	return order != 0 ? order : p->i < q->i ? -1 : 1;
}

static size_t
count_programs(const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->ngroups; i++)
		n += config->groups[i]->nprograms;
	return n;
}

/* Programs that the core has taken over are with their process. */
static size_t
list_group(const struct group *g, struct avail *list, size_t n, size_t max)
{
	struct pgroup *active = core_find_group(g->name);
	const struct program *prog;
	struct proc *p = active != NULL ? TAILQ_FIRST(&active->procs) : NULL;

	for (size_t i = 0; i < g->nprograms && n < max; i++) {
		prog = g->programs[i];
		if (prog == NULL) {
			if (p == NULL)
				continue;
			prog = p->conf;
			p = TAILQ_NEXT(p, link);
		}
		list[n] = (struct avail){ .group = g->name, .prog = prog, .i = n,
			.group_priority = g->priority, .in_use = active != NULL };
		n++;
	}
	return n;
}

static void
put_avail(struct buf *b, const struct avail *a)
{
	json_open(b, '{');
	json_kstr(b, "name", a->prog->name);
	json_kstr(b, "group", a->group);
	json_kbool(b, "inuse", a->in_use);
	json_kbool(b, "autostart", a->prog->autostart);
	json_kint(b, "group_prio", a->group_priority);
	json_kint(b, "process_prio", a->prog->priority);
	json_close(b, '}');
}

int
do_get_config(struct client *c, const struct vcall *call, struct err *e)
{
	const struct config *config = core.reread != NULL ? core.reread : core.config;
	size_t max = count_programs(config), n = 0;
	struct avail *list = malloc((max + 1) * sizeof(list[0]));

	(void)call;
	if (list == NULL)
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	for (size_t i = 0; i < config->ngroups; i++)
		n = list_group(config->groups[i], list, n, max);
	qsort(list, n, sizeof(list[0]), by_process);
	vreply_begin(&c->out);
	json_key(&c->out, "configs");
	json_open(&c->out, '[');
	for (size_t i = 0; i < n; i++)
		put_avail(&c->out, &list[i]);
	json_close(&c->out, ']');
	vreply_end(&c->out, false);
	free(list);
	return 0;
}
