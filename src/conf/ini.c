/*
 * inih's handler: builds the tree from the lines that dialect.c prepares.
 * The tree is sorted by name for look-ups, so the number of sections and keys
 * does not matter, and listed in file order, because errors come in that order.
 */
#include "conf/ini.h"

#include <bsd/sys/tree.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "conf/dialect.h"
#include "conf/text.h"

#define HERE		"%(here)s"
_Static_assert(INI_MAX_LINE >= 200, "dialect.c makes lines of up to 190 bytes");

#define FILE_MAX_LEN	(64 << 20)	/* bytes; larger ones are no configuration */

/* What the handler knows while one file is read. */
struct builder {
	struct ini *ini;
	struct dialect dialect;
	struct report *r;
	const char *path;	/* borrowed: ini->files */
	const char *here;
	struct ini_section *section;
	struct ini_key *key;	/* its value is still growing */
	struct buf value;
	struct buf name;
	struct buf bad;		/* supervisord's list of lines it cannot read */
	bool	 headless;	/* text before the first section was reported */
	bool	 failed;	/* out of memory */
};

static int
compare_keys(struct ini_key *a, struct ini_key *b)
{
	return strcmp(a->name, b->name);
}

static int
compare_sections(struct ini_section *a, struct ini_section *b)
{
	return strcmp(a->name, b->name);
}

RB_GENERATE_INTERNAL(ini_key_tree, ini_key, by_name, compare_keys,
    static __attribute__((unused)))
RB_GENERATE_INTERNAL(ini_section_tree, ini_section, by_name, compare_sections,
    static __attribute__((unused)))

static void
init_section(struct ini_section *s)
{
	RB_INIT(&s->names);
	STAILQ_INIT(&s->keys);
}

void
ini_init(struct ini *ini)
{
	*ini = (struct ini){ 0 };
	RB_INIT(&ini->names);
	STAILQ_INIT(&ini->sections);
	STAILQ_INIT(&ini->files);
	init_section(&ini->defaults);
}

/* Put here in place of every %(here)s.  Returns -1: out of memory, *value is as it was. */
static int
fill_here(char **value, const char *here)
{
	struct buf out = { 0 };
	const char *text = *value, *next = strstr(text, HERE);
	char *filled;

	if (next == NULL)
		return 0;
	for (; next != NULL; next = strstr(text, HERE)) {
		buf_add(&out, text, (size_t)(next - text));
		buf_adds(&out, here);
		text = next + strlen(HERE);
	}
	buf_adds(&out, text);
	filled = buf_steal(&out);
	if (filled == NULL)
		return -1;
	free(*value);
	*value = filled;
	return 0;
}

/* The value is complete: give it to its key. */
static void
finish_key(struct builder *b)
{
	struct ini_key *k = b->key;
	size_t len = b->value.len, n;

	if (k == NULL)
		return;
	while ((n = text_blank_end(buf_text(&b->value), len)) > 0)
		len -= n;
	free(k->value);
	k->value = b->value.failed ? NULL : strndup(buf_text(&b->value), len);
	if (k->value != NULL && b->here != NULL && fill_here(&k->value, b->here) == -1)
		b->failed = true;
	if (k->value == NULL)
		b->failed = true;
	b->key = NULL;
	buf_clear(&b->value);
	if (b->value.cap > 65536)	/* one huge value shall not stay with us */
		buf_release(&b->value);
}

/* The part of the name behind the colon, without blanks. */
static int
set_title(struct ini_section *s)
{
	const char *title = strchr(s->name, ':');
	size_t len;

	title = title != NULL ? title + 1 : "";
	s->title = title;
	len = strlen(title);
	text_strip(&title, &len);
	if (title == s->title && len == strlen(title))
		return 0;
	s->stripped = strndup(title, len);
	s->title = s->stripped;
	return s->stripped != NULL ? 0 : -1;
}

static struct ini_section *
make_section(struct builder *b, const char *name)
{
	struct ini_section *s;

	if (strcmp(name, "DEFAULT") == 0)
		return &b->ini->defaults;
	s = ini_find(b->ini, name);
	if (s != NULL)
		return s;
	s = calloc(1, sizeof(*s));
	if (s == NULL || (s->name = strdup(name)) == NULL || set_title(s) == -1) {
		if (s != NULL)
			free(s->name);
		free(s);
		return NULL;
	}
	init_section(s);
	s->file = b->path;
	s->line = b->dialect.line;
	RB_INSERT(ini_section_tree, &b->ini->names, s);
	STAILQ_INSERT_TAIL(&b->ini->sections, s, link);
	return s;
}

static struct ini_key *
make_key(struct builder *b, const char *name)
{
	struct ini_key probe = { .name = (char *)(uintptr_t)name }, *k;

	k = RB_FIND(ini_key_tree, &b->section->names, &probe);
	if (k == NULL) {
		k = calloc(1, sizeof(*k));
		if (k == NULL || (k->name = strdup(name)) == NULL) {
			free(k);
			return NULL;
		}
		RB_INSERT(ini_key_tree, &b->section->names, k);
		STAILQ_INSERT_TAIL(&b->section->keys, k, link);
	} else {
		k->before = k->file == b->path ? k->line : 0;
	}
	k->file = b->path;
	k->line = b->dialect.line;
	k->cut = false;
	return k;
}

