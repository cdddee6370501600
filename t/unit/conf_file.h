/*
 * A configuration from a text: for tests of what loading makes of it.
 */
#ifndef T_UNIT_CONF_FILE_H
#define T_UNIT_CONF_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "tap.h"

static char conf_file_path[] = "/tmp/supd-conf.XXXXXX";

/* The text as a file; the path lives until conf_file_remove(). */
__attribute__((unused)) static const char *
conf_file_write(const char *text, size_t len)
{
	static bool made;
	FILE *f;

	if (!made) {
		int fd = mkstemp(conf_file_path);

		if (fd == -1) {
			perror("mkstemp");
			exit(1);
		}
		close(fd);
		made = true;
	}
	f = fopen(conf_file_path, "w");
	if (f == NULL || fwrite(text, 1, len, f) != len || fclose(f) != 0) {
		perror(conf_file_path);
		exit(1);
	}
	return conf_file_path;
}

/* [supervisord] and the text; a refusal is printed and makes NULL. */
__attribute__((unused)) static struct config *
conf_file_load(const char *text)
{
	struct buf whole = { 0 };
	struct err e = { 0 };
	struct config *c;

	buf_addf(&whole, "[supervisord]\n%s", text);
	c = conf_load(conf_file_write(buf_text(&whole), whole.len), NULL, &e);
	if (c == NULL)
		printf("# refused: %s\n", e.msg);
	buf_release(&whole);
	return c;
}

/* The first process of a text with one program; the caller frees *c. */
__attribute__((unused)) static const struct program *
conf_file_program(const char *keys, struct config **c)
{
	struct buf text = { 0 };

	buf_addf(&text, "[program:x]\ncommand=/bin/true\n%s", keys);
	*c = conf_file_load(buf_text(&text));
	buf_release(&text);
	return *c != NULL && (*c)->ngroups > 0 && (*c)->groups[0]->nprograms > 0 ?
	    (*c)->groups[0]->programs[0] : NULL;
}

__attribute__((unused)) static void
conf_file_remove(void)
{
	unlink(conf_file_path);
}

#endif
