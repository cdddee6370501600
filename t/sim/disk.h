/*
 * Files below /log/; behaviour as of the system calls of those names.
 */
#ifndef T_SIM_DISK_H
#define T_SIM_DISK_H

#include "kernel.h"

extern size_t disk_free;	/* bytes that still fit */

struct file *disk_open(const char *path, int flags);
void	disk_close(struct file *f);
ssize_t	disk_write(struct file *f, const void *data, size_t len, off_t at);
ssize_t	disk_read(const struct file *f, void *data, size_t len, off_t at);
int	disk_stat(const char *path, struct stat *st);
void	disk_fstat(const struct file *f, struct stat *st);
void	disk_truncate(struct file *f, size_t len);
int	disk_unlink(const char *path);
int	disk_rename(const char *from, const char *to);
/* NULL: no such file. */
const char *disk_content(const char *path, size_t *len);
void	disk_reset(void);

#endif
