/*
 * Signals by name and number.  Which numbers count is what supervisord accepts:
 * those that have a name, and 0, which tests whether a process exists.
 */
#include <string.h>
#include <strings.h>
#include <stdlib.h>

#include "conf/text.h"
#include "conf/types.h"

/* Linux' numbers; those of real-time signals as the kernel counts, not the C library. */
static const struct {
	const char *name;
	int	 number;
} signals[] = {
	{ "SIGHUP", 1 }, { "SIGINT", 2 }, { "SIGQUIT", 3 }, { "SIGILL", 4 },
	{ "SIGTRAP", 5 }, { "SIGABRT", 6 }, { "SIGBUS", 7 }, { "SIGFPE", 8 },
	{ "SIGKILL", 9 }, { "SIGUSR1", 10 }, { "SIGSEGV", 11 }, { "SIGUSR2", 12 },
	{ "SIGPIPE", 13 }, { "SIGALRM", 14 }, { "SIGTERM", 15 }, { "SIGSTKFLT", 16 },
	{ "SIGCHLD", 17 }, { "SIGCONT", 18 }, { "SIGSTOP", 19 }, { "SIGTSTP", 20 },
	{ "SIGTTIN", 21 }, { "SIGTTOU", 22 }, { "SIGURG", 23 }, { "SIGXCPU", 24 },
	{ "SIGXFSZ", 25 }, { "SIGVTALRM", 26 }, { "SIGPROF", 27 }, { "SIGWINCH", 28 },
	{ "SIGIO", 29 }, { "SIGPWR", 30 }, { "SIGSYS", 31 }, { "SIGRTMIN", 34 },
	{ "SIGRTMAX", 64 },
	{ "SIGIOT", 6 }, { "SIGCLD", 17 }, { "SIGPOLL", 29 },	/* second names */
};

const char *
conf_signal_name(int sig)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (signals[i].number == sig)
			return signals[i].name;
	return NULL;
}

/* With or without SIG, in any case; -1: no such name. */
static int
number_of(const char *name)
{
	size_t skip = strncasecmp(name, "SIG", 3) == 0 ? 0 : 3;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (strcasecmp(signals[i].name + skip, name) == 0)
			return signals[i].number;
	return -1;
}

int
conf_signal(const char *text, struct err *e)
{
	char *name = text_strip_dup(text);
	struct buf shown = { 0 };
	const char *kind = "name";
	int64_t n;
	int sig;

	if (name == NULL)
		return err_no_memory(e);
	if (text_int(name, 10, &n) == 0) {
		kind = "number";
		sig = n == 0 || (n > 0 && n <= 64 && conf_signal_name((int)n) != NULL)
		    ? (int)n : -1;
	} else
		sig = number_of(name);
	free(name);
	if (sig != -1)
		return sig;
	text_repr(&shown, text, strlen(text));
	err_set(e, FAULT_BAD_SIGNAL, "value %s is not a valid signal %s", buf_text(&shown),
	    kind);
	buf_release(&shown);
	return -1;
}

static int
parse_signal(void *field, const char *text, struct conf_parse *p)
{
	int sig = conf_signal(text, p->e);

	if (sig == -1)
		return -1;
	*(int *)field = sig;
	return 0;
}

static void
print_signal(const void *field, struct buf *out)
{
	const char *name = conf_signal_name(*(const int *)field);

	if (name != NULL)
		buf_adds(out, name + 3);	/* TERM, as people write it */
	else
		buf_addf(out, "%d", *(const int *)field);
}

static bool
equal_signal(const void *a, const void *b)
{
	return *(const int *)a == *(const int *)b;
}

const struct conf_type conf_sig = {
	"signal", NULL, parse_signal, print_signal, equal_signal, NULL
};
