/*
 * The memory: a page with the header and the journal, the stage, then one record per
 * flow.  The file grows by ftruncate; the address space for all of it is taken
 * once, so nothing ever moves.
 */
#include "log/tally.h"

#include <sys/stat.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"

#define MAP_BYTES	(16 << 20)	/* address space only: 160,000 flows */
#define GROW_BYTES	16384

#define STAGE_AT	4096
#define RECORDS_AT	(STAGE_AT + TALLY_STAGE)

struct header {
	uint32_t record_bytes;	/* of the image that wrote it: another one starts anew */
	uint32_t used;		/* records, free ones between them included */
	atomic_uint journal_at;	/* record that the journal is for, plus 1; 0: none */
	uint32_t free;		/* given back */
	uint32_t stage_for;	/* record whose bytes are in the stage, plus 1; 0: none */
	uint32_t writing;	/* record whose file is written, plus 1; 0: none */
	uint32_t no_splice;	/* the offset does not tell what is in the stage */
	struct tally journal;
};

static struct header *map;
static struct tally *records;
static int map_fd = -1;
static size_t map_len;		/* bytes behind the mapping that may be touched */
static int hint;		/* flows come back in the order in which they were taken */
static int ntorn;	/* records that are torn, perhaps */
static int left;		/* records of the logger before us, not yet asked for */
static struct {
	int	 record;
	bool	 unknown;
	char	*data;		/* owned; NULL: nothing was left */
	size_t	 len;
} staged;

static int
grow(size_t need)
{
	size_t len = (need + GROW_BYTES - 1) / GROW_BYTES * GROW_BYTES;

	if (need <= map_len)
		return 0;
	if (len > MAP_BYTES)
		return -1;
	if (map_fd != -1 && sys->ftruncate(map_fd, (off_t)len) == -1)
		return -1;
	map_len = len;
	return 0;
}

/* Keep what is in the stage before the first read overwrites it. */
static void
save_stage(void)
{
	off_t end = sys->lseek(map_fd, 0, SEEK_CUR);

	staged.unknown = map->no_splice != 0;
	map->no_splice = 0;
	if (map->stage_for == 0 || end <= STAGE_AT || end > RECORDS_AT)
		return;
	staged.record = (int)map->stage_for - 1;
	staged.len = (size_t)(end - STAGE_AT);
	staged.data = malloc(staged.len);
	if (staged.data != NULL)
		memcpy(staged.data, (char *)map + STAGE_AT, staged.len);
}

int
tally_init(int fd)
{
	struct stat st;
	bool shared = fd != -1 && sys->fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	void *at;

	at = sys->map_room(shared ? fd : -1, MAP_BYTES);
	if (at == NULL)
		return -1;
	map = at;
	records = (struct tally *)(void *)((char *)at + RECORDS_AT);
	map_fd = shared ? fd : -1;
	map_len = shared ? (size_t)st.st_size : 0;
	hint = 0;
	if (grow(RECORDS_AT) == -1) {
		tally_release();
		return -1;
	}
	if (map->record_bytes != sizeof(struct tally)) {
		memset(map, 0, sizeof(*map));
		map->record_bytes = sizeof(struct tally);
	}
	if (map->journal_at > 0 && map->journal_at <= map->used) {
		records[map->journal_at - 1] = map->journal;
		if (map->writing == map->journal_at)
			map->writing = 0;
	}
	map->journal_at = 0;
	if (map->writing > 0 && map->writing <= map->used)
		records[map->writing - 1].torn = 1;
	map->writing = 0;
	left = ntorn = 0;
	for (uint32_t i = 0; i < map->used; i++) {
		left += records[i].id != 0;
		ntorn += records[i].id != 0 && records[i].torn;
	}
	if (map_fd != -1)
		save_stage();
	return 0;
}

void
tally_release(void)
{
	if (map != NULL)
		sys->unmap(map, MAP_BYTES);
	map = NULL;
	records = NULL;
	tally_forget_left();
}

/* The record of id (0: a free one), looked for from the hint on; -1: none. */
static int
find(uint32_t id)
{
	int used = (int)map->used;

	for (int n = 0; n < used; n++) {
		int i = (hint + n) % used;

		if (records[i].id == id) {
			hint = i + 1;
			return i;
		}
	}
	return -1;
}

int
tally_take(uint32_t id, bool *known)
{
	int i = left > 0 ? find(id) : -1;

	*known = i != -1;
	if (i != -1) {
		left--;
		return i;
	}
	/* Only after a removal is there a free one to look for. */
	i = map->free > 0 ? find(0) : -1;
	if (i != -1) {
		map->free--;
	} else {
		i = (int)map->used;
		if (grow(RECORDS_AT + ((size_t)i + 1) * sizeof(*records)) == -1)
			return -1;
		map->used++;
		hint = i + 1;
	}
	records[i] = (struct tally){ .id = id };
	return i;
}

void
tally_give(int i)
{
	records[i].id = 0;
	map->free++;
}

struct tally
tally_get(int i)
{
	return records[i];
}

void
tally_commit(int i, const struct tally *t)
{
	map->journal = *t;
	atomic_store_explicit(&map->journal_at, (unsigned)i + 1, memory_order_release);
	atomic_signal_fence(memory_order_seq_cst);
	ntorn -= records[i].torn && !t->torn;
	records[i] = *t;
	if (map->writing == (uint32_t)i + 1)
		map->writing = 0;
	atomic_signal_fence(memory_order_seq_cst);
	atomic_store_explicit(&map->journal_at, 0, memory_order_release);
}

/* For a store that has to happen here, and not later or never. */
static void
mark_reading(int i)
{
	atomic_signal_fence(memory_order_seq_cst);
	*(volatile uint32_t *)&records[i].reading = 1;
	atomic_signal_fence(memory_order_seq_cst);
}

ssize_t
tally_read(int i, int pipe, char **data)
{
	ssize_t n;

	*data = (char *)map + STAGE_AT;
	map->stage_for = 0;
	if (map_fd != -1 && !map->no_splice &&
	    sys->lseek(map_fd, STAGE_AT, SEEK_SET) == STAGE_AT) {
		map->stage_for = (uint32_t)i + 1;
		mark_reading(i);
		n = sys->splice(pipe, map_fd, NULL, TALLY_STAGE);
		if (n != -1 || errno != EINVAL)
			return n;
		map->no_splice = 1;
	}
	mark_reading(i);
	return sys->read(pipe, *data, TALLY_STAGE);
}

void
tally_begin(int i)
{
	atomic_signal_fence(memory_order_seq_cst);
	*(volatile uint32_t *)&map->writing = (uint32_t)i + 1;
	atomic_signal_fence(memory_order_seq_cst);
}

int
tally_torn(uint64_t ino)
{
	for (uint32_t i = 0; ntorn > 0 && i < map->used; i++)
		if (records[i].torn && records[i].id != 0 && records[i].file_ino == ino)
			return (int)i;
	return -1;
}

void
tally_unstage(int i)
{
	if (map->stage_for == (uint32_t)i + 1)
		map->stage_for = 0;
}

size_t
tally_left(int i, char **data)
{
	*data = staged.data;
	return staged.data != NULL && staged.record == i ? staged.len : 0;
}

bool
tally_left_unknown(void)
{
	return staged.unknown;
}

void
tally_forget_left(void)
{
	free(staged.data);
	staged.data = NULL;
	staged.len = 0;
}
