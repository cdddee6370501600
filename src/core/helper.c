/*
 * Guests of sections.  A helper that has to go leaves core.helpers at once, so that nobody
 * finds it, and is freed when its process has ended.
 */
#include "core/helper.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "core/guest.h"
#include "core/plan.h"
#include "core/proc.h"
#include "core/roles.h"

static struct helper_list leaving = TAILQ_HEAD_INITIALIZER(leaving);

/* ---- the links, while nobody provides them ---- */

static void
no_up(struct helper *h, int fd)
{
	(void)h;
	(void)fd;
}

static void
no_down(struct helper *h)
{
	(void)h;
}

static void
no_finish(struct helper *h, int64_t ms)
{
	(void)h;
	(void)ms;
}

static bool
no_change(const struct helper *h)
{
	(void)h;
	return true;
}

static const struct helper_ops no_link = {
	.up = no_up, .down = no_down, .finish = no_finish, .is_current = no_change,
	.gone = no_down,
};

const struct helper_ops *helper_ops = &no_link;

/* ---- finding ---- */

struct helper *
core_find_helper(enum guest_section kind, const char *name)
{
	struct helper *h;

	TAILQ_FOREACH(h, &core.helpers, link)
		if (h->kind == kind && strcmp(h->name, name) == 0)
			return h;
	return NULL;
}

struct guest *
helper_guest(const struct proc *p)
{
	struct helper *h;

	TAILQ_FOREACH(h, &core.helpers, link)
		if (h->guest.proc == p)
			return &h->guest;
	TAILQ_FOREACH(h, &leaving, link)
		if (h->guest.proc == p)
			return &h->guest;
	return NULL;
}

/* ---- making ---- */

static void
helper_free(struct helper *h)
{
	loop_timer_stop(&h->late);
	loop_job_cancel(&h->burial);
	guest_hang_up(&h->guest);
	helper_ops->gone(h);
	if (h->guest.proc != NULL)
		proc_free(h->guest.proc);
	free(h->name);
	free(h);
}

/* "gateway:echo" for the supervisor, "supd: gateway echo" for ps. */
static struct proc *
make_proc(const struct helper *h, struct err *e)
{
	static const char *const kinds[SECTION_KINDS] = {
		[SECTION_STORE] = "store", [SECTION_NODE] = "node",
		[SECTION_GATEWAY] = "gateway", [SECTION_PLAN] = "plan",
	};
	const char *kind = kinds[h->kind];
	struct buf name = { 0 }, command = { 0 };
	struct proc *p = NULL;

	buf_addf(&name, "%s%s%s", kind, *h->name != '\0' ? ":" : "", h->name);
	buf_addf(&command, "supd: %s%s%s", kind, *h->name != '\0' ? " " : "", h->name);
	if (name.failed || command.failed)
		err_set(e, FAULT_FAILED, "out of memory");
	else
		p = guest_proc(name.data, command.data, e);
	buf_release(&name);
	buf_release(&command);
	return p;
}

static struct helper *
helper_new(enum guest_section kind, const char *name, struct err *e)
{
	struct helper *h = calloc(1, sizeof(*h));

	if (h == NULL || (h->name = strdup(name)) == NULL) {
		free(h);
		err_set(e, FAULT_FAILED, "out of memory");
		return NULL;
	}
	h->kind = kind;
	h->guest = (struct guest){ .fd = -1, .its_fd = -1, .helper = h };
	h->guest.proc = make_proc(h, e);
	if (h->guest.proc == NULL) {
		helper_free(h);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&core.helpers, h, link);
	return h;
}

struct helper *
core_want_helper(enum guest_section kind, const char *name)
{
	struct helper *h = core_find_helper(kind, name);
	struct err e;

	if (h == NULL && core.state == SUP_RUNNING)
		h = helper_new(kind, name, &e);
	if (h != NULL && h->guest.proc->roles == NULL)
		guest_want(h->guest.proc);
	else if (h != NULL && !h->guest.proc->started)
		roles_start_first(h->guest.proc);
	return h;
}

/* ---- following the configuration ---- */

/* Two of one name would work on the same files. */
static bool
is_leaving(enum guest_section kind, const char *name)
{
	const struct helper *h;

	TAILQ_FOREACH(h, &leaving, link)
		if (h->kind == kind && strcmp(h->name, name) == 0)
			return true;
	return false;
}

