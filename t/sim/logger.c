/*
 * A model of the logger: it reads what the core's feed sends (wire/feed.h), and
 * the pipes that it is given, and counts.  It complains about what a logger could
 * not make sense of.
 */
#include "kernel.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <yyjson.h>

#include "sim.h"
#include "wire/feed.h"

struct known {
	struct known *next;
	int64_t	 id;
	struct file *pipe;
	bool	 leaving;	/* removed: until it is empty */
	int64_t	 proc, ended;	/* the core wants its bytes as events; proc 0: not */
	uint64_t bytes;
};

struct mind {
	struct known *streams;
	bool	 told;		/* options have come */
	bool	 finishing;
	int64_t	 until_ms;
};

static struct sproc *logger;	/* the living one; NULL: none */

/* ---- yyjson on memory of the world ---- */

static void *
j_malloc(void *ctx, size_t size)
{
	(void)ctx;
	return raw_alloc(size);
}

static void *
j_realloc(void *ctx, void *at, size_t old, size_t size)
{
	(void)ctx, (void)old;
	return raw_grow(at, size);
}

static void
j_free(void *ctx, void *at)
{
	(void)ctx;
	raw_free(at);
}

const struct yyjson_alc raw_alc = { j_malloc, j_realloc, j_free, NULL };

/* ---- the streams ---- */

static struct known *
find(struct mind *m, int64_t id)
{
	struct known *k;

	for (k = m->streams; k != NULL; k = k->next)
		if (k->id == id)
			return k;
	return NULL;
}

static void
forget(struct mind *m, struct known *k)
{
	struct known **at = &m->streams;

	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	file_drop(&k->pipe);
	raw_free(k);
}

/* It had no place for a descriptor: the core gives it again. */
static void
ask_again(int64_t id)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "{\"op\":\"again\",\"id\":%lld}", (long long)id);

	say("logger: loses the pipe of stream %lld", (long long)id);
	file_send(logger->fd[3], text, (size_t)n, NULL);
}

static void
on_add(struct mind *m, yyjson_val *root, struct file **fd)
{
	int64_t id = yyjson_get_sint(yyjson_obj_get(root, "id"));
	struct known *k = find(m, id);

	if (id <= 0 || !yyjson_is_str(yyjson_obj_get(root, "file")) ||
	    !yyjson_is_str(yyjson_obj_get(root, "policy")))
		fail("the logger is told of a stream without id, file or policy");
	if (*fd == NULL) {
		if (k == NULL)
			fail("the logger is told of stream %lld without its pipe",
			    (long long)id);
		return;
	}
	if ((*fd)->type != F_PIPE_R)
		fail("the logger gets stream %lld, which is no pipe to read from",
		    (long long)id);
	if (k == NULL && strikes(FAULT_FILES, 50)) {
		ask_again(id);
		return;
	}
	if (k == NULL) {
		k = raw_alloc(sizeof(*k));
		k->next = m->streams;
		k->id = id;
		m->streams = k;
	}
	file_drop(&k->pipe);
	k->pipe = *fd;
	*fd = NULL;
	k->proc = yyjson_get_sint(yyjson_obj_get(root, "proc"));
	k->ended = yyjson_get_sint(yyjson_obj_get(root, "ended"));
}

/* An event in one packet or two, and sometimes in the middle the end. */
static void
tell_output(const struct known *k, size_t len)
{
	char packet[9000];
	bool comm = chance(200);
	int parts = chance(200) ? 2 : 1, n;

	for (int i = 0; i < parts; i++) {
		n = snprintf(packet, sizeof(packet), "{\"op\":\"output\",\"id\":%lld,\"proc\":%lld,"
		    "\"kind\":\"%s\",\"ended\":%lld,\"more\":%s}", (long long)k->id,
		    (long long)k->proc, comm ? "comm" : "log", (long long)k->ended,
		    i + 1 < parts ? "true" : "false") + 1;
		len = len < 8000 ? len : 8000;
		memset(packet + n, 'o', len);
		file_send(logger->fd[3], packet, (size_t)n + len, NULL);
	}
}

/*
 * Answers the first call; what came behind it goes back to the core, with the
 * connection, as a real logger does with calls that are not for it.
 */
