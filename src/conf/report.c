/*
 * Collects what is wrong.  The texts are built by those who find it; this
 * file only knows the two forms.
 */
#include "conf/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/array.h"
#include "conf/conf.h"
#include "conf/text.h"

#define LOOK_BACK	64	/* findings; the same one again comes soon */

/* "file:line: [section] key: " in front of a line of check. */
static void
add_place(struct buf *out, const struct origin *o)
{
	if (o->file != NULL)
		buf_addf(out, "%s:", o->file);
	if (o->line > 0)
		buf_addf(out, "%d:", o->line);
	if (o->file != NULL || o->line > 0)
		buf_addc(out, ' ');
	if (o->section != NULL)
		buf_addf(out, "[%s] ", o->section);
	if (o->key != NULL)
		buf_addf(out, "%s: ", o->key);
}

/*
 * A line of check; what tells of it, behind the place, is in text.  A key that is
 * parsed twice (the priority of a program is its group's, too) is not reported twice.
 * Returns whether it is new.
 */
static bool
add_finding(struct report *r, const struct origin *o, const char *kind, const char *text)
{
	struct finding *v, new = { .line = o->line };
	struct buf line = { 0 };

	add_place(&line, o);
	buf_adds(&line, kind);
	buf_adds(&line, text);
	for (size_t i = r->nfound; i > 0 && r->nfound - i < LOOK_BACK; i--)
		if (strcmp(r->found[i - 1].text, buf_text(&line)) == 0) {
			buf_release(&line);
			return false;
		}
	new.file = o->file != NULL ? strdup(o->file) : NULL;
	new.text = buf_steal(&line);
	v = array_room(r->found, r->nfound, sizeof(*v));
	if (v != NULL)
		r->found = v;
	if (v == NULL || new.text == NULL || (o->file != NULL && new.file == NULL)) {
		free(new.file);
		free(new.text);
		report_nomem(r);
		return false;
	}
	v[r->nfound++] = new;
	return true;
}

void
report_release(struct report *r)
{
	for (size_t i = 0; i < r->nfound; i++) {
		free(r->found[i].file);
		free(r->found[i].text);
	}
	free(r->found);
	r->found = NULL;
	r->nfound = 0;
}

/* The first error as supervisord would say it. */
static void
keep_error(struct report *r, const struct origin *o, const char *text)
{
	if (r->errors++ > 0)
		return;
	if (o->program_file != NULL)
		err_set(r->e, FAULT_CANT_REREAD, "%s in section '%s' (file: '%s')", text,
		    o->section, o->program_file);
	else
		err_set(r->e, FAULT_CANT_REREAD, "%s", text);
}

int
report_error(struct report *r, const struct origin *o, const char *fmt, ...)
{
	va_list ap;
	struct buf text = { 0 };

	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	if (!r->checking)
		keep_error(r, o, buf_text(&text));
	else if (add_finding(r, o, "", buf_text(&text)))
		r->errors++;
	buf_release(&text);
	return r->checking ? 0 : -1;
}

int
report_nomem(struct report *r)
{
	err_no_memory(r->e);
	r->errors++;
	return -1;
}

int
report_note(struct report *r, const struct origin *o, enum log_level level,
    const char *fmt, ...)
{
	va_list ap;
	struct buf text = { 0 };
	struct config *c = r->c;
	struct conf_note *notes;

	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	if (r->checking && level <= LOG_WARN)
		add_finding(r, o, "warning: ", buf_text(&text));
	notes = array_room(c->notes, c->nnotes, sizeof(*notes));
	if (notes == NULL) {
		buf_release(&text);
		return report_nomem(r);
	}
	c->notes = notes;
	notes[c->nnotes] = (struct conf_note){ level, buf_steal(&text) };
	if (notes[c->nnotes].text == NULL)
		return report_nomem(r);
	c->nnotes++;
	return 0;
}

void
report_hint(struct report *r, const struct origin *o, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	if (!r->checking)
		return;
	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	add_finding(r, o, "warning: ", buf_text(&text));
	buf_release(&text);
}
