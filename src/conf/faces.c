/*
 * supd check, supd show and supd manual.
 */
#include "conf/faces.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/args.h"
#include "conf/conf.h"
#include "conf/ini.h"
#include "conf/text.h"

#define EXIT_REFUSED	2
#define MARK		".\\\" KEYS\n"	/* the line of a page that the keys replace */

static int
refuse(const char *text)
{
	fprintf(stderr, "Error: %s\n", text);
	return EXIT_REFUSED;
}

static int
usage(const char *text)
{
	fputs(text, stdout);
	return EXIT_SUCCESS;
}

/* -c FILE, or supervisord's search; the caller frees it. */
static char *
find_file(const struct conf_args *a, struct err *e)
{
	char *path = a->configuration != NULL ? strdup(a->configuration) :
	    conf_search("supd", e);

	if (path == NULL && a->configuration != NULL)
		err_no_memory(e);
	return path;
}

/* Sections that make processes, each once in a group. */
static size_t
count_programs(const struct config *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->ngroups; i++) {
		const char *section = "";

		for (size_t j = 0; j < c->groups[i]->nprograms; j++) {
			const char *s = c->groups[i]->programs[j]->section;

			n += strcmp(s, section) != 0;
			section = s;
		}
	}
	return n;
}

static int
say_ok(const char *path, const struct conf_args *a)
{
	struct err e;
	struct config *c = conf_load(path, a, &e);
	size_t n;

	if (c == NULL)
		return refuse(e.msg);
	n = count_programs(c);
	printf("%s: ok, %zu program%s in %zu group%s\n", path, n, n == 1 ? "" : "s",
	    c->ngroups, c->ngroups == 1 ? "" : "s");
	conf_free(c);
	return EXIT_SUCCESS;
}

int
conf_check_main(int argc, char **argv)
{
	struct conf_args a;
	struct buf out = { 0 };
	struct err e;
	char *path;
	int rc;

	if (conf_args_parse(&a, argc, argv, &e) == -1)
		return refuse(e.msg);
	if (a.help)
		return usage("supd check -- is this configuration right?  Starts nothing.\n\n"
		    "Usage: supd check [-c FILE]\n\n"
		    "Exits with 0, or with 2 when the supervisor would refuse the file.\n");
	path = find_file(&a, &e);
	if (path == NULL)
		return refuse(e.msg);
	rc = conf_check(path, &a, &out);
	fputs(buf_text(&out), stderr);
	rc = rc > 0 ? EXIT_REFUSED : say_ok(path, &a);
	buf_release(&out);
	free(path);
	return rc;
}

int
conf_show_main(int argc, char **argv)
{
	struct conf_args a;
	struct buf out = { 0 };
	struct err e;
	char **names, *path;
	int rc = 0;

	(void)argc;
	if (args_parse_words(&a, argv, &names, &e) == -1)
		return refuse(e.msg);
	if (a.help)
		return usage("supd show -- the configuration in effect, and where each value "
		    "comes from.\n\nUsage: supd show [-c FILE] [NAME ...]\n\n"
		    "NAME is a program, process or section; without one, all is shown.\n");
	path = find_file(&a, &e);
	if (path == NULL)
		return refuse(e.msg);
	do {
		rc = conf_show(path, &a, *names, &out, &e);
	} while (rc == 0 && *names != NULL && *++names != NULL);
	fputs(buf_text(&out), stdout);
	buf_release(&out);
	free(path);
	return rc == 0 ? EXIT_SUCCESS : refuse(e.msg);
}

/* Without a word the keys as mdoc; with a page, the page with the keys in their place. */
int
conf_manual_main(int argc, char **argv)
{
	struct buf page = { 0 }, keys = { 0 };
	const char *mark;

	conf_manual(&keys);
	if (argc < 2) {
		fputs(buf_text(&keys), stdout);
	} else if (ini_slurp(argv[1], &page) == -1) {
		fprintf(stderr, "Error: cannot read %s: %s\n", argv[1], strerror(errno));
		buf_release(&keys);
		return EXIT_REFUSED;
	} else {
		buf_addc(&page, '\0');
		mark = strstr(page.data, MARK);
		if (mark == NULL)
			mark = page.data + page.len - 1;
		fwrite(page.data, 1, (size_t)(mark - page.data), stdout);
		fputs(buf_text(&keys), stdout);
		if (*mark != '\0')
			fputs(mark + strlen(MARK), stdout);
	}
	buf_release(&page);
	buf_release(&keys);
	return EXIT_SUCCESS;
}
