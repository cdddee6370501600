/*
 * Types of one number.  Texts of errors are supervisord's.
 */
#include "conf/types.h"

#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"
#include "conf/text.h"

static int
refuse_int(struct err *e, const char *text, int base)
{
	struct buf shown = { 0 };

	text_repr(&shown, text, strlen(text));
	err_set(e, FAULT_CANT_REREAD, "invalid literal for int() with base %d: %s", base,
	    buf_text(&shown));
	buf_release(&shown);
	return -1;
}

int64_t
conf_clamp(int64_t n, struct conf_parse *p)
{
	const struct conf_key *k = p->key;

	if (k == NULL || (k->min == 0 && k->max == 0) || (n >= k->min && n <= k->max))
		return n;
	p->clamped = true;
	return n < k->min ? k->min : k->max;
}

static int
parse_integer(void *field, const char *text, struct conf_parse *p)
{
	int64_t n;

	if (text_int(text, 10, &n) == -1)
		return refuse_int(p->e, text, 10);
	*(int64_t *)field = conf_clamp(n, p);
	return 0;
}

static void
print_integer(const void *field, struct buf *out)
{
	buf_addf(out, "%lld", (long long)*(const int64_t *)field);
}

static bool
equal_integer(const void *a, const void *b)
{
	return *(const int64_t *)a == *(const int64_t *)b;
}

const struct conf_type conf_integer = {
	"number", NULL, parse_integer, print_integer, equal_integer, NULL
};

const struct conf_type conf_seconds = {
	"seconds", NULL, parse_integer, print_integer, equal_integer, NULL
};

static const struct {
	const char *suffix;
	int64_t factor;
} sizes[] = {
	{ "gb", 1 << 30 }, { "mb", 1 << 20 }, { "kb", 1 << 10 },
};

static int
parse_bytes(void *field, const char *text, struct conf_parse *p)
{
	char *lower = strdup(text);
	size_t len;
	int64_t n, factor = 1;
	int rc;

	if (lower == NULL)
		return err_no_memory(p->e);
	text_lower(lower);
	len = strlen(lower);
	for (size_t i = 0; len >= 2 && i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (strcmp(lower + len - 2, sizes[i].suffix) == 0) {
			factor = sizes[i].factor;
			lower[len - 2] = '\0';
			break;
		}
	rc = text_int(lower, 10, &n);
	if (rc == -1)
		refuse_int(p->e, lower, 10);
	else if (n > INT64_MAX / factor || n < -INT64_MAX / factor)
		*(int64_t *)field = conf_clamp(n < 0 ? -INT64_MAX : INT64_MAX, p);
	else
		*(int64_t *)field = conf_clamp(n * factor, p);
	free(lower);
	return rc;
}

static void
print_bytes(const void *field, struct buf *out)
{
	int64_t n = *(const int64_t *)field;

	for (size_t i = 0; n != 0 && i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (n % sizes[i].factor == 0) {
			buf_addf(out, "%lld%c%c", (long long)(n / sizes[i].factor),
			    sizes[i].suffix[0] - 'a' + 'A', 'B');
			return;
		}
	buf_addf(out, "%lld", (long long)n);
}

const struct conf_type conf_bytes = {
	"bytes", NULL, parse_bytes, print_bytes, equal_integer, NULL
};

/* "5002-5050" or "5002" */
static int
parse_ports(void *field, const char *text, struct conf_parse *p)
{
	struct conf_ports *r = field;
	const char *dash = strchr(text, '-');
	char *first = strndup(text, dash != NULL ? (size_t)(dash - text) : strlen(text));
	int64_t a = 0, b = 0;
	bool good = first != NULL && text_int(first, 10, &a) == 0 &&
	    text_int(dash != NULL ? dash + 1 : first, 10, &b) == 0;

	if (first == NULL)
		return err_no_memory(p->e);
	free(first);
	if (!good || a < 1 || b < a || b > 65535)
		return err_set(p->e, FAULT_CANT_REREAD, "'%s' is not a range of ports such as"
		    " 5002-5050, of 1 to 65535", text);
	*r = (struct conf_ports){ a, b };
	return 0;
}

static void
print_ports(const void *field, struct buf *out)
{
	const struct conf_ports *r = field;

	if (r->last > 0)
		buf_addf(out, "%lld-%lld", (long long)r->first, (long long)r->last);
}

static bool
equal_ports(const void *a, const void *b)
{
	const struct conf_ports *r = a, *s = b;

	return r->first == s->first && r->last == s->last;
}

const struct conf_type conf_ports = {
	"ports", NULL, parse_ports, print_ports, equal_ports, NULL
};

static int
parse_octal(void *field, const char *text, struct conf_parse *p)
{
	int64_t n;

	if (text_int(text, 8, &n) == -1)
		return err_set(p->e, FAULT_CANT_REREAD,
		    "%s can not be converted to an octal type", text);
	*(int *)field = (int)(n & 07777);	/* the kernel looks at no more */
	return 0;
}

static void
print_octal(const void *field, struct buf *out)
{
	if (*(const int *)field >= 0)
		buf_addf(out, "0%o", (unsigned)*(const int *)field);
}

static bool
equal_int(const void *a, const void *b)
{
	return *(const int *)a == *(const int *)b;
}

const struct conf_type conf_octal = {
	"octal", NULL, parse_octal, print_octal, equal_int, NULL
};
