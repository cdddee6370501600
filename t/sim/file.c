/*
 * Open files of the simulated kernel: pipes with a capacity, sockets that carry
 * descriptors, texts.  References are counted; what is left at the end is a leak.
 */
#include "kernel.h"

#include <sys/mman.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "cgroup.h"
#include "disk.h"
#include "sim.h"

#define STREAM_CAP	(64 * 1024)	/* bytes on their way in a stream */
#define PACKETS_MAX	24		/* packets on their way */

static size_t alive;

size_t
files_alive(void)
{
	return alive;
}

struct file *
file_new(enum file_type type)
{
	struct file *f = raw_alloc(sizeof(*f));

	f->type = type;
	f->refs = 1;
	alive++;
	return f;
}

struct file *
file_hold(struct file *f)
{
	if (f != NULL)
		f->refs++;
	return f;
}

static void
conduit_close(struct conduit *c, int end)
{
	c->end[end] = NULL;
	if (c->end[0] != NULL || c->end[1] != NULL)
		return;
	if (c->output && c->len > 0) {
		say("%zu bytes are lost in a pipe", c->len);
		/* the logger drains what it was told of, before and after a removal */
		if (logger_process() != NULL && sim.running &&
		    !(sim.faults & (FAULT_MEMORY | FAULT_FILES)))
			fail("%zu bytes of output are lost in a pipe", c->len);
	}
	raw_free(c->data);
	raw_free(c);
}

static void
drop_message(struct file *f)
{
	struct msg *m = f->first;

	f->first = m->next;
	if (f->first == NULL)
		f->last = NULL;
	f->queued -= m->len - m->off;
	file_drop(&m->fd);
	raw_free(m);
}

static struct file nobody;

char *
room_new(struct file *f, size_t size)
{
	char *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		abort();
	f = f != NULL ? f : &nobody;
	f->room = at;
	f->room_size = size;
	return at;
}

static void
free_room(struct file *f)
{
	if (f->room != NULL)
		munmap(f->room, f->room_size);
	f->room = NULL;
}

void
room_free_all(void)
{
	free_room(&nobody);
}

void
file_drop(struct file **at)
{
	struct file *f = *at;

	*at = NULL;
	if (f == NULL || --f->refs > 0)
		return;
	if (f->type == F_PIPE_R || f->type == F_PIPE_W)
		conduit_close(f->pipe, f->type == F_PIPE_W);
	if (f->type == F_REG)
		disk_close(f);
	if (f->type == F_LISTEN)
		kernel_forget(f);
	while (f->first != NULL)
		drop_message(f);
	if (f->peer != NULL) {
		f->peer->shut = true;
		f->peer->peer = NULL;
	}
	for (size_t i = 0; i < f->nbacklog; i++)
		file_drop(&f->backlog[i]);
	raw_free(f->text);
	free_room(f);
	raw_free(f);
	alive--;
	logger_poke();
	web_poke();
	helpers_poke();
}

void
pipe_new(struct file *end[2], size_t cap)
{
	struct conduit *c = raw_alloc(sizeof(*c));

	c->cap = cap;		/* memory comes with the first byte */
	end[0] = c->end[0] = file_new(F_PIPE_R);
	end[1] = c->end[1] = file_new(F_PIPE_W);
	end[0]->pipe = end[1]->pipe = c;
}

void
pair_new(struct file *end[2], enum file_type type)
{
	end[0] = file_new(type);
	end[1] = file_new(type);
	end[0]->peer = end[1];
	end[1]->peer = end[0];
}

/* ---- bytes ---- */

static ssize_t
again(void)
{
	errno = EAGAIN;
	return -1;
}

static ssize_t
pipe_read(struct conduit *c, unsigned char *data, size_t len)
{
	size_t n = c->len < len ? c->len : len, part;

	if (c->len == 0)
		return c->end[1] == NULL ? 0 : again();
	part = c->cap - c->head < n ? c->cap - c->head : n;
	memcpy(data, c->data + c->head, part);
	memcpy(data + part, c->data, n - part);
	c->head = (c->head + n) % c->cap;
	c->len -= n;
	c->out += n;
	return (ssize_t)n;
}

static ssize_t
pipe_write(struct conduit *c, const unsigned char *data, size_t len)
{
	size_t n = c->cap - c->len < len ? c->cap - c->len : len, at, part;

	if (c->end[0] == NULL) {
		errno = EPIPE;
		return -1;
	}
	if (len <= 4096 && n < len)	/* PIPE_BUF: whole or not at all */
		n = 0;
	if (n == 0)
		return again();
	if (c->data == NULL)
		c->data = raw_alloc(c->cap);
	at = (c->head + c->len) % c->cap;
	part = c->cap - at < n ? c->cap - at : n;
	memcpy(c->data + at, data, part);
	memcpy(c->data, data + part, n - part);
	c->len += n;
	c->in += n;
	logger_poke();
	return (ssize_t)n;
}

