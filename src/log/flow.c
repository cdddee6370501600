/*
 * The table of flows: an array by id.  The core gives ids in growing order, so a
 * new one goes to the end.
 */
#include "log/flow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/sys.h"
#include "log/console.h"
#include "log/corelink.h"
#include "log/logger.h"
#include "log/match.h"
#include "log/reader.h"
#include "log/syslog.h"
#include "log/talk.h"

#define DRAIN_MAX	(16 << 20)	/* bytes taken from a pipe that goes away */
#define PIPE_MAX	(256 << 10)	/* bytes that the pipe of the main log holds */

static struct flow **flows;
static size_t nflows, room;

/* Index of the first flow with this id or a greater one. */
static size_t
place(uint32_t id)
{
	size_t low = 0, high = nflows;

	if (nflows > 0 && flows[nflows - 1]->id < id)
		return nflows;
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (flows[mid]->id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct flow *
flow_by_id(uint32_t id)
{
	size_t i = place(id);

	return i < nflows && flows[i]->id == id ? flows[i] : NULL;
}

struct flow **
flow_all(size_t *n)
{
	*n = nflows;
	return flows;
}

bool
flow_is_named(const struct flow *f, const char *name)
{
	const char *colon = strchr(name, ':');

	if (colon == NULL)
		return strcmp(f->name, name) == 0 && strcmp(f->group, name) == 0;
	return strlen(f->group) == (size_t)(colon - name) &&
	    strncmp(f->group, name, (size_t)(colon - name)) == 0 &&
	    strcmp(f->name, colon + 1) == 0;
}

struct flow *
flow_by_name(const char *name, enum channel channel)
{
	for (size_t i = 0; i < nflows; i++)
		if (flows[i]->channel == channel &&
		    (channel == CHANNEL_MAIN || flow_is_named(flows[i], name)))
			return flows[i];
	return NULL;
}

const char *
flow_full_name(const struct flow *f)
{
	static char text[512];

	if (strcmp(f->name, f->group) == 0)
		return f->name;
	snprintf(text, sizeof(text), "%s:%s", f->group, f->name);
	return text;
}

const char *
flow_channel_name(const struct flow *f)
{
	static const char *const names[] = { "stdout", "stderr", "main" };

	return names[f->channel];
}

/* The strings and numbers of r.  Returns 0, or -1: no memory, nothing changed. */
static int
set_rules(struct flow *f, const struct flow_rules *r)
{
	size_t name = strlen(r->name) + 1, group = strlen(r->group) + 1;
	size_t file = strlen(r->file) + 1;
	char *text = malloc(name + group + file);

	if (text == NULL)
		return -1;
	memcpy(text, r->name, name);
	memcpy(text + name, r->group, group);
	memcpy(text + name + group, r->file, file);
	free(f->text);
	f->text = text;
	f->name = text;
	f->group = text + name;
	f->path = text + name + group;
	f->file.path = f->path;
	f->channel = (uint8_t)r->channel;
	f->policy = (uint8_t)r->policy;
	f->syslog = r->syslog;
	f->echo = r->echo;
	f->maxbytes = r->maxbytes;
	f->backups = r->backups;
	f->copy = r->channel == CHANNEL_MAIN && logger.own_stdout;
	if (match_set(f, r->ready, r->fence) == -1)
		return -1;
	return talk_set(f, r->proc, r->events, r->capture, r->ended);
}

static int
insert(struct flow *f)
{
	size_t i;

	if (nflows == room) {
		size_t more = room > 0 ? room * 2 : 64;
		struct flow **bigger = realloc(flows, more * sizeof(struct flow *));

		if (bigger == NULL)
			return -1;
		flows = bigger;
		room = more;
	}
	i = place(f->id);
	memmove(flows + i + 1, flows + i, (nflows - i) * sizeof(struct flow *));
	flows[i] = f;
	nflows++;
	return 0;
}

static void
release(struct flow *f)
{
	reader_forget_flow(f);
	flow_stop(f);
	flow_give_up(f);
	talk_free(f);
	match_free(f);
	console_forget(f->console, f);
	logfile_close(&f->file);
	fd_close(&f->pipe);
	ring_clear(&f->ring);
	free(f->text);
	free(f);
}

/* New rules: the file is opened anew only when its name changed. */
static int
change(struct flow *f, const struct flow_rules *r)
{
	bool moved = strcmp(f->path, r->file) != 0;
	bool started = r->open && f->sink == SINK_FILE && f->file.ino == 0;

	if (moved || f->talk != NULL || f->match != NULL)
		flow_drain(f, DRAIN_MAX);	/* what came under the old rules */
	if (f->talk != NULL && talk_ends(f, r->ended, r->capture))
		flow_end_run(f);
	if (set_rules(f, r) == -1)
		return -1;
	f->rotate_told = false;
	if (!moved && !started)
		return 0;
	logfile_close(&f->file);
	logfile_init(&f->file, f->path, r->is_auto, flow_reads(f));
	flow_open_sink(f, r->open);
	if (f->hold != NULL)
		flow_retry(f);
	return 0;
}

static int
create(const struct flow_rules *r, int pipe)
{
	struct flow *f = calloc(1, sizeof(*f));
	bool known;

	if (f == NULL)
		return -1;
	f->id = r->id;
	f->pipe = -1;
	f->file.fd = -1;
	if (set_rules(f, r) == -1 || (f->slot = tally_take(r->id, &known)) == -1)
		goto fail;
	if (insert(f) == -1) {
		tally_give(f->slot);
		goto fail;
	}
	f->pipe = pipe;
	sys->set_nonblock(pipe, true);
	logfile_init(&f->file, f->path, r->is_auto, flow_reads(f));
	flow_open_sink(f, r->open || r->is_auto ||
	    (known && tally_get(f->slot).file_ino != 0));
	if (known)
		flow_take_over(f);
	flow_start(f);
	return 0;
fail:
	talk_free(f);
	match_free(f);
	free(f->text);
	free(f);
	return -1;
}

int
flow_add(const struct flow_rules *r, int pipe)
{
	struct flow *f = flow_by_id(r->id);

	if (f != NULL) {
		fd_close(&pipe);
		return change(f, r);
	}
	if (pipe == -1)
		return -1;
	logfile_relieve(pipe);
	if (create(r, pipe) == -1) {
		fd_close(&pipe);
		return -1;
	}
	return 0;
}

void
flow_remove(uint32_t id)
{
	size_t i = place(id);
	struct flow *f;
	int slot;

	if (i == nflows || flows[i]->id != id)
		return;
	f = flows[i];
	slot = f->slot;
	flow_drain(f, DRAIN_MAX);
	flow_end_run(f);
	flow_push(f, true);
	if (f->sink == SINK_FILE && f->file.is_auto)
		logfile_remove(&f->file);
	memmove(flows + i, flows + i + 1, (nflows - i - 1) * sizeof(struct flow *));
	nflows--;
	release(f);
	tally_give(slot);
}

void
flow_reopen_all(void)
{
	for (size_t i = 0; i < nflows; i++) {
		struct flow *f = flows[i];
		bool open = f->file.ino != 0;

		/* our own lines about the request still belong to the old file */
		if (f->channel == CHANNEL_MAIN)
			flow_drain(f, PIPE_MAX);
		logfile_close(&f->file);
		flow_open_sink(f, open);
		if (f->hold != NULL && f->hold->error != 0)
			flow_retry(f);
	}
}

void
flow_release_all(void)
{
	while (nflows > 0)
		release(flows[--nflows]);
	free(flows);
	flows = NULL;
	room = 0;
}
