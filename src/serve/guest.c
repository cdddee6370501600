/*
 * Life of a guest: options, privileges, calls, and the end that the core asks for.
 */
#include "serve/guest.h"

#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <grp.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/loop.h"
#include "base/sys.h"
#include "serve/link.h"
#include "wire/guest.h"
#include "wire/json.h"

#define NOFILE_WANT	4096	/* descriptors: connections and control calls */
#define TEXT_MAX	(16 * 1024 * 1024)	/* bytes of sections */
#define LOCK_S		5	/* that the guest before may take to leave */
#define RETRY_MS	10000	/* until the next try, when it could not begin */
#define GROUPS_MAX	256

struct guest_options guest;

static const struct guest_face *face;
static struct {
	struct buf text;		/* what the memfd had */
	yyjson_doc *packet, *keys;	/* guest.* points into them */
	char	*directory;
	bool	 begun, works, finishing;	/* begin() was called; has not failed */
	unsigned held;
	bool	 calls_over;
	int	 status;
	struct err why;			/* it could not begin */
	struct loop_timer late;
} life;

/* ---- the end ---- */

static void
leave_if_idle(void)
{
	if (life.finishing && life.calls_over && life.held == 0)
		loop_stop();
}

static void
on_calls_over(void)
{
	life.calls_over = true;
	leave_if_idle();
}

static void
on_late(struct loop_timer *t)
{
	(void)t;
	loop_stop();
}

void
guest_hold(void)
{
	life.held++;
}

void
guest_unhold(void)
{
	life.held--;
	leave_if_idle();
}

static void
op_finish(yyjson_val *root)
{
	int64_t ms = yyjson_get_sint(yyjson_obj_get(root, "ms"));

	if (life.finishing)
		return;
	life.status = EXIT_SUCCESS;
	life.finishing = true;
	loop_timer_start(&life.late, ms, on_late);
	if (life.works && face->finish != NULL)
		face->finish(ms);
	serve_finish(on_calls_over);
}

/* A new guest tries it again; until then callers are told why it does not work. */
static void
fail(const struct err *e)
{
	struct buf packet = { 0 };

	serve_link_log(LOG_ERRO, "%s", e->msg);
	json_open(&packet, '{');
	json_kstr(&packet, "op", "failed");
	json_kstr(&packet, "text", e->msg);
	json_close(&packet, '}');
	serve_link_send(&packet);
	life.why = *e;
	life.status = EXIT_FAILURE;
	serve_open(face->interfaces, face->ninterfaces);
	serve_break(&life.why);
	loop_timer_start(&life.late, RETRY_MS, on_late);
}

/* ---- the begin ---- */

/* The sections' text out of the memfd, which is read by offset: it is shared with the core. */
static int
read_keys(int fd, struct err *e)
{
	struct stat st;
	ssize_t n = -1;

	if (fd != -1 && sys->fstat(fd, &st) == 0 && st.st_size < TEXT_MAX &&
	    buf_reserve(&life.text, (size_t)st.st_size + 1) == 0)
		n = sys->pread(fd, life.text.data, (size_t)st.st_size, 0);
	if (n > 0)
		life.keys = yyjson_read(life.text.data, (size_t)n, 0);
	buf_release(&life.text);	/* there are passwords in it */
	guest.root = yyjson_doc_get_root(life.keys);
	guest.keys = yyjson_obj_get(guest.root, "keys");
	if (guest.keys == NULL)
		return err_set(e, FAULT_FAILED, "no options: the sections cannot be read");
	return 0;
}

static const char *
text_of(yyjson_val *root, const char *key)
{
	const char *text = yyjson_get_str(yyjson_obj_get(root, key));

	return text != NULL ? text : "";
}

