/*
 * Descriptors of the core: small numbers for open files, with a limit.
 */
#include "kernel.h"

#include <errno.h>

#include "sim.h"

struct file *table[FD_MAX];
int table_limit = FD_MAX;

struct file *
table_get(int fd, const char *call)
{
	if (fd < 0 || fd >= FD_MAX || table[fd] == NULL)
		fail("%s with descriptor %d, which is not open", call, fd);
	kernel_checkpoint();
	return table[fd];
}

int
table_put(struct file *f)
{
	if (strikes(FAULT_FILES, 40)) {
		file_drop(&f);
		errno = chance(800) ? EMFILE : ENFILE;
		return -1;
	}
	for (int fd = 0; fd < table_limit; fd++)
		if (table[fd] == NULL) {
			table[fd] = f;
			return fd;
		}
	file_drop(&f);
	errno = EMFILE;
	return -1;
}
