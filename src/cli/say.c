/*
 * How supctl speaks: lines, hints, colours, columns, JSON, and names.
 */
#include "cli/ctl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "wire/json.h"

#define WIDTH 80	/* columns of a terminal that Python's cmd module assumes */

void
say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

void
say_failed(struct ctl *c, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	c->status = status;
}

void
hint(const struct ctl *c, const char *fmt, ...)
{
	va_list ap;

	if (!c->tty)
		return;
	va_start(ap, fmt);
	printf(c->colour ? "\033[2mhint: " : "hint: ");
	vprintf(fmt, ap);
	printf("%s\n", c->colour ? "\033[0m" : "");
	va_end(ap);
	fflush(stdout);
}

/* A fault in the form in which people search logs for it. */
void
say_error(struct ctl *c, const struct err *e)
{
	switch (c->have_client ? c->client.fail : CLIENT_URL) {
	case CLIENT_FAULT:
		say_failed(c, EXIT_GENERIC, "error: <Fault %d: '%s%s%s'>", e->code,
		    fault_name(e->code), e->msg[0] != '\0' &&
		    strcmp(e->msg, fault_name(e->code)) != 0 ? ": " : "",
		    strcmp(e->msg, fault_name(e->code)) != 0 ? e->msg : "");
		break;
	case CLIENT_STOPPED:
		say_failed(c, EXIT_GENERIC, "%s", "");
		break;
	case CLIENT_PASSWORD:
		say_failed(c, EXIT_GENERIC, "Server requires authentication");
		hint(c, "give -u and -p, or username and password in [supervisorctl]");
		break;
	case CLIENT_CERTIFICATE:
		say_failed(c, EXIT_GENERIC, "error: %s", e->msg);
		hint(c, "--cacert, or cacert in [supervisorctl], names a file of certificates "
		    "to trust");
		break;
	default:
		say_failed(c, EXIT_GENERIC, "error: %s", e->msg);
		break;
	}
}

void
say_buf(const struct buf *b)
{
	fwrite(buf_text(b), 1, b->len, stdout);
	fflush(stdout);
}

/* Width of the columns when names are set in `rows` rows; 0: too wide. */
static size_t
layout(const char *const *names, size_t n, size_t rows, size_t *widths)
{
	size_t cols = (n + rows - 1) / rows, total = 0;

	for (size_t col = 0; col < cols; col++) {
		widths[col] = 0;
		for (size_t i = col * rows; i < n && i < (col + 1) * rows; i++)
			if (strlen(names[i]) > widths[col])
				widths[col] = strlen(names[i]);
		total += widths[col] + 2;
		if (total > WIDTH + 2)
			return 0;
	}
	return cols;
}

void
say_columns(const char *const *names, size_t n)
{
	size_t widths[WIDTH], cols = 1, rows;

	for (rows = 1; rows < n; rows++)
		if (n <= rows * WIDTH / 2 && (cols = layout(names, n, rows, widths)) > 0)
			break;
	if (rows >= n) {	/* one below the other */
		for (size_t i = 0; i < n; i++)
			printf("%s\n", names[i]);
		fflush(stdout);
		return;
	}
	for (size_t row = 0; row < rows; row++) {
		for (size_t col = 0; col < cols && row + col * rows < n; col++)
			printf("%s%-*s", col > 0 ? "  " : "", (int)widths[col],
			    names[row + col * rows]);
		putchar('\n');
	}
	fflush(stdout);
}

const char *
colour_of(const struct ctl *c, const char *state)
{
	static const struct {
		const char *state, *colour;
	} table[] = {
		{ "RUNNING", "\033[32m" }, { "STARTING", "\033[33m" },
		{ "STOPPING", "\033[33m" }, { "BACKOFF", "\033[33m" },
		{ "FATAL", "\033[31m" }, { "UNKNOWN", "\033[31m" },
		{ "EXITED", "\033[36m" },
	};

	if (!c->colour)
		return "";
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].state, state) == 0)
			return table[i].colour;
	return "\033[2m";
}

const char *
colour_end(const struct ctl *c)
{
	return c->colour ? "\033[0m" : "";
}

void
say_rows(yyjson_val *rows)
{
	struct buf b = { 0 };
	yyjson_arr_iter it;
	yyjson_val *row;
	bool first = true;

	buf_addc(&b, '[');
	yyjson_arr_iter_init(rows, &it);
	while ((row = yyjson_arr_iter_next(&it)) != NULL) {
		buf_adds(&b, first ? "\n" : ",\n");
		json_value(&b, row);
		first = false;
	}
	buf_adds(&b, first ? "]\n" : "\n]\n");
	say_buf(&b);
	buf_release(&b);
}

struct spec
spec_of(const char *word)
{
	const char *colon = strchr(word, ':');
	struct spec s = { .group = word, .group_len = strlen(word), .name = word };

	if (colon != NULL) {
		s.group_len = (size_t)(colon - word);
		s.name = colon + 1;
		if (s.name[0] == '\0' || strcmp(s.name, "*") == 0)
			s.name = NULL;
	}
	return s;
}

void
spec_print(struct buf *b, const char *group, const char *name)
{
	if (strcmp(group, name) != 0) {
		buf_adds(b, group);
		buf_addc(b, ':');
	}
	buf_adds(b, name);
}

void
params_names(struct buf *b, const char *key, char *const *v, size_t n)
{
	json_key(b, key);
	json_open(b, '[');
	for (size_t i = 0; i < n; i++)
		json_str(b, v[i]);
	json_close(b, ']');
}

bool
has_all(const struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->v[i], "all") == 0)
			return true;
	return false;
}