/* mkdir -p, as far as it is missing. */
static int
make_directories(char *path, struct err *e)
{
	for (char *c = path + 1;; c++) {
		char was = *c;

		if (was != '/' && was != '\0')
			continue;
		*c = '\0';
		if (mkdir(path, was == '\0' ? 0711 : 0755) == -1 && errno != EEXIST) {
			err_set(e, FAULT_FAILED, "cannot make the directory '%s': %s", path,
			    strerror(errno));
			*c = was;
			return -1;
		}
		*c = was;
		if (was == '\0')
			return 0;
	}
}

static bool
may_do_without(yyjson_val *root, const struct err *why)
{
	if (!face->stateless || yyjson_is_true(yyjson_obj_get(root, "statedir_given")))
		return false;
	serve_link_log(LOG_WARN, "%s", why->msg);
	return true;
}

/* STATEDIR/node/echo, for this guest alone. */
static int
make_directory(yyjson_val *root, struct err *e)
{
	yyjson_val *uid = yyjson_obj_get(root, "uid");
	const char *state = text_of(root, "statedir");

	if (asprintf(&life.directory, "%s/%s%s%s", state, guest.kind, *guest.name ? "/" : "",
	    guest.name) == -1)
		return err_set(e, FAULT_FAILED, "out of memory");
	guest.directory = life.directory;
	if (*state == '\0')
		err_set(e, FAULT_FAILED, "there is no directory for state: set [supd] statedir");
	if (*state == '\0' || make_directories(life.directory, e) == -1) {
		guest.directory = NULL;
		return may_do_without(root, e) ? 0 : -1;
	}
	if (uid != NULL && chown(life.directory, (uid_t)yyjson_get_sint(uid),
	    (gid_t)yyjson_get_sint(yyjson_obj_get(root, "gid"))) == -1)
		return err_set(e, FAULT_FAILED, "cannot give '%s' to the user: %s",
		    life.directory, strerror(errno));
	return 0;
}

static void
on_alarm(int sig)
{
	(void)sig;
}

/*
 * One guest works in the directory: after a crash of the core the one before may still be on
 * its way out.  The lock lasts as long as this process and children that go on with its work.
 */
static int
lock_directory(struct err *e)
{
	struct sigaction act = { .sa_handler = on_alarm };	/* no SA_RESTART */
	int fd, rc = -1;

	if (guest.directory == NULL)	/* in memory: nobody else can work in it */
		return 0;
	fd = open(guest.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd != -1) {
		sigaction(SIGALRM, &act, NULL);
		alarm(LOCK_S);
		rc = flock(fd, LOCK_EX);
		alarm(0);
	}
	if (rc == -1 && errno == EINTR)
		return err_set(e, FAULT_FAILED, "the guest before this one has not ended");
	if (rc == -1 && errno != ENOLCK && errno != EOPNOTSUPP)
		return err_set(e, FAULT_FAILED, "cannot lock '%s': %s", life.directory,
		    strerror(errno));
	return 0;
}

static int
become_user(yyjson_val *root, struct err *e)
{
	yyjson_val *uid = yyjson_obj_get(root, "uid"), *item;
	gid_t groups[GROUPS_MAX], gid = (gid_t)yyjson_get_sint(yyjson_obj_get(root, "gid"));
	size_t i, n, count = 0;

	if (uid == NULL || (uid_t)yyjson_get_sint(uid) == geteuid())
		return 0;
	yyjson_arr_foreach(yyjson_obj_get(root, "groups"), i, n, item)
		if (count < GROUPS_MAX)
			groups[count++] = (gid_t)yyjson_get_sint(item);
	if (setgroups(count, groups) == -1 || setgid(gid) == -1 ||
	    setuid((uid_t)yyjson_get_sint(uid)) == -1)
		return err_set(e, FAULT_FAILED, "cannot become user %lld: %s",
		    (long long)yyjson_get_sint(uid), strerror(errno));
	return 0;
}

