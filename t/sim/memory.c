/*
 * Memory: malloc and its kin as the core sees them (the linker's --wrap).  Each
 * block has a header in a list, so that a leak can be told by its place; freed
 * memory is overwritten, so that a late look shows.
 *
 * Under the sanitizers nothing is wrapped: they know more about memory than we.
 */
#include "sim.h"

#include <sys/wait.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

#define COPIES	2	/* at a time */
#define HANG_SECONDS 20

static struct block head = { .next = &head, .prev = &head };
static unsigned long allocations;

/* ---- each is refused once ---- */

static bool counting, in_copy;
static unsigned long only;	/* refuse this one; 0: each, in a copy */
static unsigned long refused;
static int copies;

static void
await_copy(void)
{
	int status;

	if (wait(&status) == -1)
		return;
	copies--;
	if (status == 0)
		return;
	if (WIFSIGNALED(status))
		printf("a copy without one of the allocations up to %lu died of signal %d%s\n",
		    refused, WTERMSIG(status),
		    WTERMSIG(status) == SIGALRM ? ": it turns for ever" : "");
	fflush(stdout);
	_exit(1);
}

/* true in the copy */
static bool
refuse(void *from)
{
	pid_t pid;

	refused++;
	if (only != 0 && refused != only)
		return false;
	while (copies >= COPIES)
		await_copy();
	fflush(stdout);
	pid = only != 0 ? 0 : fork();
	if (pid == 0) {
		alarm(HANG_SECONDS);
		counting = false;
		in_copy = true;
		sim.seed = refused;	/* is what a complaint names */
		say("allocation %lu is refused, from %p", refused, from);
		return true;
	}
	copies += pid > 0;
	return false;
}

/* Not while check.c asks for its own sake. */
static bool
refuses(void)
{
	return counting && (sim.faults_on || !sim.running);
}

void
memory_refuse(unsigned long n)
{
	counting = true;
	only = n;
}

unsigned long
memory_refused(void)
{
	while (copies > 0)
		await_copy();
	counting = false;
	return refused;
}

bool
memory_is_short(void)
{
	return in_copy;
}

/* ---- the functions ---- */

static void *
give(size_t size, void *from)
{
	struct block *b;

	allocations++;
	if (refuses() ? refuse(from) : !in_copy && strikes(FAULT_MEMORY, sim.no_memory))
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

void
memory_forget(void)
{
	struct block *b;

	while ((b = head.next) != &head)
		__wrap_free(b + 1);
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
memory_refuse(unsigned long n)
{
	(void)n;
}

unsigned long
memory_refused(void)
{
	return 0;
}

bool
memory_is_short(void)
{
	return false;
}

void
memory_forget(void)
{
}

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
