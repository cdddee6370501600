/*
 * Start, Stop, Signal, Refresh and Wait: supervisord's order of checks, for each process
 * by itself.  What was reached through a group or "all" is left out where
 * the call makes no sense for it; what was named gets its fault.
 */
#include <stdio.h>
#include <string.h>

#include "core/core.h"
#include "ctl/methods.h"
#include "ctl/select.h"
#include "ctl/wait.h"
#include "wire/json.h"

/* One operation on one process that is there. */
struct operation {
	enum wait_for what;
	bool	(*applies)(const struct proc *p);	/* by group or all */
	int	(*act)(struct proc *p, const struct operation *op, struct err *e);
	bool	 wait;
	struct asker by;
	const char *signal;
	enum pstate state;
};

static void
operate_on(struct request *r, const struct operation *op, const struct pick *pick)
{
	struct proc *p = core_by_id(pick->id);
	struct err e = { 0 };

	if (p == NULL) {
		err_set(&e, FAULT_BAD_NAME, "BAD_NAME: %s", pick->name ? pick->name : "?");
		if (pick->name != NULL)
			request_result_name(r, pick->name, &e);
		return;
	}
	if (pick->by_group && op->applies != NULL && !op->applies(p))
		return;
	if (op->act != NULL && op->act(p, op, &e) == -1)
		request_result(r, p, &e);
	else if (op->wait)
		request_wait(r, p);
	else
		request_result(r, p, NULL);
}

static int
operate(struct client *c, const struct vcall *call, const struct operation *op,
    int64_t timeout_ms, struct err *e)
{
	struct request *r;
	struct picks picks;

	if (select_picks(call, SELECT_SOME, &picks, e) == -1)
		return -1;
	r = request_new(c, op->what, picks.n, call->more, e);
	if (r == NULL) {
		picks_release(&picks);
		return -1;
	}
	request_until(r, op->state, timeout_ms);
	for (size_t i = 0; i < picks.n; i++)
		operate_on(r, op, &picks.v[i]);
	picks_release(&picks);
	request_ready(r);
	return 0;
}

/* Nobody would get the results of a one-way call. */
static int
get_wait(const struct vcall *call, bool *wait, struct err *e)
{
	*wait = true;
	if (vcall_bool(call, "wait", wait, e) == -1)
		return -1;
	*wait = *wait && !call->oneway;
	return 0;
}

/* ---- Start ---- */

static bool
is_down(const struct proc *p)
{
	return !pstate_is_running(p->fsm.st);
}

/* A failure at once is a failure, also for who does not wait. */
static int
act_start(struct proc *p, const struct operation *op, struct err *e)
{
	if (proc_start(p, op->by, e) == -1)
		return -1;
	if (p->fsm.st == P_BACKOFF || p->fsm.st == P_FATAL)
		return proc_start_failed(p, e);
	return 0;
}

int
do_start(struct client *c, const struct vcall *call, struct err *e)
{
	struct operation op = {
		.what = WAIT_UP, .applies = is_down, .act = act_start,
		.by = method_asker(c),
	};

	if (get_wait(call, &op.wait, e) == -1)
		return -1;
	return operate(c, call, &op, -1, e);
}

/* ---- Stop ---- */

/* Or would be in a moment: what crashes all the time must not slip through. */
static bool
is_up(const struct proc *p)
{
	return pstate_is_running(p->fsm.st) || proc_restart_due(p);
}

static int
act_stop(struct proc *p, const struct operation *op, struct err *e)
{
	return proc_stop(p, op->by, e);
}

int
do_stop(struct client *c, const struct vcall *call, struct err *e)
{
	struct operation op = {
		.what = WAIT_DOWN, .applies = is_up, .act = act_stop,
		.by = method_asker(c),
	};

	if (get_wait(call, &op.wait, e) == -1)
		return -1;
	return operate(c, call, &op, -1, e);
}

/* ---- Signal ---- */

static bool
takes_signal(const struct proc *p)
{
	return pstate_is_signallable(p->fsm.st);
}

/* The signal is looked at before the state, as supervisord does. */
static int
act_signal(struct proc *p, const struct operation *op, struct err *e)
{
	int sig = conf_signal(op->signal, NULL);

	if (sig == -1)
		return err_set(e, FAULT_BAD_SIGNAL, "BAD_SIGNAL: %s", op->signal);
	return proc_signal(p, sig, e);
}

int
do_signal(struct client *c, const struct vcall *call, struct err *e)
{
	struct operation op = {
		.what = WAIT_DOWN, .applies = takes_signal, .act = act_signal,
	};

	if (need_string(call, "signal", &op.signal, e) == -1)
		return -1;
	return operate(c, call, &op, -1, e);
}

/* ---- Refresh ---- */

static bool
can_refresh(const struct proc *p)
{
	return p->fsm.st == P_RUNNING && proc_can_refresh(p);
}

static int
act_refresh(struct proc *p, const struct operation *op, struct err *e)
{
	(void)op;
	return proc_refresh(p, e);
}

int
do_refresh(struct client *c, const struct vcall *call, struct err *e)
{
	struct operation op = {
		.what = WAIT_DOWN, .applies = can_refresh, .act = act_refresh,
	};

	return operate(c, call, &op, -1, e);
}

/* ---- Wait ---- */

int
do_wait(struct client *c, const struct vcall *call, struct err *e)
{
	struct operation op = { .what = WAIT_STATE, .wait = true };
	const char *state = NULL;
	int64_t timeout_ms = -1;

	if (need_string(call, "state", &state, e) == -1 ||
	    vcall_int(call, "timeout", &timeout_ms, e) == -1)
		return -1;
	op.state = pstate_by_name(state);
	if (strcmp(state, "READY") == 0)
		op.what = WAIT_READY;
	else if (op.state == P_NSTATES)
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "parameter 'state' is '%s', "
		    "not one of STOPPED STARTING RUNNING BACKOFF STOPPING EXITED FATAL "
		    "UNKNOWN READY", state);
	if (call->oneway)
		op.wait = false;
	return operate(c, call, &op, timeout_ms, e);
}
