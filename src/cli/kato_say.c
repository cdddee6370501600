/*
 * How kato speaks: what is wrong, calls, and values as JSON or YAML.
 */
#include "cli/kato.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/json.h"

void
kato_failed(struct kato *k, int status, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("kato: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	if (k->status == KATO_OK)
		k->status = status;
}

static int
status_of(enum client_fail fail)
{
	switch (fail) {
	case CLIENT_NO_FILE:
	case CLIENT_REFUSED:
	case CLIENT_BROKEN:
		return KATO_UNREACHED;
	case CLIENT_DENIED:
	case CLIENT_PASSWORD:
	case CLIENT_CERTIFICATE:
		return KATO_DENIED;
	case CLIENT_URL:
		return KATO_USAGE;
	case CLIENT_FINE:
	case CLIENT_FAULT:
	case CLIENT_STOPPED:
		break;
	}
	return KATO_FAILED;
}

void
kato_refused(struct kato *k, const struct err *e)
{
	if (!k->ctl.have_client)
		kato_failed(k, KATO_USAGE, "%s", e->msg);
	else if (k->ctl.client.fail == CLIENT_PASSWORD)
		kato_failed(k, KATO_DENIED, "the supervisor wants a user name and a password:"
		    " -u and -p, or username and password in [supervisorctl]");
	else
		kato_failed(k, status_of(k->ctl.client.fail), "%s",
		    e->msg[0] != '\0' ? e->msg : fault_name(e->code));
}

bool
kato_call(struct kato *k, const char *method, const char *params, struct reply *r)
{
	struct err e = { 0 };

	if (ctl_call(&k->ctl, method, params, r, &e) == 0)
		return true;
	kato_refused(k, &e);
	return false;
}

bool
kato_stream(struct kato *k, const char *method, const char *params, client_fn fn, void *arg)
{
	struct err e = { 0 };

	if (ctl_stream(&k->ctl, method, params, fn, arg, &e) == 0)
		return true;
	kato_refused(k, &e);
	return false;
}

/* ---- YAML ---- */

/* May it stand without quotes, and still be a string? */
static bool
is_plain(const char *s)
{
	static const char *const words[] = { "true", "false", "null", "yes", "no", "on", "off",
		"y", "n", "~" };
	char *end;

	if (s[0] == '\0' || strchr("-?:,[]{}#&*!|>'\"%@` \t+.", s[0]) != NULL)
		return false;
	for (const char *p = s; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || (*p == ':' && (p[1] == ' ' || p[1] == '\0')) ||
		    (*p == '#' && p[-1] == ' ') || *p == '\x7f')
			return false;
	if (s[strlen(s) - 1] == ' ')
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(s, words[i]) == 0)
			return false;
	(void)strtod(s, &end);		/* a number, or what another reader takes for one */
	return *end != '\0' && (s[0] < '0' || s[0] > '9' || s[strspn(s, "0123456789:-_")] != '\0');
}

static void
yaml_scalar(struct buf *b, yyjson_val *v)
{
	struct buf json = { 0 };	/* JSON is YAML, {} and [] too */

	if (yyjson_is_str(v) && is_plain(yyjson_get_str(v))) {
		buf_adds(b, yyjson_get_str(v));
		return;
	}
	json_value(&json, v);
	buf_add(b, buf_text(&json), json.len);
	buf_release(&json);
}

static bool
is_block(yyjson_val *v)
{
	return yyjson_is_ctn(v) && yyjson_get_len(v) > 0;
}

static void
indent(struct buf *b, int n)
{
	while (n-- > 0)
		buf_addc(b, ' ');
}

static void	yaml_block(struct buf *b, yyjson_val *v, int depth);

/* A value behind "key:" or "-". */
static void
yaml_behind(struct buf *b, yyjson_val *v, int depth)
{
	if (is_block(v)) {
		buf_addc(b, '\n');
		yaml_block(b, v, depth + 2);
		return;
	}
	buf_addc(b, ' ');
	yaml_scalar(b, v);
	buf_addc(b, '\n');
}

static void
yaml_block(struct buf *b, yyjson_val *v, int depth)
{
	yyjson_obj_iter members = yyjson_obj_iter_with(v);
	yyjson_arr_iter items = yyjson_arr_iter_with(v);
	yyjson_val *one;

	while ((one = yyjson_obj_iter_next(&members)) != NULL) {
		indent(b, depth);
		yaml_scalar(b, one);
		buf_addc(b, ':');
		yaml_behind(b, yyjson_obj_iter_get_val(one), depth);
	}
	while ((one = yyjson_arr_iter_next(&items)) != NULL) {
		indent(b, depth);
		buf_addc(b, '-');
		yaml_behind(b, one, depth);
	}
}

void
yaml_value(struct buf *b, yyjson_val *v)
{
	if (is_block(v)) {
		yaml_block(b, v, 0);
		return;
	}
	yaml_scalar(b, v);
	buf_addc(b, '\n');
}

void
kato_print(const struct kato *k, yyjson_val *v)
{
	struct buf b = { 0 };

	if (k->json) {
		json_value(&b, v);
		buf_addc(&b, '\n');
	} else {
		yaml_value(&b, v);
	}
	say_buf(&b);
	buf_release(&b);
}

void
kato_print_text(struct kato *k, const struct buf *json)
{
	yyjson_doc *doc = json->failed ? NULL : yyjson_read(buf_text(json), json->len, 0);

	if (doc == NULL)
		kato_failed(k, KATO_FAILED, "out of memory");
	else
		kato_print(k, yyjson_doc_get_root(doc));
	yyjson_doc_free(doc);
}
