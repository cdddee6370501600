/*
 * What the values of a call mean to the methods: numbers, truth, their names.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "web/xmlrpc_read.h"
#include "web/xmlrpc_scalar.h"

const struct xvalue *
xvalue_member(const struct xvalue *v, const char *name)
{
	const struct xvalue *found = NULL;

	if (v->type != XV_STRUCT)
		return NULL;
	for (const struct xvalue *m = v->first; m != NULL; m = m->next)
		if (strcmp(m->name, name) == 0)
			found = m;
	return found;
}

static int64_t
cut(double d)
{
	if (d >= 0x1p63)
		return INT64_MAX;
	return d < -0x1p63 ? INT64_MIN : (int64_t)d;
}

bool
xvalue_int(const struct xvalue *v, int64_t *n)
{
	switch (v->type) {
	case XV_INT:
		*n = v->n;
		return true;
	case XV_BOOL:
		*n = v->yes;
		return true;
	case XV_DOUBLE:
		*n = cut(v->d);
		return true;
	case XV_STRING:
		return strlen(v->text) == v->len && scalar_int(v->text, n);
	case XV_DATE:
	case XV_ARRAY:
	case XV_STRUCT:
		break;
	}
	return false;
}

bool
xvalue_truth(const struct xvalue *v)
{
	switch (v->type) {
	case XV_INT:
		return v->n != 0;
	case XV_BOOL:
		return v->yes;
	case XV_DOUBLE:
		return v->d < 0 || v->d > 0;
	case XV_STRING:
		return v->len > 0;
	case XV_ARRAY:
	case XV_STRUCT:
		return v->count > 0;
	case XV_DATE:
		break;
	}
	return true;
}

/* The shortest that reads back as the same, and never without a point. */
static void
print_double(double d, struct buf *out)
{
	char text[40];

	for (int digits = 1; digits <= 17; digits++) {
		double back;

		snprintf(text, sizeof(text), "%.*g", digits, d);
		if (sscanf(text, "%lf", &back) == 1 && back >= d && back <= d)
			break;
	}
	buf_adds(out, text);
	if (text[strcspn(text, ".e")] == '\0')
		buf_adds(out, ".0");
}

/* "20261121T23:59:59" */
static void
print_date(const char *t, struct buf *out)
{
	buf_addf(out, "%.4s-%.2s-%.2s %s", t, t + 4, t + 6, t + 9);
}

static void
print_all(const struct xvalue *v, struct buf *out)
{
	for (const struct xvalue *m = v->first; m != NULL; m = m->next) {
		bool quoted = m->type == XV_STRING;

		if (m != v->first)
			buf_adds(out, ", ");
		if (m->name != NULL)
			buf_addf(out, "'%s': ", m->name);
		buf_adds(out, quoted ? "'" : "");
		xvalue_print(m, out);
		buf_adds(out, quoted ? "'" : "");
	}
}

void
xvalue_print(const struct xvalue *v, struct buf *out)
{
	switch (v->type) {
	case XV_INT:
		buf_addf(out, "%lld", (long long)v->n);
		break;
	case XV_BOOL:
		buf_adds(out, v->yes ? "True" : "False");
		break;
	case XV_DOUBLE:
		print_double(v->d, out);
		break;
	case XV_STRING:
		buf_add(out, v->text, v->len);
		break;
	case XV_DATE:
		print_date(v->text, out);
		break;
	case XV_ARRAY:
	case XV_STRUCT:
		buf_addc(out, v->type == XV_ARRAY ? '[' : '{');
		print_all(v, out);
		buf_addc(out, v->type == XV_ARRAY ? ']' : '}');
		break;
	}
}
