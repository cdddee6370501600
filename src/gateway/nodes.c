/*
 * The nodes of this service: calls go through the core to [node:x], or straight to a
 * socket.
 */
#include "gateway/nodes.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "client/async.h"
#include "serve/guest.h"
#include "wire/endpoint.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define CALLS_MOST	16	/* connections to one socket at a time */
#define FRESH_MS	30000	/* what a node said is good for so long */
#define DESCRIBE_MS	5000	/* a node that takes longer is not there */
#define LIMIT_MS	60000	/* of an operation, until the node has said its own */
#define MARGIN_MS	2000	/* over what a node says: it gives up first */

struct peer {
	struct node n;
	char	*service;	/* what it says; NULL: nothing yet */
	char	*address;	/* of a socket; NULL: a [node:x] */
	struct async *async;	/* owned with an address; else the guest's, to the core */
	struct node_call *describing;	/* NULL: is not */
	int64_t	 asked_ms;	/* when it was asked last; 0: never */
};

struct node_call {
	struct peer *peer;
	struct async_call *call;
	struct loop_timer late;
	node_fn fn;
	void	*arg;
};

static struct peer **peers;
static struct node **all;	/* those of our service; filled anew by nodes_all() */
static size_t npeers;
static const char *our_service;
static TAILQ_HEAD(, nodes_wait) waits = TAILQ_HEAD_INITIALIZER(waits);

/* ---- finding ---- */

static bool
is_ours(const struct peer *p)
{
	return p->service == NULL || strcmp(p->service, our_service) == 0;
}

struct node *
nodes_find(const char *name)
{
	for (size_t i = 0; i < npeers; i++)
		if (strcmp(peers[i]->n.name, name) == 0)
			return &peers[i]->n;
	return NULL;
}

struct node *const *
nodes_all(size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < npeers; i++)
		if (is_ours(peers[i]))
			all[(*n)++] = &peers[i]->n;
	return all;
}

int64_t
node_patience_ms(const struct node *n)
{
	int64_t own = guest_number("node_timeout", 0) * 1000;
	int64_t said = n->limit_ms > 0 ? n->limit_ms : own > 0 ? own : LIMIT_MS;

	return (own > said ? own : said) + MARGIN_MS;
}

/* ---- calls ---- */

static int
dial(void *arg, uid_t uid, struct err *e)
{
	const struct peer *p = arg;
	struct sockaddr_un sa;
	socklen_t len;
	int fd;

	(void)uid;
	if (endpoint_address(p->address, &sa, &len, e) == -1)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1 && connect(fd, (struct sockaddr *)&sa, len) == 0)
		return fd;
	err_set(e, FAULT_FAILED, "cannot reach the node: %s", strerror(errno));
	if (fd != -1)
		close(fd);
	return -1;
}

static void
tell(struct node_call *c, const struct node_reply *r)
{
	node_fn fn = c->fn;
	void *arg = c->arg;

	loop_timer_stop(&c->late);
	free(c);
	fn(arg, r);
}

static void
on_late(struct loop_timer *t)
{
	struct node_call *c = LOOP_OWNER(t, struct node_call, late);

	async_cancel(c->call);
	tell(c, &(struct node_reply){ NODE_UNSURE, NULL, "it has not answered in time", 0 });
}

/* An error of org.supd.Node; anything else says that the call did not get there. */
static struct node_reply
refusal(const struct async_reply *r, yyjson_doc **doc)
{
	struct node_reply to = { NODE_UNSURE, NULL, r->fault->msg, 0 };
	yyjson_val *root, *params;
	const char *error, *text;

	*doc = r->text != NULL ? yyjson_read(r->text, r->len, 0) : NULL;
	root = yyjson_doc_get_root(*doc);
	params = yyjson_obj_get(root, "parameters");
	error = yyjson_get_str(yyjson_obj_get(root, "error"));
	text = yyjson_get_str(yyjson_obj_get(params, "text"));
	if (error == NULL)
		return to;
	if (text != NULL)
		to.text = text;
	if (strcmp(error, NODE_INTERFACE ".Later") == 0)
		to.how = NODE_LATER;
	else if (strcmp(error, NODE_INTERFACE ".Fault") == 0 &&
	    (r->fault->code == FAULT_FAILED || r->fault->code == FAULT_SHUTDOWN_STATE))
		to.how = NODE_UNSURE;	/* the core says that it is being restarted, and so on */
	else if (strncmp(error, NODE_INTERFACE ".", strlen(NODE_INTERFACE ".")) == 0 ||
	    strncmp(error, SERVICE_INTERFACE ".", strlen(SERVICE_INTERFACE ".")) == 0)
		to.how = NODE_REFUSED;
	if (strncmp(error, SERVICE_INTERFACE ".MethodNot", strlen(SERVICE_INTERFACE ".MethodNot"))
	    == 0) {
		to.code = NODE_CANNOT;
		to.text = "the node cannot do this";
	}
	if (strcmp(error, NODE_INTERFACE ".Refused") == 0)
		to.code = (int)yyjson_get_sint(yyjson_obj_get(params, "code"));
	return to;
}

