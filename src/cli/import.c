/*
 * supd import kato DIR: the roles of a directory of Stackato's as ini.
 *
 * Read are process_order.yml (the order inside a role), role_order.yml (roles, in the
 * order of start), role_groups.yml, process_alternatives.yml and processes/NAME.yml.  The
 * programs themselves are in the drop-ins, which need no change: sections with the same
 * name add up.
 */
#include "cli/cli.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yyjson.h>

#include "base/buf.h"
#include "cli/import_services.h"
#include "cli/yaml.h"

#define MANY 4096		/* files in processes/; more is no such directory */

struct import {
	const char *dir;
	yyjson_doc *order, *roles, *groups, *alternatives;
	yyjson_doc **processes;	/* each a map; owned */
	size_t	 n;
	bool	 failed;
};

/* ---- reading ---- */

static void
complain(struct import *im, const char *file, const char *what)
{
	fprintf(stderr, "Error: %s/%s: %s\n", im->dir, file, what);
	im->failed = true;
}

/* NULL: it is not there, or wrong, which is said. */
static yyjson_doc *
read_yaml(struct import *im, const char *file)
{
	struct buf path = { 0 }, text = { 0 };
	yyjson_mut_doc *doc;
	yyjson_doc *out = NULL;
	char data[8192];
	struct err e;
	ssize_t n = -1;
	int fd;

	buf_addf(&path, "%s/%s", im->dir, file);
	fd = open(buf_text(&path), O_RDONLY | O_CLOEXEC);
	while (fd != -1 && (n = read(fd, data, sizeof(data))) > 0)
		buf_add(&text, data, (size_t)n);
	if (n == -1 && errno != ENOENT)
		complain(im, file, strerror(errno));
	if (fd != -1)
		close(fd);
	if (n == 0 && (doc = yaml_read(buf_text(&text), &e)) == NULL)
		complain(im, file, e.msg);
	else if (n == 0) {
		out = yyjson_mut_doc_imut_copy(doc, NULL);
		yyjson_mut_doc_free(doc);
	}
	buf_release(&path);
	buf_release(&text);
	return out;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* processes/NAME.yml, in the order of their names. */
static void
read_processes(struct import *im)
{
	char *names[MANY], file[300];
	struct buf path = { 0 };
	struct dirent *d;
	size_t n = 0;
	DIR *dir;

	buf_addf(&path, "%s/processes", im->dir);
	dir = opendir(buf_text(&path));
	while (dir != NULL && n < MANY && (d = readdir(dir)) != NULL) {
		size_t len = strlen(d->d_name);

		if (len > 4 && strcmp(d->d_name + len - 4, ".yml") == 0 &&
		    (names[n] = strdup(d->d_name)) != NULL)
			n++;
	}
	if (dir != NULL)
		closedir(dir);
	qsort(names, n, sizeof(names[0]), by_name);
	im->processes = calloc(n + 1, sizeof(*im->processes));
	for (size_t i = 0; i < n; i++) {
		snprintf(file, sizeof(file), "processes/%s", names[i]);
		if (im->processes != NULL &&
		    (im->processes[im->n] = read_yaml(im, file)) != NULL)
			im->n++;
		free(names[i]);
	}
	buf_release(&path);
}

/* ---- what it says ---- */

static const char *
text_of(yyjson_val *map, const char *key)
{
	const char *text = yyjson_get_str(yyjson_obj_get(map, key));

	return text != NULL ? text : "";
}

static bool
has_text(yyjson_val *list, const char *text)
{
	yyjson_arr_iter it = yyjson_arr_iter_with(list);
	yyjson_val *v;

	while ((v = yyjson_arr_iter_next(&it)) != NULL)
		if (yyjson_is_str(v) && strcmp(yyjson_get_str(v), text) == 0)
			return true;
	return false;
}

/* The name in an item of process_order.yml: {name: x}, or x. */
static const char *
item_name(yyjson_val *item)
{
	return yyjson_is_str(item) ? yyjson_get_str(item) : text_of(item, "name");
}

static yyjson_val *
ordered(const struct import *im)
{
	return yyjson_obj_get(yyjson_doc_get_root(im->order), "processes");
}

static bool
is_ordered(const struct import *im, const char *name)
{
	yyjson_arr_iter it = yyjson_arr_iter_with(ordered(im));
	yyjson_val *item;

	while ((item = yyjson_arr_iter_next(&it)) != NULL)
		if (strcmp(item_name(item), name) == 0)
			return true;
	return false;
}

static bool
is_in_role(const struct import *im, const char *process, const char *role)
{
	for (size_t i = 0; i < im->n; i++) {
		yyjson_val *p = yyjson_doc_get_root(im->processes[i]);

		if (strcmp(text_of(p, "name"), process) == 0 &&
		    has_text(yyjson_obj_get(p, "roles"), role))
			return true;
	}
	return false;
}

/* ---- writing ---- */

static void
put_item(const char **comma, const char *name)
{
	printf("%s%s", *comma, name);
	*comma = ", ";
}

/* Those of process_order.yml in its order, then the others. */
static void
put_programs(const struct import *im, const char *role)
{
	yyjson_arr_iter it = yyjson_arr_iter_with(ordered(im));
	const char *comma = "";
	yyjson_val *item;

	printf("programs = ");
	while ((item = yyjson_arr_iter_next(&it)) != NULL)
		if (is_in_role(im, item_name(item), role))
			put_item(&comma, item_name(item));
	for (size_t i = 0; i < im->n; i++) {
		const char *name = text_of(yyjson_doc_get_root(im->processes[i]), "name");

		if (!is_ordered(im, name) && is_in_role(im, name, role))
			put_item(&comma, name);
	}
	putchar('\n');
}

/* Roles of which the one takes the place of the other: alternatives name roles, too. */
static void
put_exclusive(const struct import *im, const char *role)
{
	yyjson_val *roles = yyjson_doc_get_root(im->roles);
	yyjson_obj_iter it = yyjson_obj_iter_with(yyjson_doc_get_root(im->alternatives));
	const char *comma = "exclusive = ";
	yyjson_val *key, *other;

	while ((key = yyjson_obj_iter_next(&it)) != NULL) {
		yyjson_val *alt = yyjson_obj_iter_get_val(key);
		yyjson_arr_iter with = yyjson_arr_iter_with(yyjson_obj_get(alt, "with"));

		if (!has_text(yyjson_obj_get(alt, "replace"), role))
			continue;
		while ((other = yyjson_arr_iter_next(&with)) != NULL)
			if (yyjson_is_str(other) &&
			    yyjson_obj_get(roles, yyjson_get_str(other)) != NULL)
				put_item(&comma, yyjson_get_str(other));
	}
	if (comma[0] == ',')
		putchar('\n');
}

static void
put_role(const struct import *im, const char *name, yyjson_val *about, int order)
{
	static const char *const numbers[] = { "min_per_cluster", "max_per_cluster" };
	static const char *const switches[] = { "mandatory", "exclude_from_add_all" };

	printf("\n[role:%s]\norder = %d\n", name, order);
	put_programs(im, name);
	for (size_t i = 0; i < 2; i++)
		if (yyjson_get_sint(yyjson_obj_get(about, numbers[i])) > 0)
			printf("%s = %lld\n", numbers[i],
			    (long long)yyjson_get_sint(yyjson_obj_get(about, numbers[i])));
	for (size_t i = 0; i < 2; i++)
		if (yyjson_is_true(yyjson_obj_get(about, switches[i])))
			printf("%s = true\n", switches[i]);
	put_exclusive(im, name);
}

static void
put_groups(const struct import *im)
{
	yyjson_obj_iter it = yyjson_obj_iter_with(yyjson_doc_get_root(im->groups));
	yyjson_val *key, *role;

	while ((key = yyjson_obj_iter_next(&it)) != NULL) {
		yyjson_arr_iter roles = yyjson_arr_iter_with(yyjson_obj_iter_get_val(key));
		const char *comma = "";

		printf("\n[rolegroup:%s]\nroles = ", yyjson_get_str(key));
		while ((role = yyjson_arr_iter_next(&roles)) != NULL)
			put_item(&comma, yyjson_is_str(role) ? yyjson_get_str(role) : "");
		putchar('\n');
	}
}

/* What a drop-in does not say of its program: how it shows that it serves. */
static void
put_process(yyjson_val *p)
{
	int64_t port = yyjson_get_sint(yyjson_obj_get(p, "listen_port"));
	const char *name = text_of(p, "name"), *origin = text_of(p, "config_origin");

	if (origin[0] != '\0')
		printf("\n; kato config set %s / --yaml <%s\n", name, origin);
	if (yyjson_is_true(yyjson_obj_get(p, "sets_running_status")))
		printf("\n; %s told kato itself that it runs: ready=notify, if it can say so to"
		    " $NOTIFY_SOCKET\n", name);
	if (port > 0)
		printf("\n[program:%s]\nready = listen:tcp:%lld\n", name, (long long)port);
}

static void
put_all(const struct import *im)
{
	yyjson_obj_iter it = yyjson_obj_iter_with(yyjson_doc_get_root(im->roles));
	yyjson_val *key;
	int order = 0;

	printf("; roles of %s; to be read behind the drop-ins of its processes\n", im->dir);
	while ((key = yyjson_obj_iter_next(&it)) != NULL)
		put_role(im, yyjson_get_str(key), yyjson_obj_iter_get_val(key), ++order);
	put_groups(im);
	for (size_t i = 0; i < im->n; i++)
		put_process(yyjson_doc_get_root(im->processes[i]));
}

int
import_main(int argc, char **argv)
{
	struct import im = { 0 };

	if (argc == 2 && argv[1][0] != '-')
		return import_services(argv[1]);
	if (argc != 3 || strcmp(argv[1], "kato") != 0) {
		bool help = argc == 2 && strcmp(argv[1], "-h") == 0;

		fprintf(help ? stdout : stderr, "Usage: supd import kato DIR\n"
		    "       supd import dotcloud.yml\n       supd import Procfile\n\n"
		    "Prints the roles of a directory of Stackato's (role_order.yml, processes/...),"
		    " or the\nservices of such a file, as ini.\n");
		return help ? 0 : 2;
	}
	im.dir = argv[2];
	im.order = read_yaml(&im, "process_order.yml");
	im.roles = read_yaml(&im, "role_order.yml");
	im.groups = read_yaml(&im, "role_groups.yml");
	im.alternatives = read_yaml(&im, "process_alternatives.yml");
	read_processes(&im);
	if (!im.failed && im.roles == NULL)
		complain(&im, "role_order.yml", strerror(ENOENT));
	if (!im.failed)
		put_all(&im);
	for (size_t i = 0; i < im.n; i++)
		yyjson_doc_free(im.processes[i]);
	free(im.processes);
	yyjson_doc_free(im.order);
	yyjson_doc_free(im.roles);
	yyjson_doc_free(im.groups);
	yyjson_doc_free(im.alternatives);
	return im.failed ? 1 : 0;
}
