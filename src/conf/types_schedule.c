/*
 * schedule and schedule_zone.
 */
#include "conf/types.h"

#include <stdlib.h>
#include <string.h>

#include "conf/text.h"

static void
release_schedule(void *field)
{
	struct conf_schedule *s = field;

	free(s->text);
	*s = (struct conf_schedule){ 0 };
}

static int
parse_schedule(void *field, const char *text, struct conf_parse *p)
{
	struct conf_schedule *s = field;

	if (cron_parse(&s->cron, text, p->e) == -1)
		return -1;
	s->text = strdup(text);
	if (s->text != NULL)
		return 0;
	release_schedule(s);
	return err_no_memory(p->e);
}

static void
print_schedule(const void *field, struct buf *out)
{
	const struct conf_schedule *s = field;

	if (s->text != NULL)
		buf_adds(out, s->text);
}

static bool
equal_schedule(const void *a, const void *b)
{
	const struct conf_schedule *s = a, *t = b;

	return s->text == NULL || t->text == NULL ? s->text == t->text :
	    strcmp(s->text, t->text) == 0;
}

const struct conf_type conf_schedule = {
	"times", NULL, parse_schedule, print_schedule, equal_schedule, release_schedule
};

static int
parse_zone(void *field, const char *text, struct conf_parse *p)
{
	if (!cron_knows_zone(text))
		return err_set(p->e, FAULT_CANT_REREAD, "no time zone '%s' in /usr/share/zoneinfo;"
		    " without its files write UTC or a rule like CET-1CEST,M3.5.0,M10.5.0/3", text);
	return conf_string.parse(field, text, p);
}

static void
print_zone(const void *field, struct buf *out)
{
	conf_string.print(field, out);
}

static bool
equal_zone(const void *a, const void *b)
{
	return conf_string.equal(a, b);
}

static void
release_zone(void *field)
{
	conf_string.release(field);
}

const struct conf_type conf_zone = {
	"zone", NULL, parse_zone, print_zone, equal_zone, release_zone
};
