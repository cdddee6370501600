/*
 * kato info and kato history: what this machine is, and what was asked of it.
 *
 * History needs no file: each command that changes something makes an event,
 * REMOTE_COMMUNICATION of type kato_action, and the supervisor remembers the last events.
 */
#include "cli/kato.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "wire/json.h"
#include "wire/varlink.h"

#define ACTION "kato_action"
#define MARK "kato_mark"	/* an event of our own: it ends what is remembered */

/* ---- info ---- */

static void
put_roles(struct buf *b, const char *key, yyjson_val *roles, bool here_only)
{
	yyjson_arr_iter it = yyjson_arr_iter_with(roles);
	yyjson_val *r;

	json_key(b, key);
	json_open(b, '[');
	while ((r = yyjson_arr_iter_next(&it)) != NULL)
		if (!here_only || reply_bool(r, "here"))
			json_str(b, reply_str(r, "name"));
	json_close(b, ']');
}

static void
put_machine(struct buf *b, yyjson_val *roles)
{
	json_kbool(b, "micro_cloud", true);
	json_kbool(b, "maintenance_mode", false);
	json_kstr(b, "mbusip", KATO_NODE);
	json_key(b, "nodes");
	json_open(b, '{');
	json_key(b, KATO_NODE);
	json_open(b, '{');
	put_roles(b, "roles", roles, true);
	json_close(b, '}');
	json_close(b, '}');
}

static void
put_supervisor(struct buf *b, yyjson_val *state, yyjson_val *metrics)
{
	json_kstr(b, "vendor_version", reply_str(state, "version"));
	json_kstr(b, "UUID", reply_str(state, "run"));
	json_key(b, "supervisor");
	json_open(b, '{');
	json_kstr(b, "state", reply_str(state, "statename"));
	json_kint(b, "pid", reply_int(state, "pid"));
	json_kint(b, "uptime", (int64_t)time(NULL) - (int64_t)reply_num(metrics, "start"));
	json_kstr(b, "config", reply_str(state, "config"));
	json_kstr(b, "tier", reply_str(state, "tier"));
	json_kint(b, "processes", (int64_t)yyjson_arr_size(yyjson_obj_get(metrics,
	    "processes")));
	json_close(b, '}');
}

void
kato_info(struct kato *k)
{
	struct reply state = { 0 }, roles = { 0 }, metrics = { 0 };
	struct buf b = { 0 };

	if (kato_call(k, CONTROL_INTERFACE ".GetState", NULL, &state) &&
	    kato_call(k, CONTROL_INTERFACE ".ListRoles", NULL, &roles) &&
	    kato_call(k, CONTROL_INTERFACE ".Metrics", NULL, &metrics)) {
		yyjson_val *list = yyjson_obj_get(roles.params, "roles");

		json_open(&b, '{');
		put_roles(&b, "assigned_roles", list, true);
		put_roles(&b, "available_roles", list, false);
		put_machine(&b, list);
		put_supervisor(&b, state.params, metrics.params);
		json_close(&b, '}');
		kato_print_text(k, &b);
	}
	buf_release(&b);
	reply_release(&metrics);
	reply_release(&roles);
	reply_release(&state);
}

/* ---- history ---- */

static void
put_time(struct buf *b)
{
	time_t now = time(NULL);
	char text[40] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_kstr(b, "time", text);
}

static bool
send_event(struct kato *k, const char *type, const char *data)
{
	struct buf b = { 0 };
	struct reply r;
	struct err e;
	bool sent;

	json_open(&b, '{');
	json_kstr(&b, "type", type);
	json_kstr(&b, "data", data);
	json_close(&b, '}');
	sent = ctl_call(&k->ctl, CONTROL_INTERFACE ".SendRemoteCommEvent", buf_text(&b), &r,
	    &e) == 0;
	if (sent)
		reply_release(&r);
	buf_release(&b);
	return sent;
}

void
kato_note(struct kato *k, const char *command)
{
	const struct passwd *user;
	struct buf b = { 0 };
	char number[24];

	if (!k->ctl.have_client)	/* nobody has heard of it */
		return;
	user = getpwuid(geteuid());
	snprintf(number, sizeof(number), "%ld", (long)geteuid());
	json_open(&b, '{');
	json_kstr(&b, "command", command);
	json_kint(&b, "status", k->status);
	json_kstr(&b, "user", user != NULL ? user->pw_name : number);
	json_kstr(&b, "node", KATO_NODE);
	put_time(&b);
	json_close(&b, '}');
	send_event(k, ACTION, buf_text(&b));
	buf_release(&b);
}

struct history {
	struct kato *k;
	char	 mark[64];
	struct buf json;	/* objects so far */
};

static void
print_action(const struct kato *k, yyjson_val *v)
{
	if (!k->json && !k->yaml)
		say("%s  %-8s %lld  kato %s", reply_str(v, "time"), reply_str(v, "user"),
		    (long long)reply_int(v, "status"), reply_str(v, "command"));
}

/* "type:kato_action\n{...}"; not 0: that is all. */
static int
on_event(yyjson_val *params, void *arg)
{
	struct history *h = arg;
	const char *payload = reply_str(params, "payload"), *data = strchr(payload, '\n');
	yyjson_doc *doc;

	if (data == NULL || strncmp(payload, "type:", 5) != 0)
		return 0;
	if (strncmp(payload + 5, MARK "\n", sizeof(MARK)) == 0)
		return strcmp(data + 1, h->mark) == 0;
	if (strncmp(payload + 5, ACTION "\n", sizeof(ACTION)) != 0)
		return 0;
	doc = yyjson_read(data + 1, strlen(data + 1), 0);
	if (doc == NULL)
		return 0;
	print_action(h->k, yyjson_doc_get_root(doc));
	json_value(&h->json, yyjson_doc_get_root(doc));
	yyjson_doc_free(doc);
	return 0;
}

void
kato_history(struct kato *k)
{
	static const char params[] = "{\"types\":[\"REMOTE_COMMUNICATION\"],\"since\":0}";
	struct history h = { .k = k };
	struct timespec now;
	struct err e = { 0 };

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(h.mark, sizeof(h.mark), "%ld.%lld.%09ld", (long)getpid(),
	    (long long)now.tv_sec, now.tv_nsec);
	if (ctl_connect(&k->ctl, &e) == -1) {
		kato_refused(k, &e);
		return;
	}
	if (!send_event(k, MARK, h.mark)) {
		kato_failed(k, KATO_FAILED, "the supervisor takes no events");
		return;
	}
	json_open(&h.json, '[');
	/* ended by on_event(), which counts as a broken connection */
	ctl_stream(&k->ctl, CONTROL_INTERFACE ".Subscribe", params, on_event, &h, &e);
	json_close(&h.json, ']');
	if (k->json || k->yaml)
		kato_print_text(k, &h.json);
	buf_release(&h.json);
}