static int
begin(yyjson_val *root, int fd, struct err *e)
{
	guest.kind = face->kind;
	guest.name = text_of(root, "name");
	guest.identifier = text_of(root, "identifier");
	guest.config = text_of(root, "config");
	serve_link_set_level((enum log_level)yyjson_get_sint(yyjson_obj_get(root, "loglevel")));
	if (read_keys(fd, e) == -1)
		return -1;
	guest.section = text_of(guest.root, "section");
	if ((face->open != NULL && face->open(e) == -1) || make_directory(root, e) == -1 ||
	    lock_directory(e) == -1 || become_user(root, e) == -1)
		return -1;
	guest.core = async_new(serve_link_dial, NULL,
	    (size_t)yyjson_get_sint(yyjson_obj_get(root, "calls")));
	if (guest.core == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	serve_open(face->interfaces, face->ninterfaces);
	life.begun = true;
	life.works = face->begin(e) == 0;
	return life.works ? 0 : -1;
}

/* Strings of the packet are kept: it is read once more, into a document of our own. */
static void
op_options(yyjson_val *root, int fd)
{
	struct err e = { 0 };
	size_t len;
	char *text;

	if (life.packet != NULL)
		return;
	text = yyjson_val_write(root, 0, &len);
	life.packet = text != NULL ? yyjson_read(text, len, 0) : NULL;
	free(text);
	if (life.packet == NULL)
		err_set(&e, FAULT_FAILED, "out of memory");
	if (life.packet == NULL || begin(yyjson_doc_get_root(life.packet), fd, &e) == -1)
		fail(&e);
}

static void
op_client(yyjson_val *root, int *fd)
{
	yyjson_val *data = yyjson_obj_get(root, "data");

	if (*fd == -1 || !yyjson_is_str(data) || life.packet == NULL)
		return;
	serve_take(*fd, yyjson_get_str(data), yyjson_get_len(data));
	*fd = -1;
}

static void
handle(const char *op, yyjson_val *root, int *fd)
{
	if (strcmp(op, "options") == 0)
		op_options(root, *fd);
	else if (strcmp(op, "client") == 0)
		op_client(root, fd);
	else if (strcmp(op, "finish") == 0)
		op_finish(root);
	else if (life.works && face->packet != NULL)
		face->packet(op, root);
}

/* The core decides when we end, also when a terminal or a shutdown signals everybody. */
static void
ignore_signals(void)
{
	static const int all[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2,
		SIGPIPE, SIGXFSZ, SIGTSTP, SIGTTOU };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		signal(all[i], SIG_IGN);
}

int
guest_main(const struct guest_face *f, int argc, char **argv)
{
	unsigned long long soft, hard;
	struct stat st;

	(void)argc;
	(void)argv;
	face = f;
	if (sys->fstat(GUEST_FD, &st) == -1 || !S_ISSOCK(st.st_mode))
		die("supd %s: descriptor %d is no socket: supd starts this guest by itself",
		    f->kind, GUEST_FD);
	ignore_signals();
	/* passwords pass through here: others of the same user shall not look inside */
	prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
	fd_raise_limit(NOFILE_WANT, &soft, &hard);
	if (loop_init() == -1)
		die("supd %s: cannot start: no way to wait for events", f->kind);
	serve_link_init(handle);
	loop_run();
	serve_release();
	if (life.begun && f->end != NULL)
		f->end();
	if (guest.core != NULL)
		async_free(guest.core);
	loop_timer_stop(&life.late);
	serve_link_release();
	yyjson_doc_free(life.packet);
	yyjson_doc_free(life.keys);
	free(life.directory);
	loop_free();
	return life.status;
}

/* ---- keys ---- */

const char *
guest_text(const char *key, const char *fallback)
{
	const char *text = yyjson_get_str(yyjson_obj_get(guest.keys, key));

	return text != NULL ? text : fallback;
}

int64_t
guest_number(const char *key, int64_t fallback)
{
	yyjson_val *v = yyjson_obj_get(guest.keys, key);

	return yyjson_is_int(v) ? yyjson_get_sint(v) : fallback;
}

bool
guest_is_set(const char *key)
{
	return yyjson_is_true(yyjson_obj_get(guest.keys, key));
}
