/*
 * The actions of the page.  Messages are supervisord's: scripts read them from the
 * redirect.  Where it says success whatever has happened (a restart whose start fails),
 * we say what has happened.
 */
#include "web/action.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/client.h"
#include "http/escape.h"
#include "http/http.h"
#include "http/origin.h"
#include "web/html.h"
#include "web/names.h"
#include "wire/json.h"
#include "wire/varlink.h"

struct action {
	const char *name;
	bool	 is_named;	/* needs processname= */
	const char *first, *then; /* control calls; NULL: none */
	const char *done;	/* message: %s is the name, or the time */
	const char *done_group;	/* the same for all processes of a group */
};

static const struct action actions[] = {
	{ "refresh", false, NULL, NULL, "Page refreshed at %s", NULL },
	{ "startall", false, "Start", NULL, "All started at %s", NULL },
	{ "stopall", false, "Stop", NULL, "All stopped at %s", NULL },
	{ "restartall", false, "Stop", "Start", "All restarted at %s", NULL },
	{ "start", true, "Start", NULL, "Process %s started", "Group %s started" },
	{ "stop", true, "Stop", NULL, "Process %s stopped", "Group %s stopped" },
	{ "restart", true, "Stop", "Start", "Process %s restarted", "Group %s restarted" },
	{ "clearlog", true, LOG_INTERFACE ".Clear", NULL, "Log for %s cleared", NULL },
};

/* r->state, while calls are under way. */
struct doing {
	const struct action *action;
	const char *name;	/* borrowed of the request; NULL: all */
	const char *call;	/* the one that is under way */
};

/* A parameter of the form, or else of the query. */
static const char *
parameter(struct request *r, const char *key)
{
	const char *v = request_form(r, key);

	return v != NULL ? v : request_query(r, key);
}

bool
action_wanted(struct request *r)
{
	const char *action = parameter(r, "action");

	return action != NULL && action[0] != '\0';
}

/* ---- the answer ---- */

static bool
wants_json(struct request *r)
{
	const char *accept = request_header(r, "Accept");

	return accept != NULL && strstr(accept, "application/json") != NULL;
}

/* As supervisord: to the page at the host that was asked, with the message behind it. */
static void
redirect(struct request *r, const char *message)
{
	const char *host = request_header(r, "Host");
	const char *proto = request_header(r, "X-Forwarded-Proto");
	struct buf b = { 0 };

	if (host != NULL && host[0] != '\0')
		buf_addf(&b, "%s://%s", proto != NULL && strcmp(proto, "https") == 0 ?
		    "https" : "http", host);
	buf_adds(&b, "/?message=");
	url_add(&b, message);
	html_headers(r);
	if (b.failed)
		request_fail(r, 500, NULL);
	else
		request_redirect(r, 301, buf_text(&b));
	buf_release(&b);
}

static void
answer(struct request *r, bool is_error, const char *message)
{
	struct buf b = { 0 };

	if (!wants_json(r)) {
		redirect(r, message);
		return;
	}
	json_open(&b, '{');
	json_kstr(&b, "message", message);
	json_kbool(&b, "error", is_error);
	json_close(&b, '}');
	html_headers(r);
	request_reply(r, 200, "application/json", &b);
}

static void
fail(struct request *r, enum fault code, const char *text)
{
	const struct doing *d = r->state;
	struct buf b = { 0 };

	if (code == FAULT_BAD_NAME && d->name != NULL) {
		buf_addf(&b, "No such process named %s", d->name);
		answer(r, true, buf_text(&b));
		buf_release(&b);
		return;
	}
	if (strcmp(d->call, "Start") == 0 && d->name != NULL)
		buf_addf(&b, "ERROR: Process %s: ", d->name);
	switch (code) {
	case FAULT_NO_FILE:		buf_adds(&b, "no such file"); break;
	case FAULT_NOT_EXECUTABLE:	buf_adds(&b, "file not executable"); break;
	case FAULT_ALREADY_STARTED:	buf_adds(&b, "already started"); break;
	case FAULT_SPAWN_ERROR:		buf_adds(&b, "spawn error"); break;
	case FAULT_ABNORMAL_TERMINATION: buf_adds(&b, "abnormal termination"); break;
	default:
		buf_addf(&b, "unexpected rpc fault [%d] %s", (int)code, text);
		break;
	}
	answer(r, true, buf_text(&b));
	buf_release(&b);
}

static void
succeed(struct request *r)
{
	const struct doing *d = r->state;
	const char *what = d->name, *format = d->action->done;
	char date[32], group[256];
	struct buf b = { 0 };
	time_t now = time(NULL);

	if (what == NULL) {
		ctime_r(&now, date);
		date[strcspn(date, "\n")] = '\0';
		what = date;
	} else if (names_group(what, group, sizeof(group)) && d->action->done_group != NULL) {
		what = group;
		format = d->action->done_group;
	}
	/* one %s: what stands before it, the word, what stands behind it */
	buf_add(&b, format, strcspn(format, "%"));
	buf_adds(&b, what);
	buf_adds(&b, strchr(format, '%') + 2);
	answer(r, false, buf_text(&b));
	buf_release(&b);
}

