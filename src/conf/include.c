/*
 * [include] files=...: patterns, in order; the matches of one sorted by name.
 * Included files cannot include: this runs once, after the main file.
 */
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "conf/load.h"
#include "conf/path.h"

static int
compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One file that a pattern has matched; what cannot be read is left out. */
static int
include_file(struct loader *ld, const char *path, const struct origin *o)
{
	struct buf text = { 0 };
	char *dir = path_dirname(path), *here = dir ? path_absolute(dir) : NULL;
	int rc;

	free(dir);
	if (here == NULL)
		return report_nomem(&ld->report);
	rc = report_note(&ld->report, o, LOG_INFO,
	    "Included extra file \"%s\" during parsing", path);
	if (rc == 0 && ini_slurp(path, &text) == 0)
		rc = ini_read_text(&ld->ini, path, buf_text(&text), text.len, here,
		    &ld->report);
	else if (rc == 0 && errno == ENOMEM)
		rc = report_nomem(&ld->report);
	else if (rc == 0)
		report_hint(&ld->report, o, "\"%s\" cannot be read: %s", path,
		    errno_name(errno));
	buf_release(&text);
	free(here);
	return rc;
}

static int
include_pattern(struct loader *ld, const char *pattern, const struct origin *o)
{
	char *whole = path_join(ld->here, pattern);
	glob_t found;
	int rc = 0;

	if (whole == NULL)
		return report_nomem(&ld->report);
	switch (glob(whole, GLOB_NOSORT | GLOB_NOESCAPE, NULL, &found)) {
	case 0:
		break;
	case GLOB_NOSPACE:
		free(whole);
		return report_nomem(&ld->report);
	default:
		rc = report_note(&ld->report, o, LOG_WARN,
		    "No file matches via include \"%s\"", whole);
		free(whole);
		return rc;
	}
	free(whole);
	/* by bytes, whatever the C library thinks of order */
	qsort(found.gl_pathv, found.gl_pathc, sizeof(*found.gl_pathv), compare_strings);
	for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++)
		rc = include_file(ld, found.gl_pathv[i], o);
	globfree(&found);
	return rc;
}

int
load_includes(struct loader *ld)
{
	struct section_load sl = {
		.table = &conf_include_table,
		.section = ini_find(&ld->ini, "include"),
		.scope = ld->scope,
	};
	struct single_key files = { 0 };
	struct origin o;
	char *rest, *pattern;
	int rc = 0;

	if (sl.section == NULL)
		return 0;
	o = load_origin(ld, &sl, "files");
	if (ini_get(&ld->ini, sl.section, "files") == NULL)
		return report_error(&ld->report, &o,
		    ".ini file has [include] section, but no files setting");
	if (ini_fill_here(&ld->ini, ld->here) == -1)
		return report_nomem(&ld->report);
	if (load_keys(ld, &sl, false, &files) == -1)
		return -1;
	rest = files.value;
	while (rc == 0 && rest != NULL && (pattern = strsep(&rest, " \t\n\r\v\f")) != NULL)
		if (pattern[0] != '\0')
			rc = include_pattern(ld, pattern, &o);
	conf_release(sl.table, &files);
	return rc;
}
