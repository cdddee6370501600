/*
 * The control server put together, and its one observer of the core.
 */
#include "ctl/ctl.h"

#include "core/core.h"
#include "ctl/client.h"
#include "ctl/feed.h"
#include "ctl/handover.h"
#include "ctl/listen.h"
#include "ctl/subscribe.h"
#include "ctl/wait.h"
#include "ctl/web.h"

static void
on_event(struct observer *o, const struct event *ev)
{
	(void)o;
	wait_event(ev);
	subscribe_event(ev);
	feed_event(ev);
}

static struct observer observer = { .fn = on_event };

void
ctl_watch(void)
{
	core_observe(&core, &observer);
	subscribe_open(&observer);
}

int
ctl_open(const struct config *config, struct err *e)
{
	clients_open();
	if (listen_open(config, e) == -1)
		return -1;
	feed_open();
	web_open();
	handover_open();
	return 0;
}

void
ctl_close(void)
{
	feed_close();
	web_close();
	handover_close();
	clients_close();
	subscribe_close();
	core_unobserve(&core, &observer);
	listen_close();
}
