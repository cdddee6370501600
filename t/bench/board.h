/*
 * The board: a file that payloads and the bench map.
 *
 * A payload writes down when it began, with the clock that everybody shares, so
 * nobody has to poll quickly to know a time exactly, and every supervisor is
 * measured by the same act: our code running in the new program.
 */
#ifndef BENCH_BOARD_H
#define BENCH_BOARD_H

#include <sys/mman.h>
#include <fcntl.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#define BOARD_RECORDS	(1 << 20)	/* a storm of 100,000 restarts, ten times over */

enum what { BEGUN = 1, ENDED = 2 };

struct record {
	int64_t ns;	/* monotonic; written last, 0: not there yet */
	int32_t pid;
	int32_t what;
};

struct board {
	uint32_t n;	/* records taken */
	uint32_t go;	/* futex: gated payloads wait while 0 */
	uint64_t unused;
	struct record rec[BOARD_RECORDS];
};

static inline int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* NULL: cannot be opened. */
static inline struct board *
board_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *b;

	if (fd == -1)
		return NULL;
	b = mmap(NULL, sizeof(struct board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return b == MAP_FAILED ? NULL : b;
}

#endif