static void
on_reply(void *arg, const struct async_reply *r)
{
	struct node_call *c = arg;
	struct node_reply to = { NODE_DONE, r->params, NULL, 0 };
	yyjson_doc *doc = NULL;

	if (r->fault != NULL)
		to = refusal(r, &doc);
	tell(c, &to);
	yyjson_doc_free(doc);
}

static struct node_call *
call(struct peer *p, const char *method, const char *params, int64_t limit_ms, node_fn fn,
    void *arg, struct err *e)
{
	struct node_call *c = calloc(1, sizeof(*c));
	char name[64];

	if (c == NULL) {
		err_set(e, FAULT_FAILED, "out of memory");
		return NULL;
	}
	*c = (struct node_call){ .peer = p, .fn = fn, .arg = arg };
	snprintf(name, sizeof(name), NODE_INTERFACE ".%s", method);
	c->call = async_call(p->async, geteuid(), ASYNC_SLOW, name, params, on_reply, c, e);
	if (c->call == NULL) {
		free(c);
		return NULL;
	}
	loop_timer_start(&c->late, limit_ms, on_late);
	return c;
}

struct node_call *
node_ask(struct node *n, const char *method, const char *params, node_fn fn, void *arg,
    struct err *e)
{
	struct peer *p = LOOP_OWNER(n, struct peer, n);

	return call(p, method, params, node_patience_ms(n), fn, arg, e);
}

void
node_forget(struct node_call *c)
{
	async_cancel(c->call);
	loop_timer_stop(&c->late);
	free(c);
}

/* ---- what they are ---- */

static char **
texts(yyjson_val *list)
{
	size_t i, n, count = yyjson_arr_size(list);
	char **v = calloc(count + 1, sizeof(*v));
	yyjson_val *one;

	if (v == NULL)
		return NULL;
	yyjson_arr_foreach(list, i, n, one)
		v[i] = strdup(yyjson_get_str(one) != NULL ? yyjson_get_str(one) : "");
	return v;
}

static void
free_texts(char **v)
{
	for (char **s = v; s != NULL && *s != NULL; s++)
		free(*s);
	free(v);
}

static void
take(char **to, yyjson_val *v)
{
	char *copy = strdup(yyjson_get_str(v) != NULL ? yyjson_get_str(v) : "");

	if (copy == NULL)
		return;
	free(*to);
	*to = copy;
}

static void
describe(struct peer *p, yyjson_val *d)
{
	int64_t unit = yyjson_get_sint(yyjson_obj_get(d, "unit"));

	take(&p->service, yyjson_obj_get(d, "service"));
	take(&p->n.plan, yyjson_obj_get(d, "plan"));
	free_texts(p->n.versions);
	p->n.versions = texts(yyjson_obj_get(d, "versions"));
	p->n.unit = unit > 0 ? unit : 1;
	p->n.limit_ms = yyjson_get_sint(yyjson_obj_get(d, "limit_ms"));
	p->n.draining = yyjson_is_true(yyjson_obj_get(d, "draining"));
	node_announce(&p->n, yyjson_get_sint(yyjson_obj_get(d, "available")));
	p->n.known = true;
}

