/*
 * A model of the web guest: it takes connections that do not speak varlink, asks the
 * core over a connection of its own, and answers when it has the reply.  It complains
 * about what a guest could not make sense of.
 */
#include "kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "sim.h"
#include "wire/web.h"

#define VISITORS 16

struct visitor {
	struct file *client;	/* NULL: free */
	struct file *call;	/* our end of a control connection */
};

struct mind {
	struct visitor visitors[VISITORS];
	bool	 told;		/* options have come */
	bool	 finishing;
	int64_t	 until_ms;
};

static struct sproc *web;	/* the living one; NULL: none */

static void
leave(struct visitor *v)
{
	file_drop(&v->client);
	file_drop(&v->call);
}

static void
ask(struct sproc *p, struct visitor *v)
{
	static const char packet[] = "{\"op\":\"call\",\"uid\":-1}";
	static const char *const calls[] = {
		"{\"method\":\"org.supd.Control.Status\"}",
		"{\"method\":\"org.supd.Control.Stop\",\"parameters\":{\"names\":[\"p0\"]}}",
		"{\"method\":\"org.supd.Log.Tail\",\"parameters\":{\"name\":\"p1\"}}",
	};
	const char *call = calls[rnd(3)];
	struct file *pair[2];

	pair_new(pair, F_STREAM);
	pair[1]->nonblock = true;
	file_send(pair[0], call, strlen(call) + 1, NULL);
	if (file_send(p->fd[3], packet, sizeof(packet) - 1, pair[1]) > 0)
		v->call = file_hold(pair[0]);
	else
		leave(v);
	file_drop(&pair[0]);
	file_drop(&pair[1]);
}

static void
on_connection(struct sproc *p, struct file **fd)
{
	struct mind *m = p->mind;

	if (*fd == NULL || (*fd)->type != F_STREAM)
		fail("the web guest gets a connection that is none");
	for (int i = 0; i < VISITORS; i++)
		if (m->visitors[i].client == NULL) {
			m->visitors[i].client = *fd;
			*fd = NULL;
			ask(p, &m->visitors[i]);
			return;
		}
}

static void
on_packet(struct sproc *p, const char *text, struct file **fd)
{
	struct mind *m = p->mind;
	char op[20] = "";

	if (sscanf(text, "{\"op\":\"%19[a-z]", op) != 1)
		fail("the web guest gets a packet without op: %s", text);
	say("web: %.200s", text);
	if (!m->told && strcmp(op, "options") != 0)
		fail("the first packet of a web guest is '%s'", op);
	m->told = true;
	if (strcmp(op, "connection") == 0)
		on_connection(p, fd);
	else if (strcmp(op, "finish") == 0) {
		m->finishing = true;
		m->until_ms = sim.now_ms + between(0, chance(50) ? 9000 : 500);
	}
	file_drop(fd);
}

static void
read_link(struct sproc *p)
{
	static char data[WEB_PACKET_MAX + 1];
	struct file *fd = NULL;
	ssize_t n;

	while (web == p && (n = file_receive(p->fd[3], data, WEB_PACKET_MAX, &fd)) >= 0) {
		if (n == 0) {
			process_die(p, 0);	/* the core has closed its end */
			return;
		}
		data[n] = '\0';
		on_packet(p, data, &fd);
	}
}

static void
read_replies(struct mind *m)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	char data[4096];
	ssize_t n;

	for (struct visitor *v = m->visitors; v < m->visitors + VISITORS; v++) {
		if (v->call == NULL)
			continue;
		n = file_read(v->call, data, sizeof(data));
		if (n == -1)
			continue;
		if (n > 0)
			file_send(v->client, answer, sizeof(answer) - 1, NULL);
		leave(v);
	}
}

static void
act(struct sproc *p)
{
	struct mind *m = p->mind;

	p->next_ms = INT64_MAX;
	read_link(p);
	if (web != p)
		return;
	read_replies(m);
	if (m->finishing && sim.now_ms >= m->until_ms)
		process_die(p, 0);
	else if (m->finishing)
		p->next_ms = m->until_ms;
}

void
web_begin(struct sproc *p)
{
	if (web != NULL)
		fail("two web guests live");
	if (p->fd[3] == NULL || p->fd[3]->type != F_PACKET || p->fd[4] != NULL)
		fail("the web guest does not have its socket, or has more than that");
	web = p;
	p->act = act;
	p->mind = raw_alloc(sizeof(struct mind));
	p->next_ms = sim.now_ms;
}

void
web_end(struct sproc *p)
{
	struct mind *m = p->mind;

	if (m == NULL)
		return;
	web = NULL;
	p->mind = NULL;
	for (int i = 0; i < VISITORS; i++)
		leave(&m->visitors[i]);
	raw_free(m);
}

void
web_poke(void)
{
	if (web != NULL && web->next_ms == INT64_MAX)
		web->next_ms = sim.now_ms + between(0, chance(50) ? 2000 : 4);
}

struct sproc *
web_process(void)
{
	return web;
}