static void
on_burial(struct loop_job *j)
{
	struct helper *h = LOOP_OWNER(j, struct helper, burial);

	TAILQ_REMOVE(&leaving, h, link);
	helper_free(h);
	helper_settle();	/* its section may have come back */
}

static void
on_late(struct loop_timer *t)
{
	struct helper *h = LOOP_OWNER(t, struct helper, late);

	if (h->guest.proc->pid > 0) {
		log_warn("killing the guest %s, which does not end",
		    h->guest.proc->conf->name);
		sys->kill(h->guest.proc->pid, SIGKILL);
	}
}

static void
dismiss(struct helper *h, bool for_good)
{
	if (for_good) {
		TAILQ_REMOVE(&core.helpers, h, link);
		TAILQ_INSERT_TAIL(&leaving, h, link);
	}
	loop_timer_start(&h->late, GUEST_FINISH_MS + GUEST_LATE_MS, on_late);
	guest_dismiss(&h->guest, for_good);
	if (h->guest.proc->pid == 0)
		helper_ended(h);
}

void
helper_ended(struct helper *h)
{
	int64_t start_ms = h->guest.proc->start_ms;

	if (h->counted_ms != start_ms)
		h->short_lives = loop_now() - start_ms < GUEST_SHORT_MS ?
		    h->short_lives + 1 : 0;
	h->counted_ms = start_ms;
	loop_timer_stop(&h->late);
	if (h->guest.proc->leaving && core.state == SUP_RUNNING)
		loop_job_add(&h->burial, on_burial);
}

/* The store is there for whoever has called it, also when its section has gone. */
static bool
is_wanted(const struct helper *h, const struct config *c)
{
	const struct conf_guest *g = conf_find_guest(c, h->kind, h->name);

	return h->kind == SECTION_STORE || (g != NULL && g->keys->command == NULL);
}

void
helper_settle(void)
{
	struct helper *h, *next;

	TAILQ_FOREACH_SAFE(h, &core.helpers, link, next) {
		if (!is_wanted(h, core.config))
			dismiss(h, true);
		else if (h->guest.fd != -1 && !helper_ops->is_current(h))
			dismiss(h, false);
	}
	for (size_t i = 0; i < core.config->nguests; i++) {
		const struct conf_guest *g = &core.config->guests[i];

		if (g->kind != SECTION_PLAN && g->keys->command == NULL &&
		    !is_leaving(g->kind, g->name) && core.state == SUP_RUNNING &&
		    core_want_helper(g->kind, g->name) == NULL)
			log_error("[%s] has no guest: out of memory", g->section);
	}
}

/* "restart" with its reason, or nothing. */
static int
plan_change(struct plan *out, const struct helper *h, const struct config *to)
{
	const struct conf_guest *a = conf_find_guest(core.config, h->kind, h->name);
	const struct conf_guest *b = conf_find_guest(to, h->kind, h->name);
	struct conf_change why;
	int rc = 0;

	if (a == NULL || b == NULL || !conf_guest_diff(core.config, a, to, b, &why))
		return 0;
	rc = plan_add(out, core.guests->name, h->guest.proc->conf->name, "restart", &why);
	conf_change_release(&why);
	return rc;
}

int
helper_plan(struct plan *out, const struct config *to)
{
	const struct helper *h;
	int rc = 0;

	TAILQ_FOREACH(h, &core.helpers, link)
		if (rc == 0)
			rc = is_wanted(h, to) ? plan_change(out, h, to) : plan_add(out,
			    core.guests->name, h->guest.proc->conf->name, "remove", NULL);
	for (size_t i = 0; i < to->nguests && rc == 0; i++) {
		const struct conf_guest *g = &to->guests[i];

		if (g->kind == SECTION_PLAN || g->keys->command != NULL ||
		    core_find_helper(g->kind, g->name) != NULL)
			continue;
		rc = plan_add(out, core.guests->name, g->section, "add", NULL);
	}
	return rc;
}

void
helper_release(void)
{
	struct helper *h;

	while ((h = TAILQ_FIRST(&leaving)) != NULL) {
		TAILQ_REMOVE(&leaving, h, link);
		helper_free(h);
	}
	while ((h = TAILQ_FIRST(&core.helpers)) != NULL) {
		TAILQ_REMOVE(&core.helpers, h, link);
		helper_free(h);
	}
}
