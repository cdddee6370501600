/*
 * The method table of org.supd.Control, and the way of a call through it: parse,
 * find, admit, check, handle.  Errors say supervisord's fault; those that varlink
 * has a name for carry that name and the fault's members besides.
 */
#include "ctl/methods.h"

#include <stdio.h>
#include <string.h>

#include "core/core.h"
#include "ctl/feed.h"
#include "ctl/handover.h"
#include "ctl/select.h"
#include "wire/json.h"

#define WRONG_PASSWORDS_MAX 3	/* then the connection is closed */

struct asker
method_asker(const struct client *c)
{
	return (struct asker){ CAUSE_OPERATOR, (int32_t)c->uid };
}

void
method_ok(struct client *c)
{
	vreply_begin(&c->out);
	vreply_end(&c->out, false);
}

/* The name between the first two quotes of text: the parameter that is wrong. */
static void
quoted(const char *text, char *name, size_t size)
{
	const char *from = strchr(text, '\''), *to = from ? strchr(from + 1, '\'') : NULL;

	name[0] = '\0';
	if (to != NULL)
		snprintf(name, size, "%.*s", (int)(to - from - 1), from + 1);
}

void
method_fault(struct client *c, const struct err *e)
{
	const char *name = fault_name(e->code);
	struct err full = *e;
	char key[64];

	if (strncmp(e->msg, name, strlen(name)) != 0)
		err_add(&full, "%s", name);
	if (e->code != FAULT_INCORRECT_PARAMETERS) {
		vreply_fault(&c->out, CONTROL_INTERFACE, &full);
		return;
	}
	quoted(e->msg, key, sizeof(key));
	buf_adds(&c->out, "{\"error\":\"" SERVICE_INTERFACE ".InvalidParameter\","
	    "\"parameters\":{");
	json_kstr(&c->out, "parameter", key);
	json_kint(&c->out, "code", full.code);
	json_kstr(&c->out, "name", name);
	json_kstr(&c->out, "text", full.msg);
	vreply_end(&c->out, false);
}

/* ---- small methods ---- */

static int
do_authenticate(struct client *c, const struct vcall *call, struct err *e)
{
	const char *user = "", *password = "";

	if (vcall_string(call, "username", &user, e) == -1 ||
	    vcall_string(call, "password", &password, e) == -1)
		return -1;
	if (!c->admitted &&
	    (c->access->own_only || !access_check(c->access, user, password))) {
		vreply_error(&c->out, SERVICE_INTERFACE ".PermissionDenied", NULL, NULL);
		if (++c->refused >= WRONG_PASSWORDS_MAX)
			client_finish(c);
		return 0;
	}
	c->admitted = true;
	method_ok(c);
	return 0;
}

static int
do_send_stdin(struct client *c, const struct vcall *call, struct err *e)
{
	const char *name = NULL, *chars = NULL;
	struct proc *p;
	size_t len = 0;

	if (need_string(call, "name", &name, e) == -1 ||
	    vcall_bytes(call, "chars", &chars, &len, e) == -1)
		return -1;
	if (chars == NULL)
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "parameter 'chars' is missing");
	p = core_find(name, e);
	if (p == NULL || proc_stdin(p, chars, len, e) == -1)
		return -1;
	method_ok(c);
	return 0;
}

static int
do_send_remote_comm_event(struct client *c, const struct vcall *call, struct err *e)
{
	struct event ev = { .type = EV_REMOTE };

	if (need_string(call, "type", &ev.text, e) == -1 ||
	    need_string(call, "data", &ev.data, e) == -1)
		return -1;
	ev.len = strlen(ev.data);
	core_publish(&core, &ev);
	method_ok(c);
	return 0;
}

static int
do_reopen_logs(struct client *c, const struct vcall *call, struct err *e)
{
	(void)call;
	(void)e;
	core_reopen_logs();
	method_ok(c);
	return 0;
}

/* Shutdown and Restart only ask: the loop acts after the reply has been written. */
static int
do_shutdown(struct client *c, const struct vcall *call, struct err *e)
{
	(void)call;
	(void)e;
	method_ok(c);
	core_shutdown(method_asker(c));
	return 0;
}

static int
do_restart(struct client *c, const struct vcall *call, struct err *e)
{
	(void)call;
	if (core_restart(method_asker(c), e) == -1)
		return -1;
	method_ok(c);
	return 0;
}

/* ---- the table ---- */

