/*
 * Roles at work: which processes a role means, which of them are wanted, and in which
 * order they start and stop.
 *
 * A process in a role has a struct proc_roles.  It runs while a role that is on has it;
 * what has to be done about that is noted in `todo` and done step by step: a start waits for
 * the items before it in its role and for the roles of a lower order, a stop for those
 * behind.  A process in no role has none, and autostart counts.
 */
#ifndef CORE_ROLES_H
#define CORE_ROLES_H

#include "core/core.h"
#include "role/role.h"

#define TODO_STOP	1
#define TODO_START	2	/* after the stop, if both */

struct proc_roles {
	TAILQ_ENTRY(proc_roles) link;	/* all of them */
	struct proc *p;		/* borrowed: it owns us */
	bool	 wanted;	/* a role that is on has it */
	bool	 was_wanted;	/* when everything was settled last */
	uint8_t	 todo;		/* TODO_ */
	struct asker by;	/* who wants that */
	size_t	 n;
	struct role_place in[];
};

TAILQ_HEAD(proc_roles_list, proc_roles);

/* One for each core; others read it. */
extern struct role_set core_roles;
extern struct proc_roles_list core_in_roles;

/* Take the roles of core.config and their goals; before the groups are made. */
int	roles_init(struct err *e);
void	roles_release(void);

/* p was made, or has other rules. */
void	roles_attach(struct proc *p);
void	roles_detach(struct proc *p);

/* Does p start with its role?  What the clock starts only may run then. */
static inline bool
roles_starts(const struct proc *p)
{
	return p->timetable == NULL || p->conf->autostart;
}

/* Shall p run when it is new, or at the start of the supervisor? */
bool	roles_autostart(const struct proc *p);
/* Start p, which was never started, when it is its turn. */
void	roles_start_first(struct proc *p);
/* After a crash: what was noted is lost, and some that were to be started again are down. */
void	roles_recover(void);
/* Is a start of p noted that has not begun? */
bool	roles_start_due(const struct proc *p);

/* An update begins: the roles of its config count from now on. */
void	roles_take(struct config *c);
/* It has ended: start and stop what the new roles want. */
void	roles_settle(void);

/* For plan.c: starts and stops that the roles of c, which loses them, would bring. */
int	roles_plan(struct plan *out, struct config *c);

/* p has changed its state, is ready, or is held. */
void	roles_look(struct proc *p);

/* For a shutdown: find out what is up, then ask of each whether others stop before it. */
void	roles_before_stop(void);
bool	roles_in_use(const struct proc *p);

/* "waits for its turn in role echo, behind echo_node", or nothing. */
void	roles_why(const struct proc *p, struct buf *out);

/* ---- roles_call.c: what people ask for ---- */

enum role_action { ROLES_ADD, ROLES_REMOVE, ROLES_START, ROLES_STOP, ROLES_RESTART };

struct roles_call {
	enum role_action action;
	const char *const *names; /* of roles and groups; n 0: all that are on this machine */
	size_t	 n;
	bool	 goal_only;
	struct asker by;
};

/*
 * A process has come where the call wants it, or (code not FAULT_SUCCESS) will not.  At
 * the end, p is NULL.
 */
typedef void (*roles_fn)(void *arg, const struct proc *p, bool start, const struct err *e);

/*
 * Change goals, remember them, start and stop.  done is called for each process of which
 * something had to be done, never before this has returned, and once at the end.
 * Refused as a whole: -1 and e, and nothing is changed.  note: what will not be
 * remembered; "" for nothing.
 */
int	core_roles_call(const struct roles_call *call, roles_fn done, void *arg,
	    struct buf *note, struct err *e);
/* The caller has gone: it goes on without telling. */
void	core_roles_forget(void *arg);

/* For roles.c: p has changed; nothing more is to be done about it. */
void	roles_call_look(const struct proc *p);
void	roles_call_gone(const struct proc *p);
void	roles_call_release(void);
/* Kept over a crash of the core. */
void	roles_save(void);
/* roles_order.c: make room for so many roles; -1: no memory. */
int	roles_order_room(size_t n);
/* What stands in roles has changed: it may be somebody's turn. */
void	roles_look_again(void);
/* Nothing is to be done any more. */
void	roles_order_release(void);

/* Has p come to an end of a start (ready or failed) or a stop? */
bool	roles_is_settled(const struct proc *p);
/* Nothing is to be done about p any more. */
void	roles_drop_todo(struct proc *p);
/* Note that this is to be done about p, and do it when it is its turn. */
void	roles_todo(struct proc *p, uint8_t todo, struct asker by);

/* "STOPPED", "STARTING", "RUNNING", "ROGUE" or "FATAL" */
const char *roles_process_state(const struct proc *p);
/* The same of all its processes together, without ROGUE. */
const char *roles_role_state(const struct role *r);

#endif
