/*
 * call: any method of the control socket, for what no other command does.
 */
#include "cli/ctl.h"

#include <stdlib.h>
#include <string.h>

#include "wire/json.h"
#include "wire/varlink.h"

/* "Status", "Node.List" or the whole name; the caller frees it. */
static char *
whole_name(const char *name)
{
	const char *dot = strchr(name, '.');
	struct buf b = { 0 };

	if (dot == NULL)
		buf_adds(&b, CONTROL_INTERFACE ".");
	else if (strchr(dot + 1, '.') == NULL)
		buf_adds(&b, "org.supd.");
	buf_adds(&b, name);
	return buf_steal(&b);
}

/* Readable for a person, one line for everybody else. */
static void
show(const struct ctl *c, yyjson_val *params)
{
	char *text = params == NULL ? NULL :
	    yyjson_val_write(params, c->tty ? YYJSON_WRITE_PRETTY_TWO_SPACES : 0, NULL);

	say("%s", text != NULL ? text : "{}");
	free(text);
}

static int
on_reply(yyjson_val *params, void *arg)
{
	show(arg, params);
	return 0;
}

static void
call(struct ctl *c, const char *method, const char *params, bool more)
{
	struct reply r = { 0 };
	struct err e;
	bool was = ctl_interruptible(c);
	int rc = more ? ctl_stream(c, method, params, on_reply, c, &e) :
	    ctl_call(c, method, params, &r, &e);

	if (rc == 0 && !more)
		show(c, r.params);
	else if (rc == -1 && c->client.fail == CLIENT_FAULT)
		say_failed(c, EXIT_GENERIC, "%s: ERROR (%s)", method, e.msg);
	else if (rc == -1 && c->client.fail == CLIENT_STOPPED)
		ctl_interrupted();
	else if (rc == -1)
		say_error(c, &e);
	if (!was)
		ctl_uninterruptible(c);
	reply_release(&r);
}

/* What follows the word in the line, as it was typed: JSON may have blanks in it. */
static const char *
behind(const char *line, const char *word)
{
	const char *at = strstr(line, word);

	return at != NULL ? at + strlen(word) : "";
}

void
cmd_call(struct ctl *c, struct words *w)
{
	bool more = w->n > 0 && strcmp(w->v[0], "-f") == 0;
	const char *text;
	yyjson_doc *doc;
	char *method;

	if (w->n < 1u + more) {
		say_failed(c, EXIT_INVALID_ARGS, "Error: call needs the name of a method");
		command_usage("call");
		return;
	}
	method = whole_name(w->v[more]);
	text = w->n > 1u + more ? behind(w->rest, w->v[more]) : "{}";
	doc = yyjson_read(text, strlen(text), 0);
	if (method == NULL)
		say_failed(c, EXIT_GENERIC, "Error: out of memory");
	else if (!yyjson_is_obj(yyjson_doc_get_root(doc)))
		say_failed(c, EXIT_INVALID_ARGS, "Error: parameters are one JSON object, such as"
		    " '{\"name\":\"web\"}', not%s", text);
	else
		call(c, method, text, more);
	yyjson_doc_free(doc);
	free(method);
}
