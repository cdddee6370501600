/*
 * [eventlistener:x]: checked as supervisord checks it.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/events.h"
#include "conf/load.h"
#include "conf/text.h"

#define DEFAULT_HANDLER	"supervisor.dispatchers:default_handler"
#define STDOUT_HANDLER	"supervisor_stdout:event_handler"	/* a common plug-in: done by us */

/* Handlers are Python; what the common ones are used for can be had without. */
static int
check_handler(struct loader *ld, const struct section_load *sl, const char *handler)
{
	struct origin o = load_origin(ld, sl, "result_handler");

	if (strcmp(handler, DEFAULT_HANDLER) == 0 || strcmp(handler, STDOUT_HANDLER) == 0)
		return 0;
	return report_error(&ld->report, &o, "%s cannot be resolved within [%s]; use %s or %s",
	    handler, sl->section->name, DEFAULT_HANDLER, STDOUT_HANDLER);
}

/* Rules between the keys of a listener. */
static int
check_listener(struct loader *ld, const struct section_load *sl,
    struct conf_listener *keys)
{
	const char *name = sl->section->name;
	struct origin o = load_origin(ld, sl, "events");

	if (check_handler(ld, sl, keys->result_handler) == -1)
		return -1;
	if (keys->events.n == 0)
		return report_error(&ld->report, &o,
		    "[%s] section requires an \"events\" line", name);
	for (size_t i = 0; i < keys->events.n; i++) {
		char *event = keys->events.v[i];

		if (event_is_supervisords(event)) {
			keys->kinds |= event_mask(event) & ~KINDS_OURS;
			continue;
		}
		for (char *c = event; *c != '\0'; c++)
			if (*c >= 'a' && *c <= 'z')
				*c = (char)(*c - 'a' + 'A');
		if (report_error(&ld->report, &o, "Unknown event type %s in [%s] events",
		    event, name) == -1)
			return -1;
	}
	return 0;
}

/* redirect_stderr would mix with the protocol on stdout. */
static int
check_redirect(struct loader *ld, const struct section_load *sl)
{
	struct section_load plain = *sl;
	struct program p;
	struct origin o;

	program_init(&p);
	plain.table = &conf_program_table;
	if (load_key(ld, &plain, conf_key_find(plain.table, "redirect_stderr"), &p) == -1)
		return -1;
	if (!p.redirect_stderr)
		return 0;
	o = load_origin(ld, sl, "redirect_stderr");
	return report_error(&ld->report, &o, "[%s] section sets redirect_stderr=true but this"
	    " is not allowed because it will interfere with the eventlistener protocol",
	    sl->section->name);
}

int
load_listener(struct loader *ld, struct ini_section *s, struct conf_listener *keys,
    struct program_list *l)
{
	struct section_load sl = { &conf_listener_table, s, ld->scope, false };
	struct section_load named = { &conf_program_table, s, ld->scope, true };
	struct origin o;

	for (size_t i = 0; i < sl.table->nkeys; i++) {
		const struct conf_key *k = &sl.table->keys[i];

		if (load_key(ld, &sl, k, keys) == -1)
			return -1;
		if (strcmp(k->name, "buffer_size") != 0 || keys->buffer_size >= 1)
			continue;
		o = load_origin(ld, &sl, k->name);
		if (report_error(&ld->report, &o, "[%s] section sets invalid buffer_size (%lld)",
		    s->name, (long long)keys->buffer_size) == -1)
			return -1;
	}
	if (check_listener(ld, &sl, keys) == -1 || check_redirect(ld, &sl) == -1 ||
	    load_check_name(ld, &named) == -1)
		return -1;
	return load_processes(ld, s, s->title, l);
}

bool
listener_is_ours(const struct conf_listener *keys)
{
	return strcmp(keys->result_handler, STDOUT_HANDLER) == 0;
}
