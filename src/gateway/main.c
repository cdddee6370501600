/*
 * Life of the gateway guest.
 */
#include "gateway/gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/loop.h"
#include "gateway/broker.h"
#include "gateway/controller.h"
#include "gateway/face.h"
#include "gateway/orphans.h"
#include "gateway/rows.h"
#include "gateway/service.h"
#include "serve/guest.h"

#define SWEEP_MS	3600000	/* between two looks for rows that may be forgotten */

static struct offer offer;
static struct loop_timer sweep;

static void
on_sweep(struct loop_timer *t)
{
	struct err e;

	if (rows_forget(time(NULL) - guest_number("remember", 604800), &e) == -1)
		guest_log(LOG_WARN, "cannot forget what is over: %s", e.msg);
	loop_timer_start(t, SWEEP_MS, on_sweep);
}

static int
open_gateway(struct err *e)
{
	return face_bind(e);
}

static int
begin(struct err *e)
{
	struct buf path = { 0 };
	int rc;

	if (offer_load(&offer, guest.root, guest.name, e) == -1)
		return err_add(e, "[%s]", guest.section);
	buf_addf(&path, "%s/gateway.db", guest.directory);
	rc = path.failed ? err_set(e, FAULT_FAILED, "out of memory") :
	    rows_open(path.data, e);
	buf_release(&path);
	if (rc == -1 || nodes_open(guest.root, offer.name, e) == -1 ||
	    broker_open(&offer, e) == -1 ||
	    controller_open(&offer, e) == -1 || face_open(&offer, e) == -1)
		return -1;
	orphans_open();
	service_open(&offer);
	loop_timer_start(&sweep, SWEEP_MS, on_sweep);
	return 0;
}

static void
finish(int64_t ms)
{
	face_finish(ms);
	controller_finish();
}

static void
end(void)
{
	loop_timer_stop(&sweep);
	controller_close();
	face_close();
	orphans_close();
	broker_close();
	nodes_close();
	rows_close();
	offer_release(&offer);
}

int
gateway_main(int argc, char **argv)
{
	static const struct guest_face face = {
		.kind = "gateway", .interfaces = &service_interface, .ninterfaces = 1,
		.open = open_gateway, .begin = begin, .finish = finish, .end = end,
	};

	return guest_main(&face, argc, argv);
}