static const struct method methods[] = {
	{ .name = "Status", .fn = do_status },
	{ .name = "GetState", .fn = do_get_state, .always = true },
	{ .name = "Start", .fn = do_start },
	{ .name = "Stop", .fn = do_stop },
	{ .name = "Signal", .fn = do_signal },
	{ .name = "Refresh", .fn = do_refresh },
	{ .name = "Wait", .fn = do_wait },
	{ .name = "Reread", .fn = do_reread },
	{ .name = "Plan", .fn = do_plan },
	{ .name = "Update", .fn = do_update },
	{ .name = "AddGroup", .fn = do_add_group },
	{ .name = "RemoveGroup", .fn = do_remove_group },
	{ .name = "AddInstance", .fn = do_add_instance },
	{ .name = "RemoveInstance", .fn = do_remove_instance },
	{ .name = "ListInstances", .fn = do_list_instances },
	{ .name = "Scale", .fn = do_scale },
	{ .name = "GetService", .fn = do_get_service },
	{ .name = "GetConfig", .fn = do_get_config },
	{ .name = "GetEnvironment", .fn = do_get_environment },
	{ .name = "GetLastValues", .fn = do_get_last_values },
	{ .name = "GetRuns", .fn = do_get_runs },
	{ .name = "GetGraph", .fn = do_get_graph },
	{ .name = "GetPools", .fn = do_get_pools },
	{ .name = "Why", .fn = do_why },
	{ .name = "ListProcesses", .fn = do_list_processes },
	{ .name = "ListRoles", .fn = do_list_roles },
	{ .name = "AddRoles", .fn = do_add_roles },
	{ .name = "RemoveRoles", .fn = do_remove_roles },
	{ .name = "StartRoles", .fn = do_start_roles },
	{ .name = "StopRoles", .fn = do_stop_roles },
	{ .name = "RestartRoles", .fn = do_restart_roles },
	{ .name = "Metrics", .fn = do_metrics, .always = true },
	{ .name = "Subscribe", .fn = do_subscribe, .always = true },
	{ .name = "SendStdin", .fn = do_send_stdin },
	{ .name = "SendRemoteCommEvent", .fn = do_send_remote_comm_event, .always = true },
	{ .name = "ReopenLogs", .fn = do_reopen_logs },
	{ .name = "Shutdown", .fn = do_shutdown },
	{ .name = "Restart", .fn = do_restart },
	{ .name = "Authenticate", .fn = do_authenticate, .always = true },
};

static const struct method *
method_find(const char *name)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

/* What follows "INTERFACE." in method; NULL: it is of another interface. */
static const char *
member_of(const char *method, const char *interface)
{
	size_t n = strlen(interface);

	return strncmp(method, interface, n) == 0 && method[n] == '.' ? method + n + 1 : NULL;
}

/* Without a password so far: may only say it, or ask what there is. */
static bool
is_open_to_all(const char *method)
{
	return strcmp(method, CONTROL_INTERFACE ".Authenticate") == 0 ||
	    member_of(method, SERVICE_INTERFACE) != NULL;
}

static void
unknown(struct client *c, const char *method)
{
	const char *dot = strrchr(method, '.');
	char interface[128];

	if (member_of(method, CONTROL_INTERFACE) != NULL || dot == NULL) {
		vreply_error(&c->out, SERVICE_INTERFACE ".MethodNotFound", "method", method);
		return;
	}
	snprintf(interface, sizeof(interface), "%.*s", (int)(dot - method), method);
	vreply_error(&c->out, SERVICE_INTERFACE ".InterfaceNotFound", "interface", interface);
}

static void
control_call(struct client *c, const char *name, const struct vcall *call)
{
	const struct method *m = method_find(name);
	size_t mark = c->out.len;
	struct err e = { 0 };

	if (m == NULL) {
		unknown(c, call->method);
		return;
	}
	if (core.state != SUP_RUNNING && !m->always)
		err_set(&e, FAULT_SHUTDOWN_STATE, "SHUTDOWN_STATE");
	else if (m->fn(c, call, &e) == 0)
		return;
	c->out.len = mark;
	method_fault(c, &e);
}

/* For a guest: the call waits where it can be handed over. */
static void
guest_call(struct client *c, const char *interface, const struct vcall *call)
{
	struct err e = { 0 };

	if (core.state != SUP_RUNNING)
		err_set(&e, FAULT_SHUTDOWN_STATE, "SHUTDOWN_STATE");
	else if (strcmp(interface, LOG_INTERFACE) == 0)
		c->park = feed_park();
	else
		c->park = handover_park(interface, call, &e);
	if (e.code == FAULT_NONE)
		c->state = CLIENT_PARKED;
	else
		vreply_fault(&c->out, interface, &e);
}

/* The interface of a call that guests answer; NULL: it is for the core. */
static const char *
guest_interface(const char *method)
{
	static const char *const all[] = { LOG_INTERFACE, STORE_INTERFACE, NODE_INTERFACE,
		GATEWAY_INTERFACE };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (member_of(method, all[i]) != NULL)
			return all[i];
	return NULL;
}

static void
dispatch(struct client *c, const struct vcall *call)
{
	const char *name;

	if (!c->admitted && !is_open_to_all(call->method))
		vreply_error(&c->out, SERVICE_INTERFACE ".PermissionDenied", NULL, NULL);
	else if ((name = member_of(call->method, CONTROL_INTERFACE)) != NULL)
		control_call(c, name, call);
	else if ((name = guest_interface(call->method)) != NULL)
		guest_call(c, name, call);
	else if ((name = member_of(call->method, SERVICE_INTERFACE)) != NULL)
		service_call(c, name, call);
	else
		unknown(c, call->method);
}

void
method_call(struct client *c, const char *frame, size_t len)
{
	size_t mark = c->out.len;
	struct vcall call;
	struct err e = { 0 };

	core.counts.calls++;
	if (vcall_parse(&call, frame, len, &e) == -1) {
		/* Where the next call begins is anybody's guess. */
		method_fault(c, &e);
		client_finish(c);
		return;
	}
	dispatch(c, &call);
	if (call.oneway && c->out.len > mark)
		c->out.len = mark;
	vcall_release(&call);
}