ssize_t
file_read(struct file *f, void *data, size_t len)
{
	ssize_t got;
	size_t n;

	switch (f->type) {
	case F_PIPE_R:
		return pipe_read(f->pipe, data, len);
	case F_STREAM:
		return file_receive(f, data, len, NULL);
	case F_TEXT:
	case F_CGROUP:
		n = f->len - f->pos < len ? f->len - f->pos : len;
		memcpy(data, f->text + f->pos, n);
		f->pos += n;
		return (ssize_t)n;
	case F_NULL:
		return 0;
	case F_REG:
		got = disk_read(f, data, len, (off_t)f->pos);
		f->pos += (size_t)got;
		return got;
	case F_PIPE_W:
	case F_LISTEN:
	case F_PACKET:
	case F_MEM:
		break;
	}
	errno = EBADF;
	return -1;
}

static ssize_t
memory_write(struct file *f, const void *data, size_t len)
{
	if (strikes(FAULT_MEMORY, 20)) {
		errno = ENOMEM;
		return -1;
	}
	if (f->pos + len > f->len) {
		f->text = raw_grow(f->text, f->pos + len);
		f->len = f->pos + len;
	}
	memcpy(f->text + f->pos, data, len);
	f->pos += len;
	return (ssize_t)len;
}

ssize_t
file_write(struct file *f, const void *data, size_t len)
{
	ssize_t done;

	switch (f->type) {
	case F_PIPE_W:
		return pipe_write(f->pipe, data, len);
	case F_STREAM:
	case F_PACKET:
		return file_send(f, data, len, NULL);
	case F_NULL:
		return (ssize_t)len;
	case F_REG:
		done = disk_write(f, data, len, (off_t)f->pos);
		if (done > 0)
			f->pos += (size_t)done;
		return done;
	case F_CGROUP:
		return cgroup_write(f, data, len);
	case F_MEM:
		return memory_write(f, data, len);
	case F_PIPE_R:
	case F_LISTEN:
	case F_TEXT:
		break;
	}
	errno = EBADF;
	return -1;
}

/* ---- messages ---- */

static size_t
messages(const struct file *f)
{
	size_t n = 0;

	for (const struct msg *m = f->first; m != NULL; m = m->next)
		n++;
	return n;
}

static bool
has_room(const struct file *f)
{
	if (f->type == F_PACKET)
		return messages(f) < PACKETS_MAX;
	return f->queued < STREAM_CAP;
}

ssize_t
file_send(struct file *f, const void *data, size_t len, struct file *fd)
{
	struct file *to = f->peer;
	struct msg *m;

	if (to == NULL || f->shut_out) {
		errno = EPIPE;
		return -1;
	}
	if (!has_room(to))
		return again();
	if (f->type == F_STREAM && len > STREAM_CAP - to->queued)
		len = STREAM_CAP - to->queued;
	m = raw_alloc(sizeof(*m) + len);
	m->len = len;
	memcpy(m->data, data, len);
	m->fd = file_hold(fd);
	if (to->last != NULL)
		to->last->next = m;
	else
		to->first = m;
	to->last = m;
	to->queued += len;
	logger_poke();
	web_poke();
	helpers_poke();
	return (ssize_t)len;
}

ssize_t
file_peek(const struct file *f, void *data, size_t len)
{
	const struct msg *m = f->first;

	if (m == NULL)
		return f->shut || f->peer == NULL ? 0 : again();
	if (m->len - m->off < len)
		len = m->len - m->off;
	memcpy(data, m->data + m->off, len);
	return (ssize_t)len;
}

ssize_t
file_receive(struct file *f, void *data, size_t len, struct file **fd)
{
	struct msg *m = f->first;
	size_t n;

	if (m == NULL)
		return f->shut || f->peer == NULL ? 0 : again();
	n = m->len - m->off < len ? m->len - m->off : len;
	memcpy(data, m->data + m->off, n);
	m->off += n;
	f->queued -= n;
	if (fd != NULL && m->fd != NULL) {
		*fd = m->fd;
		m->fd = NULL;
	}
	if (f->type == F_PACKET || m->off == m->len)
		drop_message(f);
	return (ssize_t)n;
}

/* ---- readiness ---- */

int
file_poll(const struct file *f)
{
	int r = 0;

	switch (f->type) {
	case F_PIPE_R:
		return f->pipe->len > 0 || f->pipe->end[1] == NULL ? LOOP_READ : 0;
	case F_PIPE_W:
		return f->pipe->cap - f->pipe->len >= 4096 || f->pipe->end[0] == NULL ?
		    LOOP_WRITE : 0;
	case F_STREAM:
	case F_PACKET:
		if (f->first != NULL || f->shut || f->peer == NULL)
			r |= LOOP_READ;
		if (f->peer == NULL || has_room(f->peer))
			r |= LOOP_WRITE;
		return r;
	case F_LISTEN:
		return f->nbacklog > 0 ? LOOP_READ : 0;
	case F_TEXT:
	case F_MEM:
	case F_NULL:
	case F_REG:
	case F_CGROUP:
		break;
	}
	return LOOP_READ | LOOP_WRITE;
}
