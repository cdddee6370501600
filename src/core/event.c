/*
 * Events as supervisord names and writes them.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "core/core.h"

const char *
event_name(const struct event *ev)
{
	static const char *const states[P_NSTATES] = {
		[P_STOPPED] = "PROCESS_STATE_STOPPED",
		[P_STARTING] = "PROCESS_STATE_STARTING",
		[P_RUNNING] = "PROCESS_STATE_RUNNING",
		[P_BACKOFF] = "PROCESS_STATE_BACKOFF",
		[P_STOPPING] = "PROCESS_STATE_STOPPING",
		[P_EXITED] = "PROCESS_STATE_EXITED",
		[P_FATAL] = "PROCESS_STATE_FATAL",
		[P_UNKNOWN] = "PROCESS_STATE_UNKNOWN",
	};

	switch (ev->type) {
	case EV_STATE:		return states[ev->to];
	case EV_GROUP_ADDED:	return "PROCESS_GROUP_ADDED";
	case EV_GROUP_REMOVED:	return "PROCESS_GROUP_REMOVED";
	case EV_SUPERVISOR_RUNNING: return "SUPERVISOR_STATE_CHANGE_RUNNING";
	case EV_SUPERVISOR_STOPPING: return "SUPERVISOR_STATE_CHANGE_STOPPING";
	case EV_LOG:		return "PROCESS_LOG_TROUBLE";
	case EV_GONE:		return "";
	}
	return "";
}

static void
state_payload(const struct event *ev, struct buf *out)
{
	buf_addf(out, "processname:%s groupname:%s from_state:%s",
	    ev->proc->conf->name, ev->proc->group->name, pstate_name(ev->from));
	switch (ev->to) {
	case P_STARTING:
	case P_BACKOFF:
		buf_addf(out, " tries:%d", ev->tries);
		break;
	case P_EXITED:
		buf_addf(out, " expected:%d pid:%d", ev->expected, (int)ev->pid);
		break;
	case P_RUNNING:
	case P_STOPPING:
	case P_STOPPED:
		buf_addf(out, " pid:%d", (int)ev->pid);
		break;
	case P_FATAL:
	case P_UNKNOWN:
	case P_NSTATES:
		break;
	}
}

void
event_payload(const struct event *ev, struct buf *out)
{
	switch (ev->type) {
	case EV_STATE:
		state_payload(ev, out);
		break;
	case EV_GROUP_ADDED:
	case EV_GROUP_REMOVED:
		buf_addf(out, "groupname:%s\n", ev->group);
		break;
	case EV_LOG:
		if (ev->proc != NULL)
			buf_addf(out, "processname:%s groupname:%s ",
			    ev->proc->conf->name, ev->proc->group->name);
		buf_addf(out, "text:%s", ev->text);
		break;
	case EV_SUPERVISOR_RUNNING:
	case EV_SUPERVISOR_STOPPING:
	case EV_GONE:
		break;
	}
}