static void
on_client(yyjson_val *root, struct file **fd)
{
	static const char reply[] = "{\"parameters\":{}}";
	yyjson_val *data = yyjson_obj_get(root, "data");
	const char *text = yyjson_get_str(data);
	yyjson_mut_doc *doc;
	yyjson_mut_val *back;
	size_t len, first;
	char *packet;

	if (*fd == NULL || text == NULL)
		fail("the logger gets a client without connection or data");
	len = yyjson_get_len(data);
	first = strnlen(text, len) + 1;
	file_send(*fd, reply, sizeof(reply), NULL);
	doc = yyjson_mut_doc_new(&raw_alc);
	back = yyjson_mut_obj(doc);
	yyjson_mut_doc_set_root(doc, back);
	yyjson_mut_obj_add_str(doc, back, "op", "client");
	yyjson_mut_obj_add_strn(doc, back, "data", first < len ? text + first : "",
	    first < len ? len - first : 0);
	packet = yyjson_mut_write_opts(doc, 0, &raw_alc, &len, NULL);
	file_send(logger->fd[3], packet, len, *fd);
	raw_free(packet);
	yyjson_mut_doc_free(doc);
}

static void
on_packet(struct mind *m, const char *text, size_t len, struct file **fd)
{
	yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)text, len, 0, &raw_alc, NULL);
	yyjson_val *root = yyjson_doc_get_root(doc);
	const char *op = yyjson_get_str(yyjson_obj_get(root, "op"));
	struct known *k;

	if (op == NULL)
		fail("the logger gets a packet without op: %.*s", (int)len, text);
	say("logger: %.200s", text);
	if (!m->told && strcmp(op, "options") != 0)
		fail("the first packet of a logger is '%s'", op);
	m->told = true;
	if (strcmp(op, "add") == 0)
		on_add(m, root, fd);
	else if (strcmp(op, "remove") == 0) {
		k = find(m, yyjson_get_sint(yyjson_obj_get(root, "id")));
		if (k != NULL)
			k->leaving = true;
	} else if (strcmp(op, "client") == 0)
		on_client(root, fd);
	else if (strcmp(op, "finish") == 0) {
		m->finishing = true;
		m->until_ms = sim.now_ms + yyjson_get_sint(yyjson_obj_get(root, "ms"));
	}
	file_drop(fd);
	yyjson_doc_free(doc);
}

static void
read_feed(struct sproc *p)
{
	static char data[FEED_MAX + 1];
	struct file *fd = NULL;
	ssize_t n;

	for (int i = 0; i < 8 && logger == p; i++) {
		n = file_receive(p->fd[3], data, FEED_MAX, &fd);
		if (n == 0) {
			process_die(p, 0);	/* the core has closed its end */
			return;
		}
		if (n < 0)
			return;
		data[n] = '\0';
		on_packet(p->mind, data, (size_t)n, &fd);
	}
}

/* Returns true when something is left to read. */
static bool
read_pipes(struct mind *m)
{
	static char data[16384];
	struct known *k, *next;
	bool more = false;

	for (k = m->streams; k != NULL; k = next) {
		ssize_t n = file_read(k->pipe, data, m->finishing || k->leaving ?
		    sizeof(data) : rnd(sizeof(data)) + 1);

		next = k->next;
		if (n > 0)
			k->bytes += (uint64_t)n;
		if (n > 0 && k->proc > 0 && logger != NULL && logger->fd[3] != NULL)
			tell_output(k, (size_t)n);
		if (k->pipe->pipe->len > 0)
			more = true;
		else if (n <= 0 && (n == 0 || k->leaving))
			forget(m, k);
		else if (k->leaving)
			more = true;
	}
	return more;
}

static void
act(struct sproc *p)
{
	struct mind *m = p->mind;
	bool more;

	p->next_ms = INT64_MAX;
	read_feed(p);
	if (logger != p)
		return;
	more = read_pipes(m);
	if (m->finishing && (!more || sim.now_ms >= m->until_ms))
		process_die(p, 0);
	else if (more || p->fd[3]->first != NULL)
		p->next_ms = sim.now_ms + between(0, 5);
}

void
logger_begin(struct sproc *p)
{
	if (logger != NULL)
		fail("two loggers live");
	if (p->fd[3] == NULL || p->fd[3]->type != F_PACKET)
		fail("the logger has no socket to the core");
	logger = p;
	p->act = act;
	p->mind = raw_alloc(sizeof(struct mind));
	p->next_ms = sim.now_ms;
}

void
logger_end(struct sproc *p)
{
	struct mind *m = p->mind;

	if (m == NULL)
		return;
	/* with a removal that it has not read yet, the last end of a pipe goes */
	if (logger == p && p->status == SIGKILL)
		logger = NULL;
	while (m->streams != NULL)
		forget(m, m->streams);
	raw_free(m);
	p->mind = NULL;
	if (logger == p)
		logger = NULL;
}

void
logger_poke(void)
{
	if (logger != NULL && logger->next_ms == INT64_MAX)
		logger->next_ms = sim.now_ms + between(0, chance(50) ? 2000 : 4);
}

struct sproc *
logger_process(void)
{
	return logger;
}
