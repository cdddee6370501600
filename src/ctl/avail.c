/*
 * GetConfig: the programs of the file that was read last, in use or not.  Written
 * straight into the reply.
 */
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "ctl/methods.h"
#include "wire/json.h"

struct avail {
	const char *group;
	const struct program *prog;
	const struct proc *proc;	/* whose program it is; NULL: only read */
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
		struct avail *a = &list[n];

		prog = g->programs[i];
		if (prog == NULL && p == NULL)
			continue;
		*a = (struct avail){ .group = g->name, .prog = prog, .i = n++,
			.group_priority = g->priority, .in_use = active != NULL };
		if (prog != NULL)
			continue;
		a->prog = p->conf;
		a->proc = p;
		p = TAILQ_NEXT(p, link);
	}
	return n;
}

/* Instances that came while the supervisor runs are in no tree. */
static size_t
list_added(const struct config *config, struct avail *list, size_t n, size_t max)
{
	const struct pgroup *g;

	TAILQ_FOREACH(g, &core.groups, link) {
		const struct group *to = conf_find_group(config, g->name);
		size_t known = to != NULL ? to->nprograms : 0;
		const struct proc *p;

		if (to == NULL || to->kind != GROUP_TEMPLATE)
			continue;
		TAILQ_FOREACH(p, &g->procs, link)
			if (known > 0)		/* list_group() has those */
				known--;
			else if (n < max) {
				list[n] = (struct avail){ .group = g->name, .prog = p->conf,
					.proc = p, .i = n, .group_priority = g->priority,
					.in_use = true };
				n++;
			}
	}
	return n;
}

/* What both need that say what there is, and that say all. */
static void
put_brief(struct buf *b, const struct avail *a)
{
	json_kstr(b, "name", a->prog->name);
	json_kstr(b, "group", a->group);
	json_kbool(b, "inuse", a->in_use);
	json_kbool(b, "autostart", a->prog->autostart);
	json_kint(b, "group_prio", a->group_priority);
	json_kint(b, "process_prio", a->prog->priority);
}

struct stream_keys {
	const char *logfile, *maxbytes, *backups, *capture, *events, *syslog;
};

#define STREAM_KEYS(name) { name "_logfile", name "_logfile_maxbytes", \
	name "_logfile_backups", name "_capture_maxbytes", name "_events_enabled", \
	name "_syslog" }

/* AUTO has a name where there is a process. */
static const char *
logfile(const struct conf_stream *s, const char *path)
{
	switch (s->kind) {
	case LOGFILE_NONE:
		return "none";
	case LOGFILE_AUTO:
		return path != NULL ? path : "auto";
	case LOGFILE_FILE:
		break;
	}
	return s->logfile;
}

static void
put_stream(struct buf *b, const struct stream_keys *k, const struct conf_stream *s,
    const char *path)
{
	json_kstr(b, k->logfile, logfile(s, path));
	json_kint(b, k->maxbytes, s->maxbytes);
	json_kint(b, k->backups, s->backups);
	json_kint(b, k->capture, s->capture_maxbytes);
	json_kbool(b, k->events, s->events_enabled);
	json_kbool(b, k->syslog, s->syslog);
}

static const char *
or_none(const char *text)
{
	return text != NULL ? text : "none";
}

static void
put_rules(struct buf *b, const struct program *p)
{
	static const char *const restarts[] = {
		[RESTART_NEVER] = "false", [RESTART_UNEXPECTED] = "unexpected",
		[RESTART_ALWAYS] = "true",
	};

	json_kstr(b, "autorestart", restarts[p->autorestart]);
	json_kstr(b, "command", p->command);
	json_kstr(b, "directory", or_none(p->directory));
	if (p->user.set)
		json_kint(b, "uid", p->user.uid);
	json_kstr(b, "serverurl", or_none(p->serverurl));
	json_key(b, "exitcodes");
	json_open(b, '[');
	for (size_t i = 0; i < p->exitcodes.n; i++)
		json_int(b, p->exitcodes.v[i]);
	json_close(b, ']');
	json_kint(b, "startsecs", p->startsecs);
	json_kint(b, "startretries", p->startretries);
	json_kint(b, "stopsignal", p->stopsignal);
	json_kint(b, "stopwaitsecs", p->stopwaitsecs);
	json_kbool(b, "stopasgroup", p->stopasgroup);
	json_kbool(b, "killasgroup", p->killasgroup);
	json_kbool(b, "redirect_stderr", p->redirect_stderr);
}

static void
put_avail(struct buf *b, const struct avail *a, bool full)
{
	static const struct stream_keys out = STREAM_KEYS("stdout"),
	    err = STREAM_KEYS("stderr");
	const struct proc *p = a->proc;

	json_open(b, '{');
	put_brief(b, a);
	if (full) {
		put_rules(b, a->prog);
		put_stream(b, &out, &a->prog->out, p != NULL ? p->streams[0].path : NULL);
		put_stream(b, &err, &a->prog->err, p != NULL ? p->streams[1].path : NULL);
	}
	json_close(b, '}');
}

int
do_get_config(struct client *c, const struct vcall *call, struct err *e)
{
	const struct config *config = core.reread != NULL ? core.reread : core.config;
	size_t max = count_programs(config) + core.nprocs, n = 0;
	struct avail *list;
	bool full = false;

	if (vcall_bool(call, "full", &full, e) == -1)
		return -1;
	list = malloc((max + 1) * sizeof(list[0]));
	if (list == NULL)
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	for (size_t i = 0; i < config->ngroups; i++)
		n = list_group(config->groups[i], list, n, max);
	n = list_added(config, list, n, max);
	qsort(list, n, sizeof(list[0]), by_process);
	vreply_begin(&c->out);
	json_key(&c->out, "configs");
	json_open(&c->out, '[');
	for (size_t i = 0; i < n; i++)
		put_avail(&c->out, &list[i], full);
	json_close(&c->out, ']');
	vreply_end(&c->out, false);
	free(list);
	return 0;
}
