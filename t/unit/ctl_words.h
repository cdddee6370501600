/*
 * What sentences need of other rooms, for tests of ctl that leave the core out.
 */
#ifndef T_UNIT_CTL_WORDS_H
#define T_UNIT_CTL_WORDS_H

#include <signal.h>

#include "base/buf.h"
#include "core/core.h"
#include "core/ready.h"

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

void
ready_explain(const struct proc *p, struct buf *out)
{
	(void)p;
	(void)out;
}

void
order_text(const struct proc *p, struct buf *out)
{
	(void)p;
	buf_adds(out, "db to be ready (it is STARTING)");
}

#endif
