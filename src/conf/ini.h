/*
 * An ini file with its includes as sections and keys, nothing interpreted
 * yet.  Lives while a configuration is loaded; keys know where they stand.
 */
#ifndef CONF_INI_H
#define CONF_INI_H

#include <bsd/sys/queue.h>
#include <bsd/sys/tree.h>
#include <stdbool.h>

#include "conf/dialect.h"
#include "conf/report.h"

struct ini_key {
	RB_ENTRY(ini_key) by_name;
	STAILQ_ENTRY(ini_key) link;
	char	*name;		/* lower case */
	char	*value;
	const char *file;	/* borrowed: ini->files */
	int	 line;
	int	 before;	/* line of an earlier value in the same file; 0: none */
	bool	 cut;		/* a comment was cut off the value */
};

RB_HEAD(ini_key_tree, ini_key);
STAILQ_HEAD(ini_key_list, ini_key);

struct ini_section {
	RB_ENTRY(ini_section) by_name;
	STAILQ_ENTRY(ini_section) link;
	char	*name;		/* "program:web" */
	const char *title;	/* borrowed: "web", inside name or stripped */
	char	*stripped;	/* NULL unless the title had blanks around */
	const char *file;	/* borrowed: where it was first met */
	int	 line;
	bool	 grouped;	/* a [group:x] has taken this program */
	struct ini_key_tree names;
	struct ini_key_list keys;	/* in the order of the file */
};

RB_HEAD(ini_section_tree, ini_section);
STAILQ_HEAD(ini_section_list, ini_section);

struct ini_file {
	STAILQ_ENTRY(ini_file) link;
	char	*path;
};

STAILQ_HEAD(ini_file_list, ini_file);

struct ini {
	struct ini_section_tree names;
	struct ini_section_list sections;	/* in the order of the files */
	struct ini_section defaults;		/* [DEFAULT] */
	struct ini_file_list files;
	dialect_wants_fn wants;			/* set after ini_init(); NULL: all sections */
};

void	ini_init(struct ini *ini);
/*
 * Read the text of one file into the tree, over what is there.  here: what
 * %(here)s in its values becomes; NULL: it stays.  Returns 0, or -1 with an
 * error in r (supervisord's text).
 */
int	ini_read_text(struct ini *ini, const char *path, const char *text, size_t len,
	    const char *here, struct report *r);
/* Put here in place of %(here)s in all values.  Returns -1: out of memory. */
int	ini_fill_here(struct ini *ini, const char *here);
struct ini_section *ini_find(struct ini *ini, const char *section);
/* Looks into [DEFAULT] too; section may be NULL. */
struct ini_key *ini_get(struct ini *ini, struct ini_section *s, const char *key);
/* A section of no tree, named and placed like another one; NULL: no memory. */
struct ini_section *ini_section_new(const struct ini_section *like);
/* Its key, in place of one of that name; -1: no memory. */
int	ini_section_put(struct ini_section *s, const char *key, const char *value);
void	ini_section_free(struct ini_section *s);
/* Move the sections whose names begin so, and [DEFAULT], to an initialised tree. */
void	ini_move(struct ini *from, const char *begin, struct ini *to);
void	ini_release(struct ini *ini);

/* The whole file at path into out.  Returns 0, or -1 with errno. */
int	ini_slurp(const char *path, struct buf *out);
#endif
