/*
 * Registration at a cloud controller.  One that is down changes nothing but that: it is
 * logged once for each change, and tried again.
 */
#include "gateway/controller.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "gateway/fetch.h"
#include "serve/guest.h"
#include "wire/json.h"

#define HANDLES_RETRY_MS 1000
#define FETCH_SECONDS	10L
#define FINISH_SECONDS	2L

static const struct offer *offer;
static const char *uri;		/* NULL: there is no controller */
static struct fetch *offering, *handles;
static struct loop_timer offering_timer, handles_timer;
static bool heard, finishing;
static int was_status = -1;	/* of the last answer, so that only changes are told */

static void on_offering_timer(struct loop_timer *t);
static void on_handles_timer(struct loop_timer *t);

bool
controller_is_heard(void)
{
	return uri == NULL || heard;
}

/* ---- what is offered ---- */

/* Where we are reached: the first address of listen. */
static void
put_url(struct buf *b)
{
	const char *at = guest_text("listen", "");
	size_t n = strcspn(at, ", ");
	char url[256];

	snprintf(url, sizeof(url), strncmp(at, "unix:", 5) == 0 ? "%.*s" : "http://%.*s",
	    (int)n, at);
	json_kstr(b, "url", url);
}

static void
put_versions(struct buf *b)
{
	json_key(b, "supported_versions");
	json_open(b, '[');
	json_str(b, offer->version);
	json_close(b, ']');
	json_key(b, "version_aliases");
	json_open(b, '{');
	json_kstr(b, "current", offer->version);
	json_close(b, '}');
}

static void
label(char *text, size_t size)
{
	snprintf(text, size, "%s-%s", offer->name, offer->version);
}

static void
write_offering(struct buf *b, bool active)
{
	char name[256];

	label(name, sizeof(name));
	json_open(b, '{');
	json_kstr(b, "label", name);
	put_url(b);
	json_key(b, "plans");
	json_open(b, '[');
	for (size_t i = 0; i < offer->nplans; i++)
		json_str(b, offer->plans[i].name);
	json_close(b, ']');
	json_kstr(b, "default_plan", offer->default_plan->name);
	json_key(b, "tags");
	if (offer->tags != NULL)
		json_value(b, offer->tags);
	else {
		json_open(b, '[');
		json_close(b, ']');
	}
	json_kbool(b, "active", active);
	put_versions(b);
	json_kint(b, "timeout", guest_number("node_timeout", 0));
	json_kstr(b, "provider", "core");
	json_key(b, "acls");
	json_null(b);
	json_kstr(b, "description", offer->description);
	json_close(b, '}');
}

/* ---- telling ---- */

static void
say(int status, const char *text)
{
	if (status == was_status)
		return;
	was_status = status;
	if (status == 200)
		guest_log(LOG_INFO, "registered at the cloud controller");
	else if (status == 0)
		guest_log(LOG_WARN, "the cloud controller cannot be reached: %s", text);
	else
		guest_log(LOG_WARN, "the cloud controller refuses the registration: status %d",
		    status);
}

static void
on_offered(void *arg, int status, const struct buf *body, const char *text)
{
	(void)arg;
	(void)body;
	offering = NULL;
	if (finishing) {
		guest_unhold();
		return;
	}
	say(status, text);
	loop_timer_start(&offering_timer, guest_number("cloud_controller_interval", 60) * 1000,
	    on_offering_timer);
}

/* -1: it was not sent. */
static int
send_offering(bool active, long seconds)
{
	struct buf b = { 0 };
	struct err e;
	char url[1024];

	snprintf(url, sizeof(url), "%s/services/v1/offerings", uri);
	write_offering(&b, active);
	offering = b.failed ? NULL : fetch_begin(url, guest_text("token", ""), buf_text(&b),
	    seconds, on_offered, NULL, &e);
	if (offering == NULL)
		say(0, b.failed ? "out of memory" : e.msg);
	buf_release(&b);
	return offering != NULL ? 0 : -1;
}

static void
on_offering_timer(struct loop_timer *t)
{
	if (send_offering(true, FETCH_SECONDS) == -1)
		loop_timer_start(t, guest_number("cloud_controller_interval", 60) * 1000,
		    on_offering_timer);
}

/* ---- hearing what it knows ---- */

static void
on_handles(void *arg, int status, const struct buf *body, const char *text)
{
	yyjson_doc *doc = status == 200 ? yyjson_read(buf_text(body), body->len, 0) : NULL;
	yyjson_val *list = yyjson_obj_get(yyjson_doc_get_root(doc), "handles");

	(void)arg;
	(void)text;
	handles = NULL;
	heard = doc != NULL;
	if (heard)
		guest_log(LOG_INFO, "the cloud controller knows %zu handles",
		    yyjson_arr_size(list));
	else
		loop_timer_start(&handles_timer, HANDLES_RETRY_MS, on_handles_timer);
	yyjson_doc_free(doc);
}

static void
on_handles_timer(struct loop_timer *t)
{
	struct err e;
	char url[1024], name[256];

	label(name, sizeof(name));
	snprintf(url, sizeof(url), "%s/services/v1/offerings/%s/handles", uri, name);
	handles = fetch_begin(url, guest_text("token", ""), NULL, FETCH_SECONDS, on_handles,
	    NULL, &e);
	if (handles == NULL)
		loop_timer_start(t, HANDLES_RETRY_MS, on_handles_timer);
}

/* ---- life ---- */

int
controller_open(const struct offer *o, struct err *e)
{
	offer = o;
	uri = guest_text("cloud_controller_uri", NULL);
	if (uri == NULL || *uri == '\0') {
		uri = NULL;
		return 0;
	}
	if (*guest_text("token", "") == '\0')
		return err_set(e, FAULT_BAD_ARGUMENTS, "cloud_controller_uri needs a token");
	loop_timer_start(&offering_timer, 0, on_offering_timer);
	loop_timer_start(&handles_timer, 0, on_handles_timer);
	return 0;
}

static void
stop(void)
{
	loop_timer_stop(&offering_timer);
	loop_timer_stop(&handles_timer);
	if (offering != NULL)
		fetch_cancel(offering);
	if (handles != NULL)
		fetch_cancel(handles);
	offering = handles = NULL;
}

void
controller_finish(void)
{
	if (uri == NULL || finishing)
		return;
	stop();
	finishing = true;
	guest_hold();
	if (send_offering(false, FINISH_SECONDS) == -1)
		guest_unhold();
}

void
controller_close(void)
{
	if (uri == NULL)
		return;
	stop();
	fetch_close();
	uri = NULL;
}
