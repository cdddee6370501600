/*
 * Python's printf-style formatting with a mapping.  Numbers are formatted by
 * snprintf, whose rules Python took over; the order in which errors are found
 * is Python's too, because the first one is shown.
 */
#include "conf/expand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/hole.h"
#include "conf/text.h"
#include "conf/words.h"

#define FIELD_MAX	65536	/* width and precision: more is surely a mistake */
#define SHOWN_MAX	160	/* bytes of the text in a message */

/* One %... of a text. */
struct spec {
	bool	 minus, plus, space, zero, alt;
	bool	 has_precision;
	int	 width;
	int	 precision;
	char	 conversion;
};

/* The value of a name: text, or a number when text is NULL, or both. */
struct value {
	const char *text;
	int64_t	 num;
	bool	 both;
};

/* Where we are in a text, and why we cannot go on. */
struct format {
	const struct scope *scope;
	const char *text;
	const char *at;
	struct buf *out;
	struct buf unknown;	/* the name that nobody offers */
	struct buf why;
};

static bool
lookup_env(const struct scope *s, const char *name, size_t len, struct value *v)
{
	for (int i = 0; i < SCOPE_ENVS; i++) {
		v->text = s->env[i] ? env_get(s->env[i], name, len) : NULL;
		if (v->text != NULL)
			return true;
	}
	return false;
}

/* What fills a hole is a number wherever it looks like one. */
static bool
lookup_given(const struct scope *s, const char *name, size_t len, struct value *v)
{
	v->text = s->given != NULL ? env_get(s->given, name, len) : NULL;
	if (v->text == NULL && s->guessed != NULL) {
		*s->guessed = true;
		v->text = "0";
	}
	v->both = v->text != NULL && text_int(v->text, 10, &v->num) == 0;
	return v->text != NULL;
}

static bool
lookup(const struct scope *s, const char *name, size_t len, struct value *v)
{
	const struct {
		const char *name;
		const char *text;
	} texts[] = {
		{ "here", s->here },
		{ "host_node_name", s->host_node_name },
		{ "program_name", s->program_name },
		{ "group_name", s->group_name },
	};

	*v = (struct value){ 0 };
	if (len > 4 && memcmp(name, "ENV_", 4) == 0)
		return lookup_env(s, name + 4, len - 4, v);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strlen(texts[i].name) != len || memcmp(texts[i].name, name, len) != 0)
			continue;
		v->text = texts[i].text;
		return v->text != NULL || lookup_given(s, name, len, v);
	}
	if (s->numbered && len == 11 && memcmp(name, "process_num", 11) == 0)
		v->num = s->process_num;
	else if (s->numbered && len == 8 && memcmp(name, "numprocs", 8) == 0)
		v->num = s->numprocs;
	else
		return lookup_given(s, name, len, v);
	return true;
}

/* The (name) behind a percent sign; brackets inside it nest. */
static int
take_name(struct format *f, struct value *v)
{
	const char *start = ++f->at;
	int depth = 1;

	for (; *f->at != '\0' && depth > 0; f->at++)
		depth += (*f->at == '(') - (*f->at == ')');
	if (depth > 0) {
		buf_adds(&f->why, "incomplete format key");
		return -1;
	}
	if (lookup(f->scope, start, (size_t)(f->at - start) - 1, v))
		return 0;
	text_repr(&f->unknown, start, (size_t)(f->at - start) - 1);
	return -1;
}

/*
 * A width or precision.  "*" takes the value itself, after which none is left
 * to be shown: always an error, but which one depends.
 */
static int
take_number(struct format *f, const struct value *v, const char *name, int *n)
{
	*n = 0;
	if (*f->at == '*') {
		buf_adds(&f->why, v == NULL || v->text != NULL ? "* wants int"
		    : "not enough arguments for format string");
		return -1;
	}
	for (; *f->at >= '0' && *f->at <= '9'; f->at++) {
		*n = *n * 10 + (*f->at - '0');
		if (*n > FIELD_MAX) {
			buf_addf(&f->why, "%s too big", name);
			return -1;
		}
	}
	return 0;
}