static void
start_section(struct builder *b, const char *encoded)
{
	const char *name = dialect_name(&b->dialect, encoded, &b->name);

	finish_key(b);
	b->section = name != NULL ? make_section(b, name) : NULL;
	if (b->section == NULL)
		b->failed = true;
}

static void
start_key(struct builder *b, const char *encoded)
{
	const char *name = dialect_name(&b->dialect, encoded, &b->name);

	finish_key(b);
	b->key = name != NULL && b->section != NULL ? make_key(b, name) : NULL;
	if (b->key == NULL)
		b->failed = true;
}

/* inih calls this for each line of dialect.h.  Returns 0 for an error. */
static int
handle(void *user, const char *section, const char *name, const char *value)
{
	struct builder *b = user;

	if (strcmp(name, DIALECT_SECTION) == 0)
		start_section(b, section);
	else if (strcmp(name, DIALECT_MORE) != 0)
		start_key(b, name);
	if (b->key != NULL) {
		b->key->cut = b->key->cut || b->dialect.cut;
		dialect_text(value, &b->value);
	}
	return !b->failed;
}

/* A line that the dialect cannot read: dialect_error_fn. */
static void
bad_line(void *arg, const struct dialect *d, const char *raw, size_t len, bool ended)
{
	struct builder *b = arg;
	bool checking = b->r->checking;
	struct origin o = { .file = b->path, .line = d->line };
	struct buf line = { 0 }, shown = { 0 };

	if (!d->in_section && b->headless)
		return;		/* once is enough */
	b->headless = b->headless || !d->in_section;
	buf_add(&line, raw, len);
	if (ended && !checking)
		buf_addc(&line, '\n');
	text_repr(&shown, buf_text(&line), line.len);
	if (checking && d->in_section)
		report_error(b->r, &o, "%s is no section, no 'key = value' and no comment",
		    buf_text(&shown));
	else if (checking)
		report_error(b->r, &o, "%s stands before the first [section]",
		    buf_text(&shown));
	else if (d->in_section)
		buf_addf(&b->bad, "\n\t[line %2d]: %s", d->line, buf_text(&shown));
	else
		report_error(b->r, &o, "File contains no section headers.\n"
		    "file: '%s', line: %d\n%s", b->path, d->line, buf_text(&shown));
	buf_release(&line);
	buf_release(&shown);
}

static int
check_utf8(const char *path, const char *text, size_t len, struct report *r)
{
	struct origin o = { .file = path, .line = 1 };
	size_t at, bad;
	const char *why = text_utf8_error(text, len, &at, &bad);

	if (why == NULL)
		return 0;
	for (size_t i = 0; i < at; i++)
		o.line += text[i] == '\n';
	if (bad == 1)
		return report_error(r, &o, "'utf-8' codec can't decode byte 0x%02x"
		    " in position %zu: %s", (unsigned char)text[at], at, why);
	return report_error(r, &o, "'utf-8' codec can't decode bytes in position %zu-%zu: %s",
	    at, at + bad - 1, why);
}

/* The tree keeps the names of its files. */
static const char *
keep_path(struct ini *ini, const char *path)
{
	struct ini_file *f = calloc(1, sizeof(*f));

	if (f == NULL || (f->path = strdup(path)) == NULL) {
		free(f);
		return NULL;
	}
	STAILQ_INSERT_TAIL(&ini->files, f, link);
	return f->path;
}

int
ini_read_text(struct ini *ini, const char *path, const char *text, size_t len,
    const char *here, struct report *r)
{
	struct builder b = { .ini = ini, .r = r, .here = here };
	int rc = 0;

	if (check_utf8(path, text, len, r) == -1)
		return -1;
	b.path = keep_path(ini, path);
	if (b.path == NULL)
		return report_nomem(r);
	b.dialect.text = text;
	b.dialect.len = len;
	b.dialect.wants = ini->wants;
	b.dialect.error = bad_line;
	b.dialect.arg = &b;
	if (ini_parse_stream(dialect_read, &b.dialect, handle, &b) != 0)
		b.failed = true;
	finish_key(&b);
	if (b.failed || b.dialect.failed || b.bad.failed)
		rc = report_nomem(r);
	else if (b.headless && !r->checking)
		rc = -1;
	else if (b.bad.len > 0)
		rc = report_error(r, &(struct origin){ .file = b.path },
		    "Source contains parsing errors: '%s'%s", path, buf_text(&b.bad));
	dialect_release(&b.dialect);
	buf_release(&b.value);
	buf_release(&b.name);
	buf_release(&b.bad);
	return rc;
}

int
ini_fill_here(struct ini *ini, const char *here)
{
	struct ini_section *s;
	struct ini_key *k;

	STAILQ_FOREACH(s, &ini->sections, link)
		STAILQ_FOREACH(k, &s->keys, link)
			if (fill_here(&k->value, here) == -1)
				return -1;
	return 0;
}

