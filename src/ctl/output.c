/*
 * Long events come in several packets, one after the other, so one buffer is enough.
 */
#include "ctl/output.h"

#include <string.h>

#include "base/buf.h"
#include "core/core.h"

#define EVENT_MAX	(8 * 1024 * 1024)	/* bytes: more than the logger ever sends */

static struct buf joint;
static bool spoilt;		/* the rest of this event is of no use */

/* Whose output it is: of the process of now, or of the one that had ended before. */
static pid_t
pid_of(const struct proc *p, pid_t ended)
{
	if (ended != p->dead_pid)
		return p->dead_pid;
	return p->pid != 0 ? p->pid : p->last_pid;
}

static void
publish(yyjson_val *root, const char *text, size_t len)
{
	struct proc *p = core_by_id((uint32_t)yyjson_get_sint(yyjson_obj_get(root, "proc")));
	const char *kind = yyjson_get_str(yyjson_obj_get(root, "kind"));
	int64_t id = yyjson_get_sint(yyjson_obj_get(root, "id"));
	struct event ev = { .data = text, .len = len, .proc = p };

	if (p == NULL || kind == NULL)
		return;			/* it has been removed meanwhile */
	ev.type = strcmp(kind, "comm") == 0 ? EV_COMMUNICATION : EV_OUTPUT;
	ev.is_err = p->streams[1].id == id;
	ev.pid = pid_of(p, (pid_t)yyjson_get_sint(yyjson_obj_get(root, "ended")));
	core_publish(&core, &ev);
}

void
output_packet(yyjson_val *root, const char *text, size_t len)
{
	bool more = yyjson_is_true(yyjson_obj_get(root, "more"));

	if (!more && joint.len == 0 && !spoilt) {
		publish(root, text, len);
		return;
	}
	if (joint.len + len > EVENT_MAX)
		spoilt = true;
	if (!spoilt)
		buf_add(&joint, text, len);
	if (more)
		return;
	if (!spoilt && !joint.failed)
		publish(root, buf_text(&joint), joint.len);
	output_forget();
}

void
output_forget(void)
{
	buf_release(&joint);
	spoilt = false;
}