static void
tell_waits(void)
{
	TAILQ_HEAD(, nodes_wait) now = TAILQ_HEAD_INITIALIZER(now);
	struct nodes_wait *w;

	for (size_t i = 0; i < npeers; i++)
		if (peers[i]->describing != NULL)
			return;
	TAILQ_CONCAT(&now, &waits, link);
	while ((w = TAILQ_FIRST(&now)) != NULL) {
		TAILQ_REMOVE(&now, w, link);
		w->queued = false;
		w->fn(w);
	}
}

static void
on_described(void *arg, const struct node_reply *r)
{
	struct peer *p = arg;

	p->describing = NULL;
	if (r->how == NODE_DONE)
		describe(p, r->params);
	else {
		if (p->n.known || p->asked_ms == 0)
			guest_log(LOG_WARN, "node %s does not answer: %s", p->n.name, r->text);
		p->n.known = false;
	}
	p->asked_ms = loop_now();
	tell_waits();
}

static void
ask(struct peer *p)
{
	struct buf b = { 0 };
	struct err e;

	json_open(&b, '{');
	if (p->address == NULL)
		json_kstr(&b, "node", p->n.name);
	json_close(&b, '}');
	if (!b.failed)
		p->describing = call(p, "Describe", buf_text(&b), DESCRIBE_MS, on_described, p,
		    &e);
	buf_release(&b);
	if (p->describing == NULL)
		p->n.known = false;
}

bool
nodes_known(struct nodes_wait *w, bool again, void (*fn)(struct nodes_wait *w))
{
	int64_t now = loop_now();
	bool asked = false;

	for (size_t i = 0; i < npeers; i++) {
		struct peer *p = peers[i];

		if (!is_ours(p))
			continue;
		if (p->describing == NULL && (again || !p->n.known ||
		    now - p->asked_ms > FRESH_MS))
			ask(p);
		asked |= p->describing != NULL;
	}
	if (!asked)
		return true;
	w->fn = fn;
	if (!w->queued)
		TAILQ_INSERT_TAIL(&waits, w, link);
	w->queued = true;
	return false;
}

void
nodes_wait_not(struct nodes_wait *w)
{
	if (!w->queued)
		return;
	TAILQ_REMOVE(&waits, w, link);
	w->queued = false;
}

/* ---- which there are ---- */

static int
add(const char *name, struct err *e)
{
	struct peer *p = calloc(1, sizeof(*p)), **more;

	more = realloc(peers, (npeers + 1) * sizeof(struct peer *));
	if (more != NULL)
		peers = more;
	if (p == NULL || more == NULL) {
		free(p);
		return err_set(e, FAULT_FAILED, "out of memory");
	}
	peers[npeers++] = p;
	p->n.name = strdup(name);
	p->n.plan = strdup("");
	p->n.unit = 1;
	if (strncmp(name, "unix:", 5) == 0)
		p->address = strdup(name + 5);
	p->async = p->address != NULL ? async_new(dial, p, CALLS_MOST) : guest.core;
	if (p->n.name == NULL || p->n.plan == NULL || p->async == NULL ||
	    (p->address == NULL && strncmp(name, "unix:", 5) == 0))
		return err_set(e, FAULT_FAILED, "out of memory");
	return 0;
}

int
nodes_open(yyjson_val *root, const char *service, struct err *e)
{
	yyjson_val *named = yyjson_obj_get(yyjson_obj_get(root, "keys"), "nodes"), *one;
	size_t i, n;

	our_service = service;
	if (yyjson_arr_size(named) == 0)
		named = yyjson_obj_get(root, "nodes");
	yyjson_arr_foreach(named, i, n, one)
		if (yyjson_is_str(one) && add(yyjson_get_str(one), e) == -1)
			return -1;
	all = calloc(npeers + 1, sizeof(struct node *));
	return all != NULL ? 0 : err_set(e, FAULT_FAILED, "out of memory");
}

void
nodes_close(void)
{
	TAILQ_INIT(&waits);
	for (size_t i = 0; i < npeers; i++) {
		struct peer *p = peers[i];

		if (p->describing != NULL)
			node_forget(p->describing);
		if (p->address != NULL && p->async != NULL)
			async_free(p->async);
		free_texts(p->n.versions);
		free(p->n.name);
		free(p->n.plan);
		free(p->service);
		free(p->address);
		free(p);
	}
	free(peers);
	free(all);
	peers = NULL;
	all = NULL;
	npeers = 0;
}