struct ini_section *
ini_find(struct ini *ini, const char *section)
{
	struct ini_section probe = { .name = (char *)(uintptr_t)section };

	return RB_FIND(ini_section_tree, &ini->names, &probe);
}

struct ini_key *
ini_get(struct ini *ini, struct ini_section *s, const char *key)
{
	struct ini_key probe = { .name = (char *)(uintptr_t)key }, *k = NULL;

	if (s != NULL)
		k = RB_FIND(ini_key_tree, &s->names, &probe);
	if (s != NULL && k == NULL)
		k = RB_FIND(ini_key_tree, &ini->defaults.names, &probe);
	return k;
}

static void
release_keys(struct ini_section *s)
{
	struct ini_key *k;

	while ((k = STAILQ_FIRST(&s->keys)) != NULL) {
		STAILQ_REMOVE_HEAD(&s->keys, link);
		free(k->name);
		free(k->value);
		free(k);
	}
}

struct ini_section *
ini_section_new(const struct ini_section *like)
{
	struct ini_section *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->name = strdup(like->name)) == NULL || set_title(s) == -1) {
		if (s != NULL)
			free(s->name);
		free(s);
		return NULL;
	}
	init_section(s);
	s->file = like->file;
	s->line = like->line;
	return s;
}

int
ini_section_put(struct ini_section *s, const char *key, const char *value)
{
	struct ini_key probe = { .name = (char *)(uintptr_t)key };
	struct ini_key *k = RB_FIND(ini_key_tree, &s->names, &probe);
	char *copy = strdup(value);

	if (k == NULL && copy != NULL && (k = calloc(1, sizeof(*k))) != NULL) {
		k->name = strdup(key);
		k->file = s->file;
		k->line = s->line;
		if (k->name == NULL) {
			free(k);
			k = NULL;
		} else {
			RB_INSERT(ini_key_tree, &s->names, k);
			STAILQ_INSERT_TAIL(&s->keys, k, link);
		}
	}
	if (k == NULL || copy == NULL) {
		free(copy);
		return -1;
	}
	free(k->value);
	k->value = copy;
	return 0;
}

void
ini_section_free(struct ini_section *s)
{
	if (s == NULL)
		return;
	release_keys(s);
	free(s->stripped);
	free(s->name);
	free(s);
}

static void
move_keys(struct ini_section *from, struct ini_section *to)
{
	struct ini_key *k;

	while ((k = STAILQ_FIRST(&from->keys)) != NULL) {
		STAILQ_REMOVE_HEAD(&from->keys, link);
		STAILQ_INSERT_TAIL(&to->keys, k, link);
		RB_INSERT(ini_key_tree, &to->names, k);
	}
	RB_INIT(&from->names);
}

void
ini_move(struct ini *from, const char *begin, struct ini *to)
{
	struct ini_section *s, *next;

	STAILQ_FOREACH_SAFE(s, &from->sections, link, next) {
		if (strncmp(s->name, begin, strlen(begin)) != 0)
			continue;
		STAILQ_REMOVE(&from->sections, s, ini_section, link);
		RB_REMOVE(ini_section_tree, &from->names, s);
		STAILQ_INSERT_TAIL(&to->sections, s, link);
		RB_INSERT(ini_section_tree, &to->names, s);
	}
	RB_INIT(&to->defaults.names);
	move_keys(&from->defaults, &to->defaults);
	STAILQ_CONCAT(&to->files, &from->files);	/* names of files are borrowed of it */
}

void
ini_release(struct ini *ini)
{
	struct ini_section *s;
	struct ini_file *f;

	while ((s = STAILQ_FIRST(&ini->sections)) != NULL) {
		STAILQ_REMOVE_HEAD(&ini->sections, link);
		release_keys(s);
		free(s->stripped);
		free(s->name);
		free(s);
	}
	release_keys(&ini->defaults);
	while ((f = STAILQ_FIRST(&ini->files)) != NULL) {
		STAILQ_REMOVE_HEAD(&ini->files, link);
		free(f->path);
		free(f);
	}
	ini_init(ini);
}

int
ini_slurp(const char *path, struct buf *out)
{
	struct stat st;
	ssize_t n = 0;
	int fd = sys->open(path, O_RDONLY, 0), no;

	if (fd == -1)
		return -1;
	if (sys->fstat(fd, &st) == -1)
		goto failed;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		goto failed;
	}
	do {
		if (out->len > FILE_MAX_LEN) {
			errno = EFBIG;
			goto failed;
		}
		if (buf_reserve(out, 65536) == -1) {
			errno = ENOMEM;
			goto failed;
		}
		n = sys->read(fd, out->data + out->len, 65536);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 || (n == -1 && errno == EINTR));
	if (n == 0) {
		sys->close(fd);
		return 0;
	}
failed:
	no = errno;
	sys->close(fd);
	errno = no;
	return -1;
}
