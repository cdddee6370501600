/*
 * A disk without room (a small tmpfs of our own): the program blocks or its
 * output is dropped, as the policy says; when there is room again the log goes on
 * by itself, and what is missing is counted and marked.
 */
#include "log_driver.h"

#include <sched.h>
#include <sys/mount.h>

#define ROOM	(256 * 1024)	/* bytes of the file system */
#define FLOOD	400000		/* does not fit, with or without a pipe full */

static char *data;

/* Wait until the sink works again: its error is gone. */
static struct log_stat
recovered(const char *name)
{
	struct log_stat st;
	int64_t end = log_ms() + LOG_DEADLINE_MS;

	do {
		st = log_stat(name);
		poll(NULL, 0, 5);
	} while (st.trouble[0] != '\0' && log_ms() < end);
	return st;
}

/* As much as the pipe takes without waiting. */
static size_t
pour(uint32_t id, const char *name, bool until_full)
{
	size_t done = 0;

	fcntl(log_wr(id), F_SETFL, O_NONBLOCK);
	while (done < FLOOD) {
		ssize_t n = write(log_wr(id), data + done, FLOOD - done);

		if (n == -1 && until_full)
			break;
		if (n > 0)
			done += (size_t)n;
		log_stat(name);
	}
	fcntl(log_wr(id), F_SETFL, 0);
	return done;
}

static void
block(const char *name, const char *more)
{
	struct log_stat st;
	size_t len, done;
	uint32_t id;
	char *text, *ballast;

	log_up();
	id = log_add(name, "stdout", log_path(name), more);
	done = pour(id, name, true);
	st = log_stat(name);
	ok(done < FLOOD, "%s: the program waits (after %zu bytes)", name, done);
	is_str(st.trouble, "no space left on device", "for want of room");
	is_int(st.dropped, 0, "nothing is dropped");
	has_text(log_event(), "no space left on device; the program waits", "the core knows");
	/* Room: the log goes on without being asked. */
	ballast = log_slurp(log_path(name), &len);
	if (truncate(log_path(name), 0) == -1)
		bail("truncate");
	st = recovered(name);
	has_text(log_event(), "takes output again", "and that it is over");
	log_say(id, "after\n");
	log_stat(name);
	text = log_slurp(log_path(name), NULL);
	ballast = realloc(ballast, len + strlen(text) + 1);
	strcpy(ballast + len, text);
	is_int((int64_t)strlen(ballast), (int64_t)done + 6, "all bytes are there");
	ok(strncmp(ballast, data, done) == 0 && strcmp(ballast + done, "after\n") == 0,
	    "each once and in order");
	st = log_stat(name);
	is_int(st.in, (int64_t)done + 6, "and counted");
	is_int(st.flight, 0, "nothing is held");
	free(text);
	free(ballast);
	log_reset();
	unlink(log_path(name));
}

static void
drop(const char *name, const char *more)
{
	struct log_stat st;
	char *text, want[100];
	uint32_t id;
	size_t len;

	log_up();
	id = log_add(name, "stdout", log_path(name), more);
	is_int((int64_t)pour(id, name, false), FLOOD, "drop: the program goes on");
	st = log_stat(name);
	is_int(st.in, FLOOD, "all of it is taken out of the pipe");
	ok(st.error > 0 && st.error == st.dropped, "what finds no room is dropped (%d)",
	    (int)st.dropped);
	has_text(log_event(), "no space left on device; output is dropped", "the core knows");
	if (truncate(log_path(name), 0) == -1)
		bail("truncate");
	for (int64_t end = log_ms() + LOG_DEADLINE_MS; log_ms() < end;) {
		log_say(id, "x\n");
		st = log_stat(name);
		if (st.trouble[0] == '\0')
			break;
	}
	log_say(id, "after\n");
	log_stat(name);
	text = log_slurp(log_path(name), &len);
	snprintf(want, sizeof(want), "--- supd: %d bytes dropped: no space left on device"
	    " ---\n", (int)st.dropped);
	ok(strstr(text, want) != NULL, "the gap is marked");
	has_text(text, "x\nafter\n", "and the log goes on");
	log_reset();
	unlink(log_path(name));
}

int
main(void)
{
	char options[60];

	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1) {
		printf("1..0 # skip a file system of our own needs root\n");
		return 0;
	}
	snprintf(options, sizeof(options), "size=%d", ROOM);
	if (mount("tmpfs", log_dir(), "tmpfs", 0, options) == -1) {
		printf("1..0 # skip cannot mount a tmpfs: %s\n", strerror(errno));
		return 0;
	}
	data = malloc(FLOOD);
	for (int i = 0; i < FLOOD; i++)
		data[i] = (char)(i % 50 == 49 ? '\n' : 'a' + i / 50 % 26);
	block("plain", "");
	drop("plain", "\"policy\":\"drop\"");
	lg.options = "\"strip_ansi\":true";
	block("memory", "");
	drop("memory", "\"policy\":\"drop\"");
	umount(log_dir());
	return tap_done();
}
