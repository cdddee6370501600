/*
 * Children.  A child is over when it has been reaped, whoever may still hold its pipes.
 */
#include "node/child.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <bsd/sys/queue.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/loop.h"

#define OUT_MAX		(1024 * 1024)	/* bytes of an answer */
#define TAIL_MAX	300		/* of standard error: the last line is told to people */

extern char **environ;

struct child {
	TAILQ_ENTRY(child) link;
	pid_t	 pid;
	child_fn fn;		/* NULL: cancelled */
	void	*arg;
	int	 in, out, err;	/* ends of its pipes; -1 */
	struct loop_io in_io, out_io, err_io;
	struct loop_timer timer;
	struct buf input, said, tail;
	size_t	 written;
	bool	 timeout;
};

static TAILQ_HEAD(child_list, child) children = TAILQ_HEAD_INITIALIZER(children);
static struct loop_signal reaper;

/* ---- the end ---- */

static void
child_free(struct child *c)
{
	loop_io_stop(&c->in_io);
	loop_io_stop(&c->out_io);
	loop_io_stop(&c->err_io);
	loop_timer_stop(&c->timer);
	fd_close(&c->in);
	fd_close(&c->out);
	fd_close(&c->err);
	buf_release(&c->input);
	buf_release(&c->said);
	buf_release(&c->tail);
	TAILQ_REMOVE(&children, c, link);
	free(c);
}

static void
kill_group(const struct child *c)
{
	if (kill(-c->pid, SIGKILL) == -1)
		kill(c->pid, SIGKILL);
}

void
child_cancel(struct child *c)
{
	c->fn = NULL;
	kill_group(c);
}

/* ---- pipes ---- */

/* Read what is there; false: the end. */
static bool
drain(int fd, struct buf *to)
{
	char data[4096];
	ssize_t n;

	while ((n = read(fd, data, sizeof(data))) > 0)
		if (to->len < OUT_MAX)
			buf_add(to, data, (size_t)n);
	return n == -1 && (errno == EAGAIN || errno == EINTR);
}

static void
on_out(struct loop_io *io, int events)
{
	struct child *c = LOOP_OWNER(io, struct child, out_io);

	(void)events;
	if (!drain(c->out, &c->said))
		loop_io_stop(io);
}

static void
drain_tail(struct child *c)
{
	if (!drain(c->err, &c->tail))
		loop_io_stop(&c->err_io);
	if (c->tail.len > 4 * TAIL_MAX)
		buf_drop(&c->tail, c->tail.len - 2 * TAIL_MAX);
}

static void
on_err(struct loop_io *io, int events)
{
	(void)events;
	drain_tail(LOOP_OWNER(io, struct child, err_io));
}

static void
on_in(struct loop_io *io, int events)
{
	struct child *c = LOOP_OWNER(io, struct child, in_io);
	ssize_t n;

	(void)events;
	n = write(c->in, c->input.data + c->written, c->input.len - c->written);
	if (n > 0)
		c->written += (size_t)n;
	if (c->written < c->input.len && (n >= 0 || errno == EAGAIN || errno == EINTR))
		return;
	loop_io_stop(io);
	fd_close(&c->in);
}

/* The last line that says something, in place; control characters become blanks. */
static const char *
last_line(struct buf *b)
{
	char *text = b->data, *from;
	size_t len = b->len;

	if (text == NULL || b->failed)
		return "";
	while (len > 0 && (unsigned char)text[len - 1] <= ' ')
		len--;
	text[len] = '\0';
	from = memrchr(text, '\n', len);
	from = from != NULL ? from + 1 : text;
	if (strlen(from) > TAIL_MAX)
		from += strlen(from) - TAIL_MAX;
	for (char *c = from; *c != '\0'; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	return from;
}

static void
ended(struct child *c, int status)
{
	struct child_end end = { .timeout = c->timeout, .status = status };

	if (c->out != -1)
		drain(c->out, &c->said);
	if (c->err != -1)
		drain_tail(c);
	end.out = buf_text(&c->said);
	end.out_len = c->said.len;
	end.last = last_line(&c->tail);
	if (c->fn != NULL)
		c->fn(c->arg, &end);
	child_free(c);
}

static void
on_child(struct loop_signal *w, int sig)
{
	struct child *c, *next;
	int status;

	(void)w;
	(void)sig;
	TAILQ_FOREACH_SAFE(c, &children, link, next)
		if (waitpid(c->pid, &status, WNOHANG) == c->pid)
			ended(c, status);
}

static void
on_timeout(struct loop_timer *t)
{
	struct child *c = LOOP_OWNER(t, struct child, timer);

	c->timeout = true;
	kill_group(c);
}

void
children_init(void)
{
	loop_signal_start(&reaper, SIGCHLD, on_child);
}

void
children_release(void)
{
	struct child *c;

	while ((c = TAILQ_FIRST(&children)) != NULL) {
		kill_group(c);
		waitpid(c->pid, NULL, 0);
		child_free(c);
	}
	loop_signal_stop(&reaper);
}

/* ---- the begin ---- */

/* In the child: signals as a program expects them, a group of its own, and no life after ours. */
static void
become_child(pid_t parent)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
	if (getppid() != parent)	/* it was too late */
		_exit(127);
}

static struct child *
child_new(child_fn fn, void *arg)
{
	struct child *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->fn = fn;
	c->arg = arg;
	c->in = c->out = c->err = -1;
	TAILQ_INSERT_TAIL(&children, c, link);
	return c;
}

struct child *
child_call(int (*work)(const char *text), const char *text, child_fn fn, void *arg,
    struct err *e)
{
	struct child *c = child_new(fn, arg);
	pid_t parent = getpid();

