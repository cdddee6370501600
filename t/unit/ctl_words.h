/*
 * What sentences need of other rooms, for tests of ctl that leave the core out.
 */
#ifndef T_UNIT_CTL_WORDS_H
#define T_UNIT_CTL_WORDS_H

#include <signal.h>
#include <string.h>

#include "base/buf.h"
#include "core/core.h"
#include "core/edge.h"
#include "core/hooks.h"
#include "core/fence.h"
#include "core/ready.h"
#include "core/stopping.h"
#include "core/roles.h"
#include "core/values.h"

const char *
conf_signal_name(int sig)
{
	return sig == SIGTERM ? "SIGTERM" : sig == SIGKILL ? "SIGKILL" : NULL;
}

bool
proc_is_ready(const struct proc *p)
{
	return p->fsm.st == P_RUNNING;
}

const char *
proc_status_text(const struct proc *p)
{
	(void)p;
	return "";
}

enum health
proc_health(const struct proc *p)
{
	return p->health != NULL ? HEALTH_GOOD : HEALTH_NONE;
}

const char *
health_name(enum health st)
{
	return st == HEALTH_GOOD ? "healthy" : "";
}

const char *
fence_regex(const struct proc *p, uint32_t *fence)
{
	*fence = 0;
	return p->conf->ready.kind == READY_LOG ? p->conf->ready.path : NULL;
}

void
fence_passed(struct proc *p, const struct stream *s, uint32_t fence)
{
	(void)p;
	(void)s;
	(void)fence;
}

void
fence_line_seen(struct proc *p, uint32_t fence)
{
	(void)p;
	(void)fence;
}

void
ready_explain(const struct proc *p, struct buf *out)
{
	(void)p;
	(void)out;
}

enum hook
hooks_now(const struct proc *p)
{
	(void)p;
	return HOOK_NONE;
}

void
hooks_text(const struct proc *p, struct buf *out)
{
	(void)p;
	(void)out;
}

int
stopping_signal(const struct proc *p)
{
	return p->conf->stopsignal;
}

int
stopping_next_signal(const struct proc *p)
{
	(void)p;
	return 0;
}

bool
stopping_is_milder(const struct proc *p)
{
	(void)p;
	return false;
}

void
order_text(const struct proc *p, struct buf *out)
{
	(void)p;
	buf_adds(out, "db to be ready (it is STARTING)");
}

bool
edge_holds(const struct proc *p, enum dep_cond cond)
{
	(void)cond;
	return p->fsm.st == P_RUNNING;
}

struct group *
conf_find_group(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->ngroups; i++)
		if (strcmp(c->groups[i]->name, name) == 0)
			return c->groups[i];
	return NULL;
}

const struct conf_guest *
conf_find_guest(const struct config *c, enum guest_section kind, const char *name)
{
	(void)c;
	(void)kind;
	(void)name;
	return NULL;
}

/* ---- roles: there are none ---- */

struct role_set core_roles;
struct proc_roles_list core_in_roles = TAILQ_HEAD_INITIALIZER(core_in_roles);

void
roles_why(const struct proc *p, struct buf *out)
{
	(void)p;
	(void)out;
}

bool
roles_start_due(const struct proc *p)
{
	return p->roles != NULL;
}

const char *
roles_process_state(const struct proc *p)
{
	return pstate_name(p->fsm.st);
}

const char *
roles_role_state(const struct role *r)
{
	(void)r;
	return "STOPPED";
}

bool
role_is_here(const struct role *r)
{
	(void)r;
	return false;
}

int
role_choose(const struct role_set *s, const char *const *names, size_t n, bool *chosen,
    struct err *e)
{
	(void)s;
	(void)chosen;
	return n > 0 ? err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", names[0]) : 0;
}

int
core_roles_call(const struct roles_call *call, roles_fn done, void *arg, struct buf *note,
    struct err *e)
{
	(void)done;
	(void)arg;
	(void)note;
	return err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", call->n > 0 ? call->names[0] : "");
}

void
core_roles_forget(void *arg)
{
	(void)arg;
}

/* ---- guests of sections, values of the store: there are none ---- */

static const struct helper_ops no_helper;
const struct helper_ops *helper_ops = &no_helper;

struct helper *
core_find_helper(enum guest_section kind, const char *name)
{
	(void)kind;
	(void)name;
	return NULL;
}

struct helper *
core_want_helper(enum guest_section kind, const char *name)
{
	(void)kind;
	(void)name;
	return NULL;
}

static const struct values_ops no_values;
const struct values_ops *values_ops = &no_values;

const char *
values_last(const char *path)
{
	(void)path;
	return NULL;
}

void
values_each(const char *after, bool (*fn)(void *arg, const char *path), void *arg)
{
	(void)after;
	(void)fn;
	(void)arg;
}

void
values_tell(const char *path, const char *text, bool lost)
{
	(void)path;
	(void)text;
	(void)lost;
}

void
values_told(void)
{
}

void
values_set_trouble(const char *text)
{
	(void)text;
}

struct proc *
edge_next(const struct edge *e, struct proc *p)
{
	(void)e;
	(void)p;
	return NULL;
}

#endif
