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
 * An error as a line of check.  A key that is parsed twice (the priority of a
 * program is its group's, too) shall not be reported twice.
 */
static void
add_error(struct report *r, const struct origin *o, const char *text)
{
	struct buf line = { 0 };

	add_place(&line, o);
	buf_addf(&line, "%s\n", text);
	if (r->errors == 0 || strcmp(buf_text(r->out) + r->last, buf_text(&line)) != 0) {
		r->last = r->out->len;
		buf_adds(r->out, buf_text(&line));
		r->errors++;
	}
	buf_release(&line);
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
	if (r->out != NULL)
		add_error(r, o, buf_text(&text));
	else
		keep_error(r, o, buf_text(&text));
	buf_release(&text);
	return r->out != NULL ? 0 : -1;
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
	if (r->out != NULL && level <= LOG_WARN) {
		add_place(r->out, o);
		buf_addf(r->out, "warning: %s\n", buf_text(&text));
	}
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
	va_list ap;

	if (r->out == NULL)
		return;
	add_place(r->out, o);
	buf_adds(r->out, "warning: ");
	va_start(ap, fmt);
	buf_addv(r->out, fmt, ap);
	va_end(ap);
	buf_addc(r->out, '\n');
}
