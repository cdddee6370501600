/*
 * kato report: one file for who is to help.  It holds what the supervisor says of itself
 * and of every process, its configuration with secrets masked, and the ends of the logs.
 */
#include "cli/kato.h"

#include <sys/wait.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "cli/tgz.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define LOG_BYTES	16384	/* of each log, the end */

struct report {
	struct kato *k;
	struct buf tar;
	char	 dir[64];	/* in the archive */
	int64_t	 now;
};

static void
add(struct report *r, const char *name, const char *data, size_t len)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", r->dir, name);
	for (char *c = path + strlen(r->dir) + 1; *c != '\0'; c++)
		if (*c == ':')
			*c = '_';
	tar_add(&r->tar, path, data, len, r->now);
}

/* The answer to a call, or why there is none. */
static void
add_call(struct report *r, const char *name, const char *method, const char *params)
{
	struct buf b = { 0 };
	struct reply reply;
	struct err e = { 0 };

	if (ctl_call(&r->k->ctl, method, params, &reply, &e) == 0) {
		json_value(&b, reply.params);
		reply_release(&reply);
	} else
		buf_adds(&b, e.msg);
	buf_addc(&b, '\n');
	add(r, name, buf_text(&b), b.len);
	buf_release(&b);
}

/* ---- configuration ---- */

static bool
has_word(const char *text, size_t len)
{
	static const char *const words[] = { "pass", "secret", "token", "key", "cred", "auth" };

	for (size_t i = 0; i < len; i++)
		for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
			if (strlen(words[w]) <= len - i &&
			    strncasecmp(text + i, words[w], strlen(words[w])) == 0)
				return true;
	return false;
}

/* NAME="value",...: names stay. */
static void
mask_variables(struct buf *out, const char *text, size_t len)
{
	bool quoted = false, value = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		if (!value)
			buf_addc(out, text[i]);
		if (text[i] == '=' && !value) {
			value = true;
			buf_adds(out, "***");
		} else if (text[i] == ',' && !quoted && value) {
			value = false;
			buf_addc(out, ',');
		}
	}
}

/* One line of `supd show`: "key=value ; where". */
static void
mask_line(struct buf *out, const char *line, size_t len)
{
	const char *equals = memchr(line, '=', len);
	size_t key = equals != NULL ? (size_t)(equals - line) : 0;

	if (equals != NULL && line[0] != '[' && line[0] != ' ' &&
	    key == strlen("environment") && strncmp(line, "environment", key) == 0) {
		buf_add(out, line, key + 1);
		mask_variables(out, line + key + 1, len - key - 1);
	} else if (equals != NULL && line[0] != '[' && has_word(line, key)) {
		buf_add(out, line, key + 1);
		buf_adds(out, "***");
	} else
		buf_add(out, line, len);
	buf_addc(out, '\n');
}

/* What our own `supd show` prints of the file; as root it may read what others may not. */
static void
read_show(const char *path, struct buf *out)
{
	int fd[2], status;
	char data[4096];
	ssize_t n;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) == -1)
		return;
	pid = fork();
	if (pid == 0) {
		dup2(fd[1], STDOUT_FILENO);
		dup2(fd[1], STDERR_FILENO);
		execl("/proc/self/exe", "supd", "show", "-c", path, (char *)NULL);
		_exit(127);
	}
	close(fd[1]);
	while (pid > 0 && ((n = read(fd[0], data, sizeof(data))) > 0 ||
	    (n == -1 && errno == EINTR)))
		if (n > 0)
			buf_add(out, data, (size_t)n);
	close(fd[0]);
	if (pid > 0)
		waitpid(pid, &status, 0);
}

static void
add_config(struct report *r)
{
	struct buf text = { 0 }, masked = { 0 };
	const char *line, *end;
	struct reply state;
	struct err e;

	if (strncmp(r->k->ctl.client.url, "unix:", 5) != 0 ||
	    ctl_call(&r->k->ctl, CONTROL_INTERFACE ".GetState", NULL, &state, &e) == -1)
		return;
	read_show(reply_str(state.params, "config"), &text);
	reply_release(&state);
	for (line = buf_text(&text); (end = strchr(line, '\n')) != NULL; line = end + 1)
		mask_line(&masked, line, (size_t)(end - line));
	add(r, "config.ini", buf_text(&masked), masked.len);
	buf_release(&text);
	buf_release(&masked);
}