static int
take_spec(struct format *f, const struct value *v, struct spec *p)
{
	for (;; f->at++) {
		if (*f->at == '-')
			p->minus = true;
		else if (*f->at == '+')
			p->plus = true;
		else if (*f->at == ' ')
			p->space = true;
		else if (*f->at == '#')
			p->alt = true;
		else if (*f->at == '0')
			p->zero = true;
		else
			break;
	}
	if (take_number(f, v, "width", &p->width) == -1)
		return -1;
	if (*f->at == '.') {
		f->at++;
		p->has_precision = true;
		if (take_number(f, v, "precision", &p->precision) == -1)
			return -1;
	}
	if (*f->at == 'h' || *f->at == 'l' || *f->at == 'L')
		f->at++;
	p->conversion = *f->at;
	if (p->conversion == '\0') {
		buf_adds(&f->why, "incomplete format");
		return -1;
	}
	return 0;
}

/* Text of at most precision characters, filled up to width with blanks. */
static void
put_text(struct format *f, const struct spec *p, const char *text, size_t len)
{
	size_t chars = 0, bytes = 0, pad;

	while (bytes < len && !(p->has_precision && chars >= (size_t)p->precision)) {
		bytes += text_char(text + bytes, len - bytes);
		chars++;
	}
	pad = (size_t)p->width > chars ? (size_t)p->width - chars : 0;
	if (!p->minus)
		buf_addf(f->out, "%*s", (int)pad, "");
	buf_add(f->out, text, bytes);
	if (p->minus)
		buf_addf(f->out, "%*s", (int)pad, "");
}

/* Digits without sign in a base; precision is the least number of them. */
static void
add_digits(struct buf *out, uint64_t n, unsigned base, bool upper, int precision)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char digits[24];
	int len = 0;

	do
		digits[len++] = set[n % base];
	while ((n /= base) > 0);
	for (; precision > len; precision--)
		buf_addc(out, '0');
	while (len > 0)
		buf_addc(out, digits[--len]);
}

static void
add_real(struct buf *out, double n, const struct spec *p)
{
	int precision = p->has_precision ? p->precision : 6;

	switch (p->conversion) {
	case 'e': buf_addf(out, p->alt ? "%#.*e" : "%.*e", precision, n); break;
	case 'E': buf_addf(out, p->alt ? "%#.*E" : "%.*E", precision, n); break;
	case 'g': buf_addf(out, p->alt ? "%#.*g" : "%.*g", precision, n); break;
	case 'G': buf_addf(out, p->alt ? "%#.*G" : "%.*G", precision, n); break;
	default: buf_addf(out, p->alt ? "%#.*f" : "%.*f", precision, n); break;
	}
}

/* Sign, base prefix, zeros and digits, filled up to width. */
static void
put_number(struct format *f, const struct spec *p, int64_t n)
{
	uint64_t size = n < 0 ? -(uint64_t)n : (uint64_t)n;
	const char *sign = n < 0 ? "-" : p->plus ? "+" : p->space ? " " : "", *prefix = "";
	struct buf digits = { 0 };
	int precision = p->has_precision ? p->precision : 0, pad;

	if (p->conversion == 'o') {
		add_digits(&digits, size, 8, false, precision);
		prefix = p->alt ? "0o" : "";
	} else if (p->conversion == 'x' || p->conversion == 'X') {
		add_digits(&digits, size, 16, p->conversion == 'X', precision);
		prefix = !p->alt ? "" : p->conversion == 'x' ? "0x" : "0X";
	} else if (strchr("diu", p->conversion) != NULL)
		add_digits(&digits, size, 10, false, precision);
	else
		add_real(&digits, (double)size, p);

	pad = p->width - (int)(strlen(sign) + strlen(prefix) + digits.len);
	if (pad < 0)
		pad = 0;
	if (!p->minus && !p->zero)
		buf_addf(f->out, "%*s", pad, "");
	buf_addf(f->out, "%s%s", sign, prefix);
	for (int i = 0; i < pad && p->zero && !p->minus; i++)
		buf_addc(f->out, '0');
	buf_add(f->out, digits.data, digits.len);
	if (p->minus)
		buf_addf(f->out, "%*s", pad, "");
	f->out->failed = f->out->failed || digits.failed;
	buf_release(&digits);
}

