/*
 * The text format of metrics.  The two dialects differ in where "_total" stands, in the
 * line with the unit, and in the end.
 */
#include "web/metrics_text.h"

#include <inttypes.h>
#include <string.h>

static const char *
type_name(const struct metrics_out *o)
{
	switch (o->type) {
	case METRIC_COUNTER:	return "counter";
	case METRIC_SUMMARY:	return "summary";
	case METRIC_INFO:	return o->is_open ? "info" : "gauge";
	case METRIC_GAUGE:	break;
	}
	return "gauge";
}

static const char *
own_suffix(const struct metrics_out *o)
{
	return o->type == METRIC_COUNTER ? "_total" : o->type == METRIC_INFO ? "_info" : "";
}

void
metrics_family(struct metrics_out *o, enum metric_type type, const char *name,
    const char *unit, const char *help)
{
	const char *suffix;

	o->name = name;
	o->type = type;
	suffix = o->is_open ? "" : own_suffix(o);
	buf_addf(&o->b, "# TYPE %s%s %s\n", name, suffix, type_name(o));
	if (unit != NULL && o->is_open)
		buf_addf(&o->b, "# UNIT %s %s\n", name, unit);
	buf_addf(&o->b, "# HELP %s%s %s\n", name, suffix, help);
}

void
metrics_sample(struct metrics_out *o, const char *suffix)
{
	buf_adds(&o->b, o->name);
	buf_adds(&o->b, suffix != NULL ? suffix : own_suffix(o));
	o->has_label = false;
}

void
metrics_label(struct metrics_out *o, const char *key, const char *value)
{
	buf_addc(&o->b, !o->has_label ? '{' : ',');
	o->has_label = true;
	buf_adds(&o->b, key);
	buf_adds(&o->b, "=\"");
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			buf_addc(&o->b, '\\');
		if (*value == '\n')
			buf_adds(&o->b, "\\n");
		else
			buf_addc(&o->b, *value);
	}
	buf_addc(&o->b, '"');
}

static void
end_labels(struct metrics_out *o)
{
	if (o->has_label)
		buf_addc(&o->b, '}');
	buf_addc(&o->b, ' ');
}

void
metrics_int(struct metrics_out *o, int64_t n)
{
	end_labels(o);
	buf_addf(&o->b, "%" PRId64 "\n", n);
}

void
metrics_num(struct metrics_out *o, double n)
{
	end_labels(o);
	buf_addf(&o->b, "%.15g\n", n);
}

void
metrics_end(struct metrics_out *o)
{
	if (o->is_open)
		buf_adds(&o->b, "# EOF\n");
}