static void
add_values(struct report *r)
{
	struct buf text = { 0 };

	kato_config_outline(r->k, &text);
	if (text.len > 0)
		add(r, "store.yaml", text.data, text.len);
	buf_release(&text);
}

/* ---- processes ---- */

static void
add_log(struct report *r, const char *name, const char *channel)
{
	struct buf b = { 0 }, path = { 0 };
	struct reply reply;
	struct err e;

	json_open(&b, '{');
	json_kstr(&b, "name", name);
	json_kstr(&b, "channel", channel);
	json_kint(&b, "bytes", LOG_BYTES);
	json_close(&b, '}');
	buf_addf(&path, "log/%s.%s", name[0] != '\0' ? name : "supervisord", channel);
	if (ctl_call(&r->k->ctl, LOG_INTERFACE ".Tail", buf_text(&b), &reply, &e) == 0) {
		yyjson_val *text = yyjson_obj_get(reply.params, "text");

		if (yyjson_get_len(text) > 0)
			add(r, buf_text(&path), yyjson_get_str(text), yyjson_get_len(text));
		reply_release(&reply);
	}
	buf_release(&b);
	buf_release(&path);
}

static void
add_process(struct report *r, const char *name)
{
	struct buf b = { 0 }, path = { 0 };

	json_open(&b, '{');
	json_kstr(&b, "name", name);
	json_close(&b, '}');
	buf_addf(&path, "why/%s.json", name);
	add_call(r, buf_text(&path), CONTROL_INTERFACE ".Why", buf_text(&b));
	add_log(r, name, "stdout");
	add_log(r, name, "stderr");
	buf_release(&b);
	buf_release(&path);
}

static bool
add_processes(struct report *r)
{
	struct buf name = { 0 };
	yyjson_arr_iter it;
	yyjson_val *p;
	struct reply reply;

	if (!kato_call(r->k, CONTROL_INTERFACE ".ListProcesses", NULL, &reply))
		return false;
	it = yyjson_arr_iter_with(yyjson_obj_get(reply.params, "processes"));
	while ((p = yyjson_arr_iter_next(&it)) != NULL) {
		buf_clear(&name);
		spec_print(&name, reply_str(p, "group"), reply_str(p, "name"));
		add_process(r, buf_text(&name));
	}
	buf_release(&name);
	reply_release(&reply);
	return true;
}

/* ---- the file ---- */

static void
write_file(struct report *r, const char *path)
{
	struct buf gz = { 0 };
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t done = 0;

	tar_end(&r->tar);
	gzip_store(&gz, buf_text(&r->tar), r->tar.len);
	while (fd != -1 && !gz.failed && !r->tar.failed && done < gz.len) {
		ssize_t n = write(fd, gz.data + done, gz.len - done);

		if (n == -1 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	if (gz.failed || r->tar.failed)
		kato_failed(r->k, KATO_FAILED, "out of memory");
	else if (fd == -1 || done < gz.len)
		kato_failed(r->k, KATO_FAILED, "cannot write %s: %s", path, strerror(errno));
	else
		say("%s", path);
	if (fd != -1)
		close(fd);
	buf_release(&gz);
}

void
kato_report(struct kato *k)
{
	struct report r = { .k = k, .now = (int64_t)time(NULL) };
	time_t now = (time_t)r.now;
	char path[96];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(r.dir, sizeof(r.dir), "kato-report-%Y%m%d-%H%M%S", &tm);
	if (add_processes(&r)) {
		add_call(&r, "state.json", CONTROL_INTERFACE ".GetState", NULL);
		add_call(&r, "status.json", CONTROL_INTERFACE ".Status", "{\"all\":true}");
		add_call(&r, "roles.json", CONTROL_INTERFACE ".ListRoles", NULL);
		add_call(&r, "plan.json", CONTROL_INTERFACE ".Plan", NULL);
		add_call(&r, "metrics.json", CONTROL_INTERFACE ".Metrics", NULL);
		add_call(&r, "logs.json", LOG_INTERFACE ".GetStats", NULL);
		add_log(&r, "", "main");
		add_config(&r);
		add_values(&r);
		snprintf(path, sizeof(path), "%s.tgz", r.dir);
		write_file(&r, k->n > 0 ? k->v[0] : path);
	}
	buf_release(&r.tar);
}