/* %c: a string of one character, or the character of a number. */
static int
put_char(struct format *f, const struct spec *p, const struct value *v)
{
	char utf8[4];
	uint32_t ch = (uint32_t)v->num;
	size_t n = 0;

	if (v->text != NULL) {
		n = strlen(v->text);
		if (n == 0 || text_char(v->text, n) != n) {
			buf_adds(&f->why, "%c requires int or char");
			return -1;
		}
		put_text(f, p, v->text, n);
		return 0;
	}
	if (v->num < 0 || v->num > 0x10ffff) {
		buf_adds(&f->why, "%c arg not in range(0x110000)");
		return -1;
	}
	if (ch == 0 || (ch >= 0xd800 && ch <= 0xdfff)) {
		buf_adds(&f->why, "no character for %c");
		return -1;
	}
	if (ch < 0x80)
		utf8[n++] = (char)ch;
	else if (ch < 0x800)
		utf8[n++] = (char)(0xc0 | ch >> 6);
	else if (ch < 0x10000)
		utf8[n++] = (char)(0xe0 | ch >> 12);
	else {
		utf8[n++] = (char)(0xf0 | ch >> 18);
		utf8[n++] = (char)(0x80 | (ch >> 12 & 0x3f));
	}
	if (ch >= 0x800)
		utf8[n++] = (char)(0x80 | (ch >> 6 & 0x3f));
	if (ch >= 0x80)
		utf8[n++] = (char)(0x80 | (ch & 0x3f));
	put_text(f, p, utf8, n);
	return 0;
}

/* %s %r %a */
static void
put_string(struct format *f, const struct spec *p, const struct value *v)
{
	struct buf shown = { 0 };

	if (v->text == NULL)
		buf_addf(&shown, "%jd", (intmax_t)v->num);
	else if (p->conversion == 's')
		buf_adds(&shown, v->text);
	else
		text_repr(&shown, v->text, strlen(v->text));
	if (shown.failed)
		f->out->failed = true;
	put_text(f, p, buf_text(&shown), shown.len);
	buf_release(&shown);
}

/* Characters in front of a place, as Python counts the index of an error. */
static size_t
index_of(const char *text, const char *place)
{
	size_t chars = 0;

	while (text < place) {
		text += text_char(text, (size_t)(place - text));
		chars++;
	}
	return chars;
}

/* The conversion that take_spec() has found.  v is NULL for a % without a name. */
static int
put_value(struct format *f, const struct spec *p, const struct value *v)
{
	char c = p->conversion;
	const char *type = v == NULL ? "dict" : "str";
	bool number = v != NULL && (v->text == NULL || v->both);

	if (c == '\0' || strchr("srac", c) != NULL) {
		if (v == NULL)
			buf_adds(&f->why, "not enough arguments for format string");
		else if (c == 'c')
			return put_char(f, p, v);
		else
			put_string(f, p, v);
	} else if (strchr("diu", c) != NULL && !number)
		buf_addf(&f->why, "%%%c format: a real number is required, not %s", c, type);
	else if (strchr("oxX", c) != NULL && !number)
		buf_addf(&f->why, "%%%c format: an integer is required, not %s", c, type);
	else if (strchr("eEfFgG", c) != NULL && !number)
		buf_addf(&f->why, "must be real number, not %s", type);
	else if (strchr("diuoxXeEfFgG", c) != NULL)
		put_number(f, p, v->num);
	else
		buf_addf(&f->why, "unsupported format character '%c' (0x%x) at index %zu",
		    (unsigned char)c < 0x80 ? c : '?', (unsigned char)c,
		    index_of(f->text, f->at));
	return f->why.len > 0 ? -1 : 0;
}

/* A value of the store stays as it is; f->at is at its bracket. */
static int
take_hole(struct format *f)
{
	size_t len = hole_len(f->at - 1);

	if (len == 0)
		buf_adds(&f->why, "a value of the store is %(" HOLE_NAME "COMPONENT/PATH)s");
	else if (!f->scope->values)
		buf_adds(&f->why, "values of the store stand in command and environment only");
	if (f->why.len > 0)
		return -1;
	buf_add(f->out, f->at - 1, len);
	f->at += len - 1;
	return 0;
}

