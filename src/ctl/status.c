/*
 * What processes and the supervisor are: Status, GetState.  Written straight into the
 * reply.
 */
#include "ctl/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/state.h"
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

/* How it serves, of those that can tell. */
static void
put_service(struct buf *b, const struct proc *p)
{
	if (p->conf->ready.kind != READY_RUNNING) {
		PUT(b, ",\"ready\":");
		json_bool(b, proc_is_ready(p));
	}
	if (p->health != NULL) {
		PUT(b, ",\"health\":");
		json_str(b, health_name(proc_health(p)));
	}
	if (proc_status_text(p)[0] != '\0') {
		PUT(b, ",\"status_text\":");
		json_str(b, proc_status_text(p));
	}
}

/* In the order of getProcessInfo, so that who makes that of it need not search. */
void
status_put(struct buf *b, const struct proc *p, int64_t now_ms)
{
	const char *out = p->streams[0].path, *err = p->streams[1].path;

	json_open(b, '{');
	PUT(b, "\"name\":");
	json_str(b, p->conf->name);
	PUT(b, ",\"group\":");
	json_str(b, p->group->name);
	PUT(b, ",\"start\":");
	json_int(b, seconds(p->start_wall_ms));
	PUT(b, ",\"stop\":");
	json_int(b, seconds(p->stop_wall_ms));
	PUT(b, ",\"now\":");
	json_int(b, seconds(now_ms));
	PUT(b, ",\"state\":");
	json_int(b, pstate_code(p->fsm.st));
	PUT(b, ",\"statename\":");
	json_str(b, pstate_name(p->fsm.st));
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
	PUT(b, ",\"pid\":");
	json_int(b, p->pid);
	put_description(b, p);
	PUT(b, ",\"guest\":");
	json_bool(b, p->group == core.guests);
	put_service(b, p);
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

/* In the order in which they are started. */
static void
put_by_priority(struct buf *b, const struct picks *picks)
{
	int64_t now_ms = sys->wall_ms();

	for (size_t i = 0; i < picks->n; i++)
		if (picks->v[i].id != 0 && core_by_id(picks->v[i].id) != NULL)
			status_put(b, core_by_id(picks->v[i].id), now_ms);
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

static int
put_processes(struct buf *b, const struct picks *picks, bool by_priority, struct err *e)
{
	const struct proc **list;

	if (by_priority) {
		put_by_priority(b, picks);
		return 0;
	}
	list = malloc((picks->n + 1) * sizeof(list[0]));
	if (list == NULL)
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	put_picks(b, picks, list);
	free(list);
	return 0;
}

static int
put_status(struct buf *b, const struct picks *picks, bool all, bool by_priority,
    struct err *e)
{
	vreply_begin(b);
	json_key(b, "processes");
	json_open(b, '[');
	if (put_processes(b, picks, by_priority, e) == -1)
		return -1;
	if (all && (picks->n == 0 || picks->v[0].name == NULL))
		put_guests(b);
	json_close(b, ']');
	json_key(b, "unknown");
	json_open(b, '[');
	put_unknown(b, picks);
	json_close(b, ']');
	vreply_end(b, false);
	return 0;
}

int
do_status(struct client *c, const struct vcall *call, struct err *e)
{
	bool all = false, by_priority = false;
	struct picks picks;
	int rc;

	if (vcall_bool(call, "by_priority", &by_priority, e) == -1 ||
	    select_picks(call, SELECT_DEFAULT_ALL, &picks, e) == -1)
		return -1;
	vcall_bool(call, "all", &all, NULL);
	rc = put_status(&c->out, &picks, all, by_priority, e);
	picks_release(&picks);
	return rc;
}

/* ---- GetState ---- */

const char *
status_supervisor(enum supervisor_state st)
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
	char *state = state_dir(&core.config->supd);

	(void)call;
	(void)e;
	vreply_begin(&c->out);
	json_kint(&c->out, "pid", sys->getpid());
	json_kint(&c->out, "statecode", core.state);
	json_kstr(&c->out, "statename", status_supervisor(core.state));
	json_kstr(&c->out, "identifier", core.config->supervisord.identifier);
	json_kstr(&c->out, "version", SUPD_VERSION);
	json_kstr(&c->out, "api", API_VERSION);
	json_kstr(&c->out, "config", core.config->path);
	json_kstr(&c->out, "run", core.run_id);
	json_kstr(&c->out, "tier", tier);
	json_kstr(&c->out, "tier_reason", why);
	json_kstr(&c->out, "statedir", state);
	json_kbool(&c->out, "remembers", state_can_write(&core.config->supd));
	vreply_end(&c->out, false);
	free(state);
	return 0;
}
