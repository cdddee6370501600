/*
 * [eventlistener:x]: checked as supervisord checks it.  It makes no group; a
 * warning says so.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/events.h"
#include "conf/load.h"
#include "conf/text.h"

/* Parse the keys of a program, and drop the result. */
static int
check_processes(struct loader *ld, struct ini_section *s, const char *group)
{
	struct program_list l = { 0 };
	struct section_load sl = { &conf_program_table, s, ld->scope, false };
	struct origin o = load_origin(ld, &sl, NULL);
	int rc = load_processes(ld, s, group, &l);

	program_list_release(&l);
	if (rc == 0)
		rc = report_note(&ld->report, &o, LOG_WARN,
		    "[%s] does nothing yet: this version cannot run it", s->name);
	return rc;
}

/* Rules between the keys of a listener. */
static int
check_listener(struct loader *ld, const struct section_load *sl,
    const struct listener_keys *keys)
{
	const char *name = sl->section->name;
	struct origin o = load_origin(ld, sl, "result_handler");

	if (strcmp(keys->result_handler, "supervisor.dispatchers:default_handler") != 0 &&
	    report_error(&ld->report, &o, "%s cannot be resolved within [%s]",
	    keys->result_handler, name) == -1)
		return -1;
	o = load_origin(ld, sl, "events");
	if (keys->events.n == 0)
		return report_error(&ld->report, &o,
		    "[%s] section requires an \"events\" line", name);
	for (size_t i = 0; i < keys->events.n; i++) {
		char *event = keys->events.v[i];

		if (event_is_supervisords(event))
			continue;
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
load_listener(struct loader *ld, struct ini_section *s)
{
	struct section_load sl = { &conf_listener_table, s, ld->scope, false };
	struct section_load named = { &conf_program_table, s, ld->scope, true };
	struct listener_keys keys = { 0 };
	struct origin o;
	int rc = -1;

	for (size_t i = 0; i < sl.table->nkeys; i++) {
		const struct conf_key *k = &sl.table->keys[i];

		if (load_key(ld, &sl, k, &keys) == -1)
			goto out;
		if (strcmp(k->name, "buffer_size") != 0 || keys.buffer_size >= 1)
			continue;
		o = load_origin(ld, &sl, k->name);
		if (report_error(&ld->report, &o, "[%s] section sets invalid buffer_size (%lld)",
		    s->name, (long long)keys.buffer_size) == -1)
			goto out;
	}
	if (check_listener(ld, &sl, &keys) == 0 && check_redirect(ld, &sl) == 0 &&
	    load_check_name(ld, &named) == 0)
		rc = check_processes(ld, s, s->title);
out:
	conf_release(sl.table, &keys);
	return rc;
}