/* One conversion; f->at is behind the percent sign. */
static int
take_conversion(struct format *f)
{
	struct value v;
	struct spec p = { 0 };
	bool named = *f->at == '(';

	if (*f->at == '%') {	/* with nothing in between */
		buf_addc(f->out, *f->at++);
		return 0;
	}
	if (named && hole_is_name(f->at + 1, strcspn(f->at + 1, ")")))
		return take_hole(f);
	if (named && take_name(f, &v) == -1)
		return -1;
	if (take_spec(f, named ? &v : NULL, &p) == -1)
		return -1;
	if (put_value(f, &p, named ? &v : NULL) == -1)
		return -1;
	f->at++;
	return 0;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "Available names: ", sorted. */
static void
list_names(const struct scope *s, struct buf *out)
{
	const char *const fixed[] = {
		s->here ? "here" : NULL,
		s->host_node_name ? "host_node_name" : NULL,
		s->program_name ? "program_name" : NULL,
		s->group_name ? "group_name" : NULL,
		s->numbered ? "process_num" : NULL,
		s->numbered ? "numprocs" : NULL,
	};
	const size_t nfixed = sizeof(fixed) / sizeof(fixed[0]);
	char **names;
	size_t n = 0, max = nfixed;

	for (int i = 0; i < SCOPE_ENVS; i++)
		max += s->env[i] ? s->env[i]->n : 0;
	names = calloc(max, sizeof(*names));
	if (names == NULL)
		return;
	for (int i = 0; i < SCOPE_ENVS; i++) {
		for (size_t j = 0; s->env[i] != NULL && j < s->env[i]->n; j++) {
			const char *e = s->env[i]->v[j];

			if (asprintf(&names[n], "ENV_%.*s", (int)strcspn(e, "="), e) != -1)
				n++;
		}
	}
	for (size_t i = 0; i < nfixed; i++)
		if (fixed[i] != NULL && (names[n] = strdup(fixed[i])) != NULL)
			n++;
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(names[i - 1], names[i]) != 0)
			buf_addf(out, "%s%s", i == 0 ? "" : ", ", names[i]);
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static int
report_format(struct format *f, const char *what, struct err *e)
{
	struct buf shown = { 0 }, names = { 0 };
	size_t len = strlen(f->text);

	/* a long text would push the reason out of the message */
	text_repr(&shown, f->text, len > SHOWN_MAX ? SHOWN_MAX : len);
	if (len > SHOWN_MAX)
		buf_adds(&shown, "...");
	if (f->unknown.len > 0 && f->scope->given != NULL)
		err_set(e, FAULT_INCORRECT_PARAMETERS, "hole %s is not filled, which %s"
		    " needs", buf_text(&f->unknown), what);
	else if (f->unknown.len > 0) {
		list_names(f->scope, &names);
		err_set(e, FAULT_CANT_REREAD, "Format string %s for '%s' contains names (%s)"
		    " which cannot be expanded. Available names: %s", buf_text(&shown), what,
		    buf_text(&f->unknown), buf_text(&names));
	} else
		err_set(e, FAULT_CANT_REREAD, "Format string %s for '%s' is badly formatted: %s",
		    buf_text(&shown), what, buf_text(&f->why));
	buf_release(&shown);
	buf_release(&names);
	return -1;
}

int
scope_expand(const struct scope *s, const char *text, const char *what, struct buf *out,
    struct err *e)
{
	struct format f = { .scope = s, .text = text, .at = text, .out = out };
	size_t n;
	int rc = 0;

	while (rc == 0) {
		n = strcspn(f.at, "%");
		buf_add(out, f.at, n);
		f.at += n;
		if (*f.at == '\0')
			break;
		f.at++;
		if (take_conversion(&f) == -1)
			rc = report_format(&f, what, e);
	}
	if (rc == 0 && out->failed)
		rc = err_no_memory(e);
	buf_release(&f.unknown);
	buf_release(&f.why);
	return rc;
}
