/*
 * A .tgz made in memory: tar headers, and a gzip stream that stores without compressing,
 * which every reader of gzip takes.
 */
#ifndef CLI_TGZ_H
#define CLI_TGZ_H

#include <stdint.h>

#include "base/buf.h"

/* A regular file, mode 0600; names longer than 99 bytes are cut. */
void	tar_add(struct buf *tar, const char *name, const char *data, size_t len, int64_t mtime);
void	tar_end(struct buf *tar);
void	gzip_store(struct buf *out, const char *data, size_t len);

#endif
