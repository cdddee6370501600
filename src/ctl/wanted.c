/*
 * What is wanted goes to the store as a list over as many packets as it takes, from the
 * beginning whenever it changes.
 */
#include "ctl/wanted.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "core/values.h"
#include "ctl/link.h"
#include "ctl/methods.h"
#include "wire/json.h"

#define PACKET_BYTES	(60 * 1024)	/* of paths in one packet */

static struct {
	void	(*kick)(void);
	bool	 due;
	bool	 any;		/* this store was asked for something */
	char	*after;		/* the last path that was sent; NULL: none; owned */
	int64_t	 revision;	/* of the store, when it last told */
} wanted;

struct part {
	struct buf *b;
	char	*last;		/* owned */
	bool	 whole;		/* nothing was left out */
};

static void
on_wanted(void)
{
	free(wanted.after);
	wanted.after = NULL;
	wanted.due = true;
	wanted.kick();
}

void
wanted_open(void (*kick)(void))
{
	static const struct values_ops ops = { on_wanted };

	values_ops = &ops;
	wanted.kick = kick;
	wanted.revision = 0;
}

void
wanted_close(void)
{
	wanted_down();
	free(wanted.after);
	wanted.after = NULL;
}

void
wanted_up(void)
{
	wanted.any = false;
	on_wanted();
}

void
wanted_down(void)
{
	wanted.due = false;
	if (wanted.any)
		values_set_trouble("the store is being restarted");
}

static bool
add_path(void *arg, const char *path)
{
	struct part *part = arg;

	if (part->b->len > PACKET_BYTES) {
		part->whole = false;
		return false;
	}
	json_str(part->b, path);
	free(part->last);
	part->last = strdup(path);
	return true;
}

/* Send the next part; false: it has to wait. */
static bool
send_part(struct link *l)
{
	struct part part = { .b = &l->packet, .whole = true };

	buf_clear(&l->packet);
	json_open(&l->packet, '{');
	json_kstr(&l->packet, "op", "wanted");
	json_kbool(&l->packet, "begin", wanted.after == NULL);
	json_key(&l->packet, "paths");
	json_open(&l->packet, '[');
	values_each(wanted.after, add_path, &part);
	json_close(&l->packet, ']');
	json_kbool(&l->packet, "end", part.whole);
	json_close(&l->packet, '}');
	if (part.last == NULL && !wanted.any) {		/* nothing is wanted, nor was it */
		wanted.due = false;
		return true;
	}
	if (link_send(l, -1) == SENT_LATER) {
		free(part.last);
		return false;
	}
	wanted.any = true;
	wanted.due = !part.whole;
	free(wanted.after);
	wanted.after = part.last;
	return true;
}

bool
wanted_pump(struct link *l)
{
	while (wanted.due)
		if (!send_part(l))
			return false;
	return true;
}

void
wanted_take(yyjson_val *root)
{
	int64_t revision = yyjson_get_sint(yyjson_obj_get(root, "revision"));
	yyjson_obj_iter it = yyjson_obj_iter_with(yyjson_obj_get(root, "values"));
	bool lost = revision < wanted.revision;
	yyjson_val *key;

	if (lost)
		log_warn("the store has lost its values: programs keep those that it told last");
	while ((key = yyjson_obj_iter_next(&it)) != NULL)
		values_tell(yyjson_get_str(key), yyjson_get_str(yyjson_obj_iter_get_val(key)),
		    lost);
	if (!yyjson_is_true(yyjson_obj_get(root, "end")))
		return;
	wanted.revision = revision;
	values_told();
}

void
wanted_failed(yyjson_val *root)
{
	const char *text = yyjson_get_str(yyjson_obj_get(root, "text"));

	if (text != NULL && wanted.any)
		values_set_trouble(text);
}

/* ---- GetLastValues ---- */

int
do_get_last_values(struct client *c, const struct vcall *call, struct err *e)
{
	yyjson_val *paths = NULL, *path;
	size_t i, n;

	if (vcall_strings(call, "paths", &paths, e) == -1)
		return -1;
	vreply_begin(&c->out);
	json_key(&c->out, "values");
	json_open(&c->out, '{');
	yyjson_arr_foreach(paths, i, n, path) {
		const char *text = values_last(yyjson_get_str(path));

		json_key(&c->out, yyjson_get_str(path));
		if (text != NULL)
			json_str(&c->out, text);
		else
			json_null(&c->out);
	}
	json_close(&c->out, '}');
	vreply_end(&c->out, false);
	return 0;
}
