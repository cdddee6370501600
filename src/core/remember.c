/*
 * Keeping texts.  In memory they stand one after the other, each behind a comment with
 * its name; the same bytes are in a memfd for the next image of the core.
 */
#include "core/remember.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "conf/conf.h"
#include "conf/state.h"
#include "core/core.h"
#include "core/flight.h"

#define MARK	"; file "

static struct {
	struct buf text;
	int	 fd;		/* -1: none */
	bool	 told;		/* that there is no directory */
} memory = { .fd = -1 };

const char *
remember_text(void)
{
	return memory.text.len > 0 ? buf_text(&memory.text) : NULL;
}

int
remember_fd(void)
{
	return memory.fd;
}

/* Put what is in memory where a crash does not reach it. */
static void
save(void)
{
	if (memory.fd == -1)
		memory.fd = sys->memfd("supd-memory");
	if (memory.fd == -1 || sys->ftruncate(memory.fd, 0) == -1 ||
	    sys->lseek(memory.fd, 0, SEEK_SET) == -1 ||
	    sys->write(memory.fd, memory.text.data, memory.text.len) !=
	    (ssize_t)memory.text.len)
		log_warn("after a crash, what was added at run time will be gone");
	flight_save_core();
}

/* The text kept as `name`, mark and all; NULL: there is none. */
static char *
find(const char *name, size_t *len)
{
	char *at = memory.text.data, *end = at + memory.text.len, *next;
	size_t n = strlen(name);

	for (; at != NULL && at < end; at = next) {
		next = memmem(at + 1, (size_t)(end - at) - 1, "\n" MARK, strlen("\n" MARK));
		next = next != NULL ? next + 1 : end;
		if ((size_t)(next - at) > strlen(MARK) + n &&
		    memcmp(at + strlen(MARK), name, n) == 0 && at[strlen(MARK) + n] == '\n') {
			*len = (size_t)(next - at);
			return at;
		}
	}
	return NULL;
}

static bool
drop(const char *name)
{
	size_t len;
	char *at = find(name, &len), *end = memory.text.data + memory.text.len;

	if (at == NULL)
		return false;
	memmove(at, at + len, (size_t)(end - at) - len);
	memory.text.len -= len;
	memory.text.data[memory.text.len] = '\0';
	return true;
}

int
remember(const char *name, const char *text, bool *kept, struct err *e)
{
	int rc = state_write(&core.config->supd, name, text, strlen(text));
	size_t len;

	*kept = rc == 0;
	if (rc == -1)
		return err_set(e, FAULT_FAILED, "FAILED: cannot write %s: %s", name,
		    strerror(errno));
	if (drop(name) || rc == 1) {
		len = memory.text.len;
		if (rc == 1)
			buf_addf(&memory.text, MARK "%s\n%s", name, text);
		if (memory.text.failed) {
			memory.text.failed = false;
			memory.text.len = len;
			return err_set(e, FAULT_FAILED, "FAILED: out of memory");
		}
		save();
	}
	if (rc == 1 && !memory.told)
		log_warn("there is no state directory that can be written: what is added at run"
		    " time ends with the supervisor");
	memory.told = memory.told || rc == 1;
	return 0;
}

int
forget(const char *name, struct err *e)
{
	if (drop(name))
		save();
	if (state_remove(&core.config->supd, name) == -1)
		return err_set(e, FAULT_FAILED, "FAILED: cannot remove %s: %s", name,
		    strerror(errno));
	return 0;
}

void
remember_recall(int fd)
{
	char part[4096];
	ssize_t n;

	if (fd == -1)
		return;
	memory.fd = fd;
	buf_clear(&memory.text);
	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, part, sizeof(part))) > 0)
		buf_add(&memory.text, part, (size_t)n);
}

void
remember_release(void)
{
	buf_release(&memory.text);
	fd_close(&memory.fd);
	memory.told = false;
}
