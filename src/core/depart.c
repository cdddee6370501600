/*
 * Waiting for what leaves to be down.  An update leaves them alone, but it may remove
 * their whole group: so they are held by id.
 */
#include "core/depart.h"

#include <stdlib.h>

#include "base/log.h"
#include "core/proc.h"
#include "core/remember.h"
#include "core/update.h"

struct leaver {
	uint32_t id;
	char	*file;		/* to be forgotten; NULL: none */
};

static struct {
	struct leaver *v;
	size_t	 n, max;
	struct loop_job job;
} leavers;

static void
end(struct leaver *l)
{
	struct proc *p = core_by_id(l->id);
	struct pgroup *g = p != NULL ? p->group : NULL;
	struct err e;

	if (l->file != NULL && forget(l->file, &e) == -1)
		log_error("%s", e.msg);
	free(l->file);
	if (p != NULL)
		proc_free(p);
	if (g != NULL && g->ends && TAILQ_EMPTY(&g->procs))
		pgroup_remove(g);
}

static void
sweep(struct loop_job *j)
{
	struct leaver l;
	struct proc *p;

	(void)j;
	for (size_t i = 0; i < leavers.n;) {
		p = core_by_id(leavers.v[i].id);
		if (p != NULL && !proc_is_at_rest(p)) {
			i++;
			continue;
		}
		l = leavers.v[i];
		leavers.v[i] = leavers.v[--leavers.n];
		end(&l);
	}
}

int
depart(struct proc *p, char *file, struct asker by, struct err *e)
{
	bool up = !pstate_is_stopped(p->fsm.st) || proc_restart_due(p);
	struct leaver *v = leavers.v;

	if (leavers.n == leavers.max) {
		v = reallocarray(leavers.v, leavers.max + 16, sizeof(*v));
		if (v == NULL) {
			free(file);
			return err_set(e, FAULT_FAILED, "FAILED: out of memory");
		}
		leavers.v = v;
		leavers.max += 16;
	}
	v[leavers.n++] = (struct leaver){ p->id, file };
	p->leaving = p->departing = true;
	if (up)
		proc_stop(p, by, NULL);
	loop_job_add(&leavers.job, sweep);
	return 0;
}

void
depart_state_changed(struct proc *p)
{
	if (p->departing)
		loop_job_add(&leavers.job, sweep);
}

void
depart_release(void)
{
	loop_job_cancel(&leavers.job);
	for (size_t i = 0; i < leavers.n; i++)
		free(leavers.v[i].file);
	free(leavers.v);
	leavers.v = NULL;
	leavers.n = leavers.max = 0;
}
