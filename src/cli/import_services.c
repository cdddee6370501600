/*
 * supd import FILE: the services of a dotcloud.yml or a Procfile as an ini file on stdout.
 */
#include "cli/import_services.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/yaml.h"

#define EXIT_REFUSED	2
#define NAME_MAX_LEN	16		/* of a service */

/* On its way; the first error counts. */
struct import {
	const char *file;
	struct buf out;
	int	 errors;
};

__attribute__((format(printf, 3, 4))) static void
complain(struct import *im, const char *service, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s: %s: %s\n", im->file, service, buf_text(&text));
	buf_release(&text);
	im->errors++;
}

static bool
is_service_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n > 0 && n <= NAME_MAX_LEN && name[n] == '\0';
}

/* ---- an ini file ---- */

/*
 * A value that the ini reader gives back: lines go on with a tab, and a percent sign is doubled
 * where names are filled in.
 */
static void
put_value(struct import *im, const char *service, const char *key, const char *value,
    bool expanded)
{
	struct buf *b = &im->out;

	buf_addf(b, "%s = ", key);
	for (const char *c = value; *c != '\0'; c++) {
		if (*c == '\n' && c[1] != '\0')
			buf_adds(b, "\n\t");
		else if (*c == '%' && expanded)
			buf_adds(b, "%%");
		else if (*c != '\n')
			buf_addc(b, *c);
		if (*c == ' ' && c[1] == ';' && expanded)
			b->len--;	/* "a ; b" is "a; b" to a shell, and no comment */
		else if (*c == ' ' && (c[1] == ';' || c[1] == '#'))
			complain(im, service, "%s: an ini file ends a value at ' %c'", key, c[1]);
	}
	buf_addc(b, '\n');
}

static void
begin_service(struct import *im, const char *name)
{
	buf_addf(&im->out, "%s[service:%s]\nhome = %%(here)s\n", im->out.len > 0 ? "\n" : "", name);
}

/* ---- dotcloud.yml ---- */

/* What becomes of the keys that mean something to supd. */
static const struct known {
	const char *yaml, *ini;
	bool	 map;
} known[] = {
	{ "process", "process", false },
	{ "processes", "process", true },
	{ "approot", "approot", false },
	{ "instances", "instances", false },
	{ "ports", "port", true },
	{ "environment", "env", true },
	{ "postinstall", "postinstall", false },
	{ "profile", "profile", false },
	{ "buildscript", "build", false },
};

static const struct known *
find_known(const char *key)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].yaml, key) == 0)
			return &known[i];
	return NULL;
}

/* A scalar as text; a list with a blank between its items. */
static void
add_scalar(struct buf *b, yyjson_val *v)
{
	yyjson_arr_iter it;
	yyjson_val *item;

	if (yyjson_is_str(v))
		buf_adds(b, yyjson_get_str(v));
	else if (yyjson_is_bool(v))
		buf_adds(b, yyjson_get_bool(v) ? "true" : "false");
	else if (yyjson_is_int(v))
		buf_addf(b, "%lld", (long long)yyjson_get_sint(v));
	else if (yyjson_is_real(v))
		buf_addf(b, "%g", yyjson_get_real(v));
	else if (yyjson_is_arr(v)) {
		yyjson_arr_iter_init(v, &it);
		while ((item = yyjson_arr_iter_next(&it)) != NULL) {
			buf_adds(b, b->len > 0 ? " " : "");
			add_scalar(b, item);
		}
	}
}

static void
put_key(struct import *im, const char *service, const char *key, yyjson_val *v, bool expanded)
{
	struct buf text = { 0 };

	add_scalar(&text, v);
	if (text.len > 0)
		put_value(im, service, key, buf_text(&text), expanded);
	buf_release(&text);
}

/* Each member of a map as key.MEMBER. */
static void
put_map(struct import *im, const char *service, const char *key, yyjson_val *map,
    bool expanded)
{
	struct buf name = { 0 };
	yyjson_obj_iter it;
	yyjson_val *k;

	yyjson_obj_iter_init(map, &it);
	while ((k = yyjson_obj_iter_next(&it)) != NULL) {
		yyjson_val *v = yyjson_obj_iter_get_val(k);

		buf_clear(&name);
		buf_addf(&name, "%s.%s", key, yyjson_get_str(k));
		if (yyjson_is_obj(v))
			put_map(im, service, buf_text(&name), v, expanded);
		else
			put_key(im, service, buf_text(&name), v, expanded);
	}
	buf_release(&name);
}

/* "buildscript: dir/file" is run at the root of the code, and names a file. */
static void
put_build(struct import *im, const char *service, yyjson_val *v)
{
	struct buf line = { 0 };

	buf_addf(&line, "cd \"$HOME\" && ./%s", yyjson_get_str(v));
	put_value(im, service, "build", buf_text(&line), true);
	buf_release(&line);
}

static void
put_member(struct import *im, const char *service, const char *key, yyjson_val *v)
{
	const struct known *k = find_known(key);

	if (k != NULL && k->map != yyjson_is_obj(v) && !yyjson_is_null(v))
		complain(im, service, "%s is %s map", key, k->map ? "no" : "a");
	else if (k != NULL && strcmp(k->ini, "build") == 0 && yyjson_is_str(v))
		put_build(im, service, v);
	else if (k != NULL && k->map)
		put_map(im, service, k->ini, v, true);
	else if (k != NULL)
		put_key(im, service, k->ini, v, true);
	else if (yyjson_is_obj(v))
		put_map(im, service, key, v, false);
	else
		put_key(im, service, key, v, false);
}