/* ---- the calls ---- */

/* The first result that is no success; NULL: there is none. */
static yyjson_val *
first_failure(yyjson_val *params)
{
	yyjson_val *result;
	yyjson_arr_iter it;

	yyjson_arr_iter_init(yyjson_obj_get(params, "results"), &it);
	while ((result = yyjson_arr_iter_next(&it)) != NULL)
		if (reply_int(result, "status") != FAULT_SUCCESS)
			return result;
	return NULL;
}

static void	on_done(struct request *r, const struct async_reply *reply);

static void
call(struct request *r, const char *method)
{
	struct doing *d = r->state;
	struct buf name = { 0 }, params = { 0 };

	d->call = method;
	if (strchr(method, '.') == NULL)
		buf_adds(&name, CONTROL_INTERFACE ".");
	buf_adds(&name, method);
	if (strcmp(method, LOG_INTERFACE ".Clear") == 0) {
		json_open(&params, '{');
		json_kstr(&params, "name", d->name);
		json_close(&params, '}');
	} else if (d->name != NULL) {
		names_params(&params, d->name, NULL);
	} else {
		buf_adds(&params, "{\"all\":true}");
	}
	request_call(r, ASYNC_SLOW, buf_text(&name), buf_text(&params), on_done);
	buf_release(&name);
	buf_release(&params);
}

static void
on_done(struct request *r, const struct async_reply *reply)
{
	const struct doing *d = r->state;
	bool again = d->action->then != NULL && d->call != d->action->then;
	yyjson_val *bad;

	if (reply->fault != NULL) {
		fail(r, reply->fault->code, reply->fault->msg);
		return;
	}
	bad = first_failure(reply->params);
	/* one that was down already can still be started */
	if (bad != NULL && again && reply_int(bad, "status") == FAULT_NOT_RUNNING)
		bad = NULL;
	/* of all, each has had its turn */
	if (bad != NULL && d->name != NULL)
		fail(r, (enum fault)reply_int(bad, "status"), reply_str(bad, "description"));
	else if (again)
		call(r, d->action->then);
	else
		succeed(r);
}

/* ---- who may ---- */

static void
add_field(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_addf(b, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	html_add(b, value);
	buf_adds(b, "\">\n");
}

/* A browser came, and not from our page: let the person say that this is meant. */
static void
ask_person(struct request *r, const char *action, const char *name)
{
	struct buf b = { 0 };

	buf_adds(&b, "<div id=\"plain\" class=\"ask\">\n<h1>Is this what you want?</h1>\n<p>A link from "
	    "outside of this page asks to <b>");
	html_add(&b, action);
	if (name != NULL) {
		buf_addc(&b, ' ');
		html_add(&b, name);
	}
	buf_adds(&b, "</b>.</p>\n<form method=\"post\" action=\"index.html\">\n");
	add_field(&b, "token", origin_token());
	add_field(&b, "action", action);
	add_field(&b, "processname", name);
	buf_adds(&b, "<p><button>Do it</button> <a href=\"index.html\">No</a></p>\n"
	    "</form>\n</div>\n");
	html_page(r, 403, "Is this what you want?", &b);
}

static bool
may_act(struct request *r, const char *action, const char *name)
{
	switch (origin_of(r)) {
	case ORIGIN_OURS:
		return true;
	case ORIGIN_STALE:
		request_fail(r, 403, "the token of this page is no longer valid: reload it");
		return false;
	case ORIGIN_UNKNOWN:
		break;
	}
	if (wants_json(r))
		request_fail(r, 403, "a request from another page needs the token of ours");
	else
		ask_person(r, action, name);
	return false;
}

/* ---- in ---- */

static void
free_doing(struct request *r)
{
	free(r->state);
}

static void
begin(struct request *r, const struct action *a, const char *name)
{
	struct doing *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		request_fail(r, 503, "out of memory");
		return;
	}
	d->action = a;
	d->name = a->is_named ? name : NULL;
	r->state = d;
	r->release = free_doing;
	if (a->first == NULL)
		succeed(r);
	else
		call(r, a->first);
}

void
action_do(struct request *r)
{
	const char *word = parameter(r, "action"), *name = parameter(r, "processname");
	const struct action *a = NULL;

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].name, word) == 0)
			a = &actions[i];
	if (a == NULL)
		request_fail(r, 400, "there is no such action");
	else if (a->is_named && (name == NULL || name[0] == '\0'))
		request_fail(r, 400, "processname is missing");
	else if (r->method == HTTP_HEAD)	/* must not change anything */
		request_fail(r, 400, "HEAD does nothing");
	else if (may_act(r, word, name))
		begin(r, a, name);
}