	if (c != NULL)
		c->pid = fork();
	if (c == NULL || c->pid == -1) {
		err_set(e, FAULT_FAILED, "cannot fork: %s", strerror(errno));
		if (c != NULL)
			child_free(c);
		return NULL;
	}
	if (c->pid == 0) {
		become_child(parent);
		_exit(work(text) == 0 ? 0 : 1);
	}
	setpgid(c->pid, c->pid);
	return c;
}

/* The next word of a command line into out; false: there is none, or a quote is open. */
static bool
next_word(const char **at, struct buf *out)
{
	const char *c = *at + strspn(*at, " \t\n");
	char quote = '\0';

	if (*c == '\0')
		return false;
	for (; *c != '\0' && (quote != '\0' || strchr(" \t\n", *c) == NULL); c++) {
		if (quote == '\0' && (*c == '\'' || *c == '"'))
			quote = *c;
		else if (*c == quote)
			quote = '\0';
		else if (*c == '\\' && quote != '\'' && c[1] != '\0')
			buf_addc(out, *++c);
		else
			buf_addc(out, *c);
	}
	*at = c;
	return quote == '\0';
}

#define WORDS_MAX 64

static void
free_words(char **argv)
{
	for (size_t i = 0; argv[i] != NULL; i++)
		free(argv[i]);
}

/* argv has room for WORDS_MAX and the NULL. */
static int
split(const char *command, char **argv, struct err *e)
{
	struct buf word = { 0 };
	size_t n = 0;

	argv[0] = NULL;
	while (n < WORDS_MAX && next_word(&command, &word)) {
		buf_add(&word, "", 0);
		argv[n] = word.data != NULL ? buf_steal(&word) : strdup("");
		word = (struct buf){ 0 };
		if (argv[n] == NULL)
			break;
		argv[++n] = NULL;
	}
	buf_release(&word);
	if (n > 0 && command[strspn(command, " \t\n")] == '\0')
		return 0;
	free_words(argv);
	return err_set(e, FAULT_FAILED, "'%s' is no command", command);
}

_Noreturn static void
execute(char **argv, char *const *variables, const char *directory, int in, int out, int err,
    pid_t parent)
{
	static const char failed[] = "cannot be executed: ";
	const char *why;

	become_child(parent);
	for (size_t i = 0; variables[i] != NULL; i++)
		putenv(variables[i]);
	if ((directory == NULL || *directory == '\0' || chdir(directory) == -1) &&
	    chdir("/") == -1)
		_exit(127);
	if (dup2(in, 0) == -1 || dup2(out, 1) == -1 || dup2(err, 2) == -1)
		_exit(127);
	close(3);		/* the link, if it is not close-on-exec */
	execvp(argv[0], argv);
	why = strerror(errno);
	if (write(2, argv[0], strlen(argv[0])) == -1 || write(2, " ", 1) == -1 ||
	    write(2, failed, sizeof(failed) - 1) == -1 || write(2, why, strlen(why)) == -1)
		_exit(126);
	_exit(127);
}

/* Three pipes, ours not blocking; -1 with errno: none is left open. */
static int
make_pipes(struct child *c, int theirs[3])
{
	int pair[2];

	theirs[0] = theirs[1] = theirs[2] = -1;
	if (pipe2(pair, O_CLOEXEC) == -1)
		return -1;
	theirs[0] = pair[0];
	c->in = pair[1];
	if (pipe2(pair, O_CLOEXEC) == -1)
		goto failed;
	c->out = pair[0];
	theirs[1] = pair[1];
	if (pipe2(pair, O_CLOEXEC) == -1)
		goto failed;
	c->err = pair[0];
	theirs[2] = pair[1];
	fcntl(c->in, F_SETFL, O_NONBLOCK);
	fcntl(c->out, F_SETFL, O_NONBLOCK);
	fcntl(c->err, F_SETFL, O_NONBLOCK);
	return 0;
failed:
	for (int i = 0; i < 3; i++)
		fd_close(&theirs[i]);
	return -1;
}

struct child *
child_execute(const char *command, char *const *variables, const char *directory,
    const struct buf *input, int64_t timeout_ms, child_fn fn, void *arg, struct err *e)
{
	char *argv[WORDS_MAX + 1];
	struct child *c;
	pid_t parent = getpid();
	int theirs[3];

	if (split(command, argv, e) == -1)
		return NULL;
	c = child_new(fn, arg);
	if (c == NULL || make_pipes(c, theirs) == -1) {
		err_set(e, FAULT_FAILED, "no pipes for '%s': %s", argv[0], strerror(errno));
		goto failed;
	}
	buf_add(&c->input, buf_text(input), input->len);
	c->pid = c->input.failed ? -1 : fork();
	if (c->pid == 0)
		execute(argv, variables, directory, theirs[0], theirs[1], theirs[2], parent);
	for (int i = 0; i < 3; i++)
		fd_close(&theirs[i]);
	if (c->pid == -1) {
		err_set(e, FAULT_FAILED, "cannot run '%s': %s", argv[0], strerror(errno));
		goto failed;
	}
	setpgid(c->pid, c->pid);
	free_words(argv);
	loop_io_start(&c->in_io, c->in, LOOP_WRITE, on_in);
	loop_io_start(&c->out_io, c->out, LOOP_READ, on_out);
	loop_io_start(&c->err_io, c->err, LOOP_READ, on_err);
	loop_timer_start(&c->timer, timeout_ms, on_timeout);
	return c;
failed:
	free_words(argv);
	if (c != NULL)
		child_free(c);
	return NULL;
}