static void
check_ports(struct import *im, const char *service, yyjson_val *ports)
{
	yyjson_obj_iter it;
	yyjson_val *k;

	if (!yyjson_is_obj(ports))
		return;
	yyjson_obj_iter_init(ports, &it);
	while ((k = yyjson_obj_iter_next(&it)) != NULL) {
		const char *kind = yyjson_get_str(yyjson_obj_iter_get_val(k));

		if (kind == NULL || (strcmp(kind, "http") != 0 && strcmp(kind, "tcp") != 0 &&
		    strcmp(kind, "udp") != 0))
			complain(im, service, "port %s is '%s', not http, tcp or udp",
			    yyjson_get_str(k), kind != NULL ? kind : "");
	}
}

static void
put_service(struct import *im, const char *name, yyjson_val *v)
{
	yyjson_obj_iter it;
	yyjson_val *k;

	if (!is_service_name(name))
		complain(im, name, "a name has at most %d small letters, digits and _",
		    NAME_MAX_LEN);
	if (!yyjson_is_obj(v)) {
		complain(im, name, "is no map");
		return;
	}
	if (yyjson_obj_get(v, "type") == NULL)
		complain(im, name, "has no type");
	if (yyjson_obj_get(v, "process") != NULL && yyjson_obj_get(v, "processes") != NULL)
		complain(im, name, "process and processes cannot both be given");
	check_ports(im, name, yyjson_obj_get(v, "ports"));
	begin_service(im, name);
	yyjson_obj_iter_init(v, &it);
	while ((k = yyjson_obj_iter_next(&it)) != NULL)
		put_member(im, name, yyjson_get_str(k), yyjson_obj_iter_get_val(k));
}

static void
import_yaml(struct import *im, const char *text)
{
	struct err e;
	yyjson_mut_doc *mutable = yaml_read(text, &e);
	yyjson_doc *doc = mutable != NULL ? yyjson_mut_doc_imut_copy(mutable, NULL) : NULL;
	yyjson_val *root = yyjson_doc_get_root(doc), *k;
	yyjson_obj_iter it;

	if (mutable == NULL) {
		fprintf(stderr, "%s: %s\n", im->file, e.msg);
		im->errors++;
	} else if (!yyjson_is_obj(root)) {
		fprintf(stderr, "%s: is no map of services\n", im->file);
		im->errors++;
	} else {
		yyjson_obj_iter_init(root, &it);
		while ((k = yyjson_obj_iter_next(&it)) != NULL)
			put_service(im, yyjson_get_str(k), yyjson_obj_iter_get_val(k));
	}
	yyjson_doc_free(doc);
	yyjson_mut_doc_free(mutable);
}

/* ---- Procfile ---- */

/* NAME: COMMAND; each is a service, as each can be scaled by itself. */
static void
import_line(struct import *im, int number, char *line)
{
	char *colon = strchr(line, ':'), *command;
	struct buf process = { 0 };

	line += strspn(line, " \t");
	if (line[0] == '\0' || line[0] == '#')
		return;
	if (colon == NULL) {
		fprintf(stderr, "%s:%d: is not NAME: COMMAND\n", im->file, number);
		im->errors++;
		return;
	}
	*colon = '\0';
	command = colon + 1 + strspn(colon + 1, " \t");
	for (char *c = line; *c != '\0'; c++)
		*c = *c == '-' ? '_' : (char)tolower((unsigned char)*c);
	if (!is_service_name(line)) {
		complain(im, line, "a name has at most %d letters, digits, - and _", NAME_MAX_LEN);
		return;
	}
	begin_service(im, line);
	buf_addf(&process, "export PORT=$PORT_MAIN; exec %s", command);
	put_value(im, line, "process", buf_text(&process), true);
	buf_addf(&im->out, "port.main = %s\nenv_file = -%%(here)s/.env\n",
	    strcmp(line, "web") == 0 ? "http" : "tcp");
	buf_release(&process);
}

static void
import_procfile(struct import *im, char *text)
{
	char *line;

	for (int number = 1; (line = strsep(&text, "\n")) != NULL; number++) {
		size_t len = strlen(line);

		while (len > 0 && isspace((unsigned char)line[len - 1]))
			line[--len] = '\0';
		import_line(im, number, line);
	}
}

/* ---- the face ---- */

static int
slurp(const char *path, struct buf *out)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char part[4096];
	size_t n;
	int rc;

	if (f == NULL)
		return -1;
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(out, part, n);
	buf_add(out, "", 0);
	rc = ferror(f) ? -1 : 0;
	if (f != stdin)
		fclose(f);
	return rc;
}

/* By its name: Procfile, Procfile.dev; anything else is YAML. */
static bool
is_procfile(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strncmp(slash != NULL ? slash + 1 : path, "Procfile", 8) == 0;
}

int
import_services(const char *path)
{
	struct import im = { .file = path };
	struct buf text = { 0 };

	if (slurp(path, &text) == -1) {
		fprintf(stderr, "Error: cannot read %s: %s\n", path, strerror(errno));
		buf_release(&text);
		return EXIT_REFUSED;
	}
	if (is_procfile(path))
		import_procfile(&im, text.data);
	else
		import_yaml(&im, buf_text(&text));
	if (im.errors == 0)
		fputs(buf_text(&im.out), stdout);
	buf_release(&im.out);
	buf_release(&text);
	return im.errors == 0 ? 0 : EXIT_REFUSED;
}
