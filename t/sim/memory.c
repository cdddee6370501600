/*
 * Memory: malloc and its kin as the core sees them (the linker's --wrap).  Each
 * block has a header in a list, so that a leak can be told by its place; freed
 * memory is overwritten, so that a late look shows.
 *
 * Under the sanitizers nothing is wrapped: they know more about memory than we.
 */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SIM_NO_WRAP
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SIM_NO_WRAP
#endif

#ifndef SIM_NO_WRAP

#define MAGIC	0x6d656d6f72792121ULL
#define POISON	0xdd

struct block {
	struct block *next, *prev;
	size_t	 size;
	void	*from;		/* who asked */
	uint64_t pad;
	uint64_t magic;		/* just before what the caller gets */
};

void	*__real_malloc(size_t size);
void	*__real_realloc(void *at, size_t size);
void	__real_free(void *at);
void	*__wrap_malloc(size_t size);
void	*__wrap_calloc(size_t n, size_t size);
void	*__wrap_realloc(void *at, size_t size);
void	__wrap_free(void *at);

static struct block head = { .next = &head, .prev = &head };
static unsigned long allocations;

static void *
give(size_t size, void *from)
{
	struct block *b;

	allocations++;
	if (strikes(FAULT_MEMORY, sim.no_memory))
		return NULL;
	b = __real_malloc(sizeof(*b) + size);
	if (b == NULL)
		return NULL;
	*b = (struct block){ .next = &head, .prev = head.prev, .size = size,
		.from = from, .magic = MAGIC };
	b->prev->next = b->next->prev = b;
	return b + 1;
}

static struct block *
block_of(void *at)
{
	struct block *b = (struct block *)at - 1;

	return b->magic == MAGIC ? b : NULL;
}

void *
__wrap_malloc(size_t size)
{
	void *at = give(size, __builtin_return_address(0));

	if (at != NULL)
		memset(at, 0xa5, size);	/* what it held before is anybody's guess */
	return at;
}

void *
__wrap_calloc(size_t n, size_t size)
{
	void *at;

	if (size != 0 && n > SIZE_MAX / size)
		return NULL;
	at = give(n * size, __builtin_return_address(0));
	if (at != NULL)
		memset(at, 0, n * size);
	return at;
}

void
__wrap_free(void *at)
{
	struct block *b;

	if (at == NULL)
		return;
	b = block_of(at);
	if (b == NULL) {	/* from before, or from a function that is not wrapped */
		__real_free(at);
		return;
	}
	b->prev->next = b->next;
	b->next->prev = b->prev;
	b->magic = 0;
	memset(at, POISON, b->size);
	__real_free(b);
}

/* Always moves: a pointer that was kept across it shows. */
void *
__wrap_realloc(void *at, size_t size)
{
	struct block *old;
	void *new;

	if (at == NULL)
		return give(size, __builtin_return_address(0));
	old = block_of(at);
	if (old == NULL)
		return __real_realloc(at, size);
	new = give(size, __builtin_return_address(0));
	if (new == NULL)
		return NULL;
	memcpy(new, at, old->size < size ? old->size : size);
	__wrap_free(at);
	return new;
}

/* Three functions of ctl keep a buffer from one call to the next. */
#define KEPT_BUFFERS 3

static bool
is_buffer(const struct block *b)
{
	uintptr_t at = (uintptr_t)b->from - (uintptr_t)&buf_reserve;

	return at < 256;
}

void
memory_check_empty(void)
{
	struct block *b, *first = NULL;
	unsigned leaked = 0, buffers = 0;

	for (b = head.next; b != &head; b = b->next) {
		if (is_buffer(b) && ++buffers <= KEPT_BUFFERS)
			continue;
		say("leak: %zu bytes from %p: %.60s", b->size, b->from,
		    (const char *)(b + 1));
		leaked++;
		first = first != NULL ? first : b;
	}
	if (first != NULL)
		fail("%u blocks leaked, the first of %zu bytes from %p: %.60s", leaked,
		    first->size, first->from, (const char *)(first + 1));
}

unsigned long
memory_allocations(void)
{
	return allocations;
}

void *
raw_alloc(size_t size)
{
	void *at = __real_malloc(size > 0 ? size : 1);	/* musl's calloc calls malloc */

	if (at == NULL)
		abort();
	return memset(at, 0, size);
}

void *
raw_grow(void *at, size_t size)
{
	at = __real_realloc(at, size);
	if (at == NULL)
		abort();
	return at;
}

void
raw_free(void *at)
{
	__real_free(at);
}

#else

void
memory_check_empty(void)
{
}

unsigned long
memory_allocations(void)
{
	return 0;
}

void *
raw_alloc(size_t size)
{
	void *at = calloc(1, size > 0 ? size : 1);

	if (at == NULL)
		abort();
	return at;
}

void *
raw_grow(void *at, size_t size)
{
	at = realloc(at, size);
	if (at == NULL)
		abort();
	return at;
}

void
raw_free(void *at)
{
	free(at);
}

#endif
