/*
 * What the supervisors supervise: as little as possible.
 *
 *	payload sleep BOARD		write a record, sleep for ever
 *	payload blink BOARD		write a record, exit
 *	payload write BOARD BYTES SIZE	at the gate's opening write lines of 100 bytes,
 *					SIZE bytes at a time, BYTES in all; then sleep
 *	payload trickle BOARD MS	a line of 100 bytes every MS milliseconds
 *	payload orphans BOARD N		N grandchildren without a parent that all exit
 *					when the gate opens
 */
#include <sys/syscall.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"

#define LINE 100
#define FUTEX_WAIT 0	/* musl-gcc sees no kernel headers */

static struct board *board;

static void
record(enum what what)
{
	uint32_t i = __atomic_fetch_add(&board->n, 1, __ATOMIC_RELAXED);
	struct record *r = &board->rec[i % BOARD_RECORDS];

	r->pid = getpid();
	r->what = what;
	__atomic_store_n(&r->ns, now_ns(), __ATOMIC_RELEASE);
}

static void
wait_for_go(void)
{
	while (__atomic_load_n(&board->go, __ATOMIC_ACQUIRE) == 0)
		syscall(SYS_futex, &board->go, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void
put(const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, data, len);

		if (n == -1)
			_exit(1);
		data += n;
		len -= (size_t)n;
	}
}

static char *
lines(size_t size)
{
	char *text = malloc(size);

	if (text == NULL)
		_exit(1);
	for (size_t i = 0; i < size; i++)
		text[i] = i % LINE == LINE - 1 ? '\n' : (char)('a' + i % LINE % 26);
	return text;
}

static void
write_all(size_t bytes, size_t size)
{
	char *text = lines(size);

	wait_for_go();
	record(BEGUN);
	for (size_t done = 0; done < bytes; done += size)
		put(text, size);
	record(ENDED);
}

static void
trickle(long ms)
{
	struct timespec pause = { ms / 1000, ms % 1000 * 1000000 };
	struct timespec first = { 0, getpid() % ms * 1000000 };	/* not all at once */
	char *text = lines(LINE);

	record(BEGUN);
	nanosleep(&first, NULL);
	for (;;) {
		put(text, LINE);
		nanosleep(&pause, NULL);
	}
}

static void
orphans(long n)
{
	if (fork() == 0) {
		for (long i = 0; i < n; i++)
			if (fork() == 0) {
				record(BEGUN);
				wait_for_go();
				_exit(0);
			}
		_exit(0);
	}
}

int
main(int argc, char **argv)
{
	if (argc < 3 || (board = board_open(argv[2])) == NULL)
		return 2;
	switch (argv[1][0]) {
	case 's':
		record(BEGUN);
		break;
	case 'b':
		record(BEGUN);
		return 0;
	case 'w':
		write_all(strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10));
		break;
	case 't':
		trickle(atol(argv[3]));
		break;
	case 'o':
		orphans(atol(argv[3]));
		break;
	default:
		return 2;
	}
	for (;;)
		pause();
}
