/*
 * kato log tail: what processes print, as it comes, each line with the name of its
 * process in front.  One connection for each stream, since each is a call that lasts.
 */
#include "cli/kato.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wire/json.h"
#include "wire/varlink.h"

#define STREAMS_MAX	200	/* connections that one person may take */
#define BEGIN_BYTES	1024	/* of what was printed before */
#define LINE_MAX_BYTES	65536	/* a longer one is printed in parts */

struct stream {
	struct client client;
	char	*name;		/* of the process; owned */
	struct buf line;	/* begun, without its end */
};

struct tail {
	struct kato *k;
	struct stream *v;	/* owned */
	size_t	 n;
};

/* ---- lines ---- */

static void
print_line(const struct tail *t, const struct stream *s, const char *text, size_t len)
{
	time_t now = time(NULL);
	char when[40] = "";
	struct tm tm;

	if (t->k->time && gmtime_r(&now, &tm) != NULL)
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ ", &tm);
	if (t->k->raw)
		printf("%s%.*s\n", when, (int)len, text);
	else if (t->k->ctl.tty && !t->k->no_color)
		printf("%s\033[36m%s@" KATO_NODE ":\033[0m %.*s\n", when, s->name, (int)len,
		    text);
	else
		printf("%s%s@" KATO_NODE ": %.*s\n", when, s->name, (int)len, text);
}

static void
take_text(const struct tail *t, struct stream *s, const char *text, size_t len)
{
	const char *end;

	buf_add(&s->line, text, len);
	while ((end = memchr(buf_text(&s->line), '\n', s->line.len)) != NULL) {
		size_t n = (size_t)(end - buf_text(&s->line));

		print_line(t, s, buf_text(&s->line), n);
		buf_drop(&s->line, n + 1);
	}
	if (s->line.len > LINE_MAX_BYTES) {
		print_line(t, s, buf_text(&s->line), s->line.len);
		buf_clear(&s->line);
	}
}

/* What has come; false: nothing more will. */
static bool
serve(const struct tail *t, struct stream *s)
{
	struct reply r;
	struct err e;
	int rc;

	if (client_fill(&s->client, &e) == -1)
		return false;
	while ((rc = client_next(&s->client, &r, &e)) == 1) {
		yyjson_val *text = yyjson_obj_get(r.params, "text");

		if (yyjson_is_str(text))
			take_text(t, s, yyjson_get_str(text), yyjson_get_len(text));
		reply_release(&r);
	}
	fflush(stdout);
	return rc == 0;
}

/* ---- which ---- */

static void
release(struct tail *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].name != NULL)
			client_release(&t->v[i].client);
		free(t->v[i].name);
		buf_release(&t->v[i].line);
	}
	free(t->v);
}

/* Begin to follow one channel; what cannot be followed is passed over. */
static void
begin(struct tail *t, const char *name, const char *channel)
{
	struct stream *s = &t->v[t->n];
	struct buf b = { 0 };
	struct err e;

	if (t->n == STREAMS_MAX)
		return;
	*s = (struct stream){ 0 };
	if (ctl_twin(&t->k->ctl, &s->client, &e) == -1) {
		client_release(&s->client);
		return;
	}
	json_open(&b, '{');
	json_kstr(&b, "name", name);
	json_kstr(&b, "channel", channel);
	json_kint(&b, "bytes", BEGIN_BYTES);
	json_close(&b, '}');
	s->name = strdup(name);
	if (s->name != NULL && client_send(&s->client, LOG_INTERFACE ".Follow", buf_text(&b), true,
	    &e) == 0)
		t->n++;
	else {
		client_release(&s->client);
		free(s->name);
	}
	buf_release(&b);
}

static bool
has_role(yyjson_val *process, const char *role)
{
	yyjson_arr_iter it = yyjson_arr_iter_with(yyjson_obj_get(process, "roles"));
	yyjson_val *name;

	while ((name = yyjson_arr_iter_next(&it)) != NULL)
		if (strcmp(yyjson_get_str(name), role) == 0)
			return true;
	return false;
}

/* Is it meant by a word: its name, its group, or a role that it is in? */
static bool
is_meant(const struct kato *k, yyjson_val *process, const char *name)
{
	for (size_t i = 0; i < k->n; i++)
		if (strcmp(k->v[i], name) == 0 ||
		    strcmp(k->v[i], reply_str(process, "group")) == 0 ||
		    has_role(process, k->v[i]))
			return true;
	return k->n == 0;
}

static void
begin_all(struct tail *t, yyjson_val *list)
{
	yyjson_arr_iter it = yyjson_arr_iter_with(list);
	struct buf name = { 0 };
	yyjson_val *p;

	while ((p = yyjson_arr_iter_next(&it)) != NULL) {
		buf_clear(&name);
		spec_print(&name, reply_str(p, "group"), reply_str(p, "name"));
		if (!is_meant(t->k, p, buf_text(&name)))
			continue;
		begin(t, buf_text(&name), "stdout");
		begin(t, buf_text(&name), "stderr");
	}
	buf_release(&name);
}

/* ---- following ---- */

static void
drop(struct tail *t, size_t i)
{
	struct stream *s = &t->v[i];

	if (s->line.len > 0)
		print_line(t, s, buf_text(&s->line), s->line.len);
	client_release(&s->client);
	free(s->name);
	buf_release(&s->line);
	t->v[i] = t->v[--t->n];
	t->v[t->n].name = NULL;
}

static void
follow(struct tail *t)
{
	struct pollfd fds[STREAMS_MAX];

	while (t->n > 0 && !ctl_stop_asked()) {
		int wait_ms = -1;

		for (size_t i = 0; i < t->n; i++) {
			fds[i] = (struct pollfd){ .fd = client_fd(&t->v[i].client),
				.events = POLLIN };
			if (fds[i].fd == -1)	/* it wants to be asked, not waited for */
				wait_ms = 0;
		}
		if (ppoll(fds, t->n, wait_ms == 0 ? &(struct timespec){ 0 } : NULL,
		    &t->k->ctl.client.wait_mask) == -1 && errno != EINTR)
			return;
		for (size_t i = t->n; i-- > 0;)
			if ((fds[i].fd == -1 || fds[i].revents != 0) && !serve(t, &t->v[i]))
				drop(t, i);
	}
}

void
kato_log_tail(struct kato *k)
{
	struct tail t = { .k = k };
	struct reply r;

	if (!kato_call(k, CONTROL_INTERFACE ".ListProcesses", NULL, &r))
		return;
	t.v = calloc(STREAMS_MAX, sizeof(*t.v));
	if (t.v == NULL) {
		kato_failed(k, KATO_FAILED, "out of memory");
		reply_release(&r);
		return;
	}
	ctl_interruptible(&k->ctl);
	begin_all(&t, yyjson_obj_get(r.params, "processes"));
	reply_release(&r);
	if (t.n == 0)
		kato_failed(k, KATO_FAILED, "no process, group or role of that name has a log");
	else if (t.n == STREAMS_MAX)
		kato_failed(k, KATO_OK, "these are the first %d streams: name those you want",
		    STREAMS_MAX);
	follow(&t);
	ctl_uninterruptible(&k->ctl);
	release(&t);
}
