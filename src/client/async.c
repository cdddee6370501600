/*
 * Control calls on the loop.
 */
#include "client/async.h"

#include <stdlib.h>

struct async {
	async_dial_fn dial;
	void	*arg;
	size_t	 most;
};

struct async *
async_new(async_dial_fn dial, void *arg, size_t most)
{
	struct async *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	*a = (struct async){ .dial = dial, .arg = arg, .most = most };
	return a;
}

void
async_free(struct async *a)
{
	free(a);
}

struct async_call *
async_call(struct async *a, uid_t uid, unsigned flags, const char *method,
    const char *params, async_fn fn, void *arg, struct err *e)
{
	(void)a;
	(void)uid;
	(void)flags;
	(void)method;
	(void)params;
	(void)fn;
	(void)arg;
	err_set(e, FAULT_FAILED, "no call can be made");
	return NULL;
}

void
async_cancel(struct async_call *c)
{
	(void)c;
}

void
async_pause(struct async_call *c, bool pause)
{
	(void)c;
	(void)pause;
}

bool
async_wait(struct async_call *c, int64_t us)
{
	(void)c;
	(void)us;
	return false;
}

size_t
async_busy(const struct async *a)
{
	(void)a;
	return 0;
}
