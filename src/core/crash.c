/*
 * The crash handler trusts nothing but what was laid ready: a stack of its own,
 * an argument vector, an environment, and the flight record, which tells the
 * descriptors that must survive exec.  Only async-signal-safe calls.
 *
 * Once: a second crash in the same run takes its default course.
 */
#include "core/crash.h"

#include <sys/syscall.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/spawn.h"
#include "core/flight.h"

#define STACK_BYTES (16 * 1024)

extern char **environ;

static char stack[STACK_BYTES];
static char **new_env;
static char recover[sizeof(CRASH_ENV) + 16];

static void
say(const char *text)
{
	ssize_t n = write(STDERR_FILENO, text, strlen(text));

	(void)n;		/* nobody to tell */
}

static void
say_hex(uintptr_t n)
{
	char text[2 + 2 * sizeof(n) + 1], *at = text + sizeof(text) - 1;

	*at = '\0';
	do {
		*--at = "0123456789abcdef"[n % 16];
		n /= 16;
	} while (n > 0);
	*--at = 'x';
	*--at = '0';
	say(at);
}

static const char *
name_of(int sig)
{
	switch (sig) {
	case SIGSEGV: return "SIGSEGV";
	case SIGBUS:  return "SIGBUS";
	case SIGILL:  return "SIGILL";
	case SIGFPE:  return "SIGFPE";
	case SIGABRT: return "SIGABRT";
	}
	return "a signal";
}

static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };

static void
keep(int fd)
{
	if (fd != -1)
		fcntl(fd, F_SETFD, 0);
}

static void
keep_descriptors(void)
{
	struct flight_head *h = flight_head();

	keep(flight_fd());
	keep(h->main_rd);
	keep(h->main_wr);
	keep(h->counters);
	keep(h->notes);
	keep(h->memory);
	for (int i = 0; i < FLIGHT_LISTENERS; i++)
		keep(h->listener[i]);
	for (uint32_t i = 0; i < h->nslots; i++) {
		const struct flight_slot *f = &flight_slots()[i];

		if (f->name_hash == 0)
			continue;
		keep(f->stdin_fd);
		keep(f->listener_fd);
		for (int j = 0; j < 2; j++) {
			keep(f->rd[j]);
			keep(f->wr[j]);
		}
	}
}

static void
on_crash(int sig, siginfo_t *si, void *context)
{
	struct flight_head *h = flight_head();

	(void)context;
	signal(sig, SIG_DFL);
	say("supd: crashed with ");
	say(name_of(sig));
	say(" at ");
	say_hex((uintptr_t)si->si_addr);
	if (h == NULL || h->crashes > 0) {
		say(h == NULL ? ", no record to recover from\n" :
		    " a second time, giving up\n");
		raise(sig);
		_exit(128 + sig);	/* PID 1 is not killed by a default action */
	}
	say(", starting again with the children kept\n");
	h->crashes++;
	keep_descriptors();
	log_flush_dying();
	if (core.self_fd != -1)
		syscall(SYS_execveat, core.self_fd, "", core.argv, new_env, AT_EMPTY_PATH);
	execve(core.argv0, core.argv, new_env);
	say("supd: could not start again\n");
	raise(sig);
	_exit(128 + sig);
}

/* Our environment with one more entry. */
static char **
extend_environment(void)
{
	size_t n = 0;
	char **env;

	while (environ != NULL && environ[n] != NULL)
		n++;
	env = calloc(n + 2, sizeof(*env));
	if (env == NULL)
		return NULL;
	if (n > 0)
		memcpy(env, environ, n * sizeof(*env));
	env[n] = recover;
	return env;
}

void
crash_init(void)
{
	struct sigaction sa = { .sa_sigaction = on_crash,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
	stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };

	snprintf(recover, sizeof(recover), CRASH_ENV "=%d", flight_fd());
	free(new_env);
	new_env = extend_environment();
	if (new_env == NULL || flight_head() == NULL)
		return;
	sigaltstack(&ss, NULL);
	/* The others wait for the new image from the first instruction of the handler on. */
	sigfillset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		sigdelset(&sa.sa_mask, crashes[i]);
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		sigaction(crashes[i], &sa, NULL);
	spawn_signals_changed();
}

int
crash_recovered_fd(void)
{
	const char *text = getenv(CRASH_ENV);
	int fd;

	if (text == NULL)
		return -1;
	fd = atoi(text);
	unsetenv(CRASH_ENV);
	return fd;
}
