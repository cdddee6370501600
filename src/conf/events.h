/*
 * Kinds of events, by supervisord's names, and sets of them as events= and Subscribe
 * write them: a name is one kind, or a parent that means several.
 */
#ifndef CONF_EVENTS_H
#define CONF_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

/* The first ones are in the order of enum pstate. */
enum event_kind {
	KIND_STOPPED, KIND_STARTING, KIND_RUNNING, KIND_BACKOFF, KIND_STOPPING,
	KIND_EXITED, KIND_FATAL, KIND_UNKNOWN,
	KIND_COMMUNICATION_STDOUT, KIND_COMMUNICATION_STDERR,
	KIND_LOG_STDOUT, KIND_LOG_STDERR,
	KIND_LOG_TROUBLE,	/* ours: no listener pool gets it */
	KIND_REMOTE,
	KIND_SUPERVISOR_RUNNING, KIND_SUPERVISOR_STOPPING,
	KIND_TICK_5, KIND_TICK_60, KIND_TICK_3600,
	KIND_GROUP_ADDED, KIND_GROUP_REMOVED,
	KIND_HEALTHY, KIND_UNHEALTHY,	/* ours, too */
	KINDS
};

/* Sets of kinds, a bit each. */
#define KIND_BIT(kind)	(UINT32_C(1) << (kind))
#define KINDS_ALL	(KIND_BIT(KINDS) - 1)
#define KINDS_TICK	(KIND_BIT(KIND_TICK_5) | KIND_BIT(KIND_TICK_60) | KIND_BIT(KIND_TICK_3600))
/* Those that supervisord does not know: no listener pool gets them. */
#define KINDS_OURS	(KIND_BIT(KIND_LOG_TROUBLE) | KIND_BIT(KIND_HEALTHY) | \
	KIND_BIT(KIND_UNHEALTHY))
#define KINDS_LOG	(KIND_BIT(KIND_LOG_STDOUT) | KIND_BIT(KIND_LOG_STDERR))

/* "PROCESS_STATE_RUNNING" */
const char *event_kind_name(enum event_kind kind);
/* The kinds that a name means; 0: it is no name of events. */
uint32_t event_mask(const char *name);
/* supervisord knows the name, in any case. */
bool	event_is_supervisords(const char *name);

#endif
