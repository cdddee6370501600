/*
 * A model of the guests of sections: they get options with a text in memory of its own, and
 * connections whose first call they answer; what came behind it goes back.  It complains
 * about what such a guest could not make sense of.
 */
#include "kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "sim.h"
#include "wire/guest.h"

struct mind {
	struct asked asked;	/* of the store */
	bool	 told;		/* options have come */
	bool	 finishing;
	int64_t	 until_ms;
};

static void
on_options(struct mind *m, struct file **fd)
{
	if (m->told)
		fail("a guest is told twice what it is for");
	if (*fd == NULL || (*fd)->type != F_MEM)
		fail("a guest does not get its sections");
	m->told = true;
}

static void
give_back(struct sproc *p, const char *rest, size_t len, struct file *fd)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(&raw_alc);
	yyjson_mut_val *back = yyjson_mut_obj(doc);
	char *packet;

	yyjson_mut_doc_set_root(doc, back);
	yyjson_mut_obj_add_str(doc, back, "op", "client");
	yyjson_mut_obj_add_strn(doc, back, "data", rest, len);
	packet = yyjson_mut_write_opts(doc, 0, &raw_alc, &len, NULL);
	file_send(p->fd[3], packet, len, fd);
	raw_free(packet);
	yyjson_mut_doc_free(doc);
}

static void
on_client(struct sproc *p, yyjson_val *root, struct file **fd)
{
	static const char reply[] = "{\"parameters\":{}}";
	yyjson_val *data = yyjson_obj_get(root, "data");
	const char *text = yyjson_get_str(data);
	const struct mind *m = p->mind;
	size_t len = yyjson_get_len(data), first;

	if (*fd == NULL || text == NULL)
		fail("%s gets a client without connection or data", p->name);
	if (strncmp(text, "{\"method\":\"org.supd.Control", 27) == 0)
		fail("%s gets a call for the core: %.100s", p->name, text);
	if (m->finishing)
		fail("%s is told to end, and gets another client", p->name);
	first = strnlen(text, len) + 1;
	file_send(*fd, reply, sizeof(reply), NULL);
	give_back(p, first < len ? text + first : "", first < len ? len - first : 0, *fd);
}

static void
ask(struct sproc *p)
{
	static const char packet[] = "{\"op\":\"call\",\"uid\":0}";
	static const char line[] = "{\"op\":\"log\",\"level\":3,\"text\":\"x\"}";
	static const char call[] = "{\"method\":\"org.supd.Control.GetState\"}";
	struct file *pair[2];

	file_send(p->fd[3], line, sizeof(line) - 1, NULL);
	pair_new(pair, F_STREAM);
	pair[1]->nonblock = true;
	file_send(pair[0], call, sizeof(call), NULL);
	file_send(p->fd[3], packet, sizeof(packet) - 1, pair[1]);
	file_drop(&pair[0]);	/* and it has gone before the answer comes */
	file_drop(&pair[1]);
}

static void
on_packet(struct sproc *p, const char *text, size_t len, struct file **fd)
{
	yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)text, len, 0, &raw_alc, NULL);
	yyjson_val *root = yyjson_doc_get_root(doc);
	const char *op = yyjson_get_str(yyjson_obj_get(root, "op"));
	struct mind *m = p->mind;

	if (op == NULL)
		fail("%s gets a packet without op: %.*s", p->name, (int)len, text);
	say("%s: %.200s", p->name, text);
	if (!m->told && strcmp(op, "options") != 0 && strcmp(op, "finish") != 0)
		fail("the first packet of %s is '%s'", p->name, op);
	if (strcmp(op, "options") == 0)
		on_options(m, fd);
	else if (strcmp(op, "client") == 0)
		on_client(p, root, fd);
	else if (strcmp(op, "wanted") == 0)
		store_wanted(p, root);
	else if (strcmp(op, "finish") == 0) {
		m->finishing = true;
		m->until_ms = sim.now_ms + between(0, chance(50) ? 9000 : 500);
	}
	file_drop(fd);
	yyjson_doc_free(doc);
	if (m->told && chance(50))
		ask(p);
}

static void
act(struct sproc *p)
{
	static char data[GUEST_PACKET_MAX + 1];
	struct mind *m = p->mind;
	struct file *fd = NULL;
	ssize_t n;

	p->next_ms = INT64_MAX;
	while (p->mind == m && (n = file_receive(p->fd[3], data, GUEST_PACKET_MAX, &fd)) >= 0) {
		if (n == 0) {
			process_die(p, 0);	/* the core has closed its end */
			return;
		}
		data[n] = '\0';
		on_packet(p, data, (size_t)n, &fd);
	}
	if (p->mind != m)
		return;
	if (m->asked.behind)
		store_tell_all(p);
	if (m->finishing && sim.now_ms >= m->until_ms)
		process_die(p, 0);
	else if (m->finishing)
		p->next_ms = m->until_ms;
}

void
helper_begin(struct sproc *p)
{
	if (p->fd[3] == NULL || p->fd[3]->type != F_PACKET || p->fd[4] != NULL)
		fail("%s does not have its socket, or has more than that", p->name);
	p->act = act;
	p->mind = raw_alloc(sizeof(struct mind));
	p->next_ms = sim.now_ms;
	if (strcmp(p->name, "supd:store") == 0)
		store_begin();
}

void
helper_end(struct sproc *p)
{
	struct mind *m = p->mind;

	p->mind = NULL;
	if (m != NULL)
		raw_free(m);
}

void
helpers_poke(void)
{
	for (struct sproc *p = processes; p != NULL; p = p->next)
		if (p->guest == HELPER && p->mind != NULL && p->next_ms == INT64_MAX)
			p->next_ms = sim.now_ms + between(0, chance(50) ? 2000 : 4);
}

struct asked *
helper_asked(struct sproc *p)
{
	struct mind *m = p->guest == HELPER && strcmp(p->name, "supd:store") == 0 ? p->mind : NULL;

	return m != NULL ? &m->asked : NULL;
}

struct sproc *
helper_process(void)
{
	for (struct sproc *p = processes; p != NULL; p = p->next)
		if (p->guest == HELPER && p->mind != NULL)
			return p;
	return NULL;
}
