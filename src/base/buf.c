/*
 * Growing byte buffer: doubling growth, a NUL kept behind the content so that
 * the data can be used as a C string.
 */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_FIRST 64	/* bytes; most messages fit two doublings of this */

int
buf_reserve(struct buf *b, size_t more)
{
	size_t need = b->len + more + 1, cap = b->cap ? b->cap : BUF_FIRST;
	char *p;

	if (b->failed || need <= more)
		goto lost;
	if (need <= b->cap)
		return 0;
	while (cap < need) {
		if (cap > (size_t)-1 / 2)
			goto lost;
		cap *= 2;
	}
	p = realloc(b->data, cap);
	if (p == NULL)
		goto lost;
	b->data = p;
	b->cap = cap;
	return 0;
lost:
	b->failed = true;
	return -1;
}

void
buf_add(struct buf *b, const void *data, size_t len)
{
	if (buf_reserve(b, len) == -1)
		return;
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void
buf_adds(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void
buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

/* By products rather than divisions, which a compiler for size would take. */
void
buf_addi(struct buf *b, int64_t n)
{
	char text[24], *p = text + sizeof(text);
	uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	uint32_t small, tenth;

	for (; u > UINT32_MAX; u /= 10)
		*--p = (char)('0' + u % 10);
	small = (uint32_t)u;
	do {
		tenth = (uint32_t)((uint64_t)small * 0xcccccccd >> 35);
		*--p = (char)('0' + (small - tenth * 10));
		small = tenth;
	} while (small > 0);
	if (n < 0)
		*--p = '-';
	buf_add(b, p, (size_t)(text + sizeof(text) - p));
}

void
buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	size_t room = b->cap - b->len;
	int n;

	if (b->failed)
		return;
	va_copy(again, ap);
	/* Most texts fit what there is; printing costs more than this guess. */
	n = vsnprintf(room > 0 ? b->data + b->len : NULL, room, fmt, ap);
	if (n >= 0 && (size_t)n >= room) {
		n = buf_reserve(b, (size_t)n) == 0 ?
		    vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again) : -1;
	}
	if (n >= 0)
		b->len += (size_t)n;
	else if (room > 0)
		b->data[b->len] = '\0';	/* no half a text */
	va_end(again);
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_addv(b, fmt, ap);
	va_end(ap);
}

void
buf_drop(struct buf *b, size_t n)
{
	if (n >= b->len) {
		buf_clear(b);
		return;
	}
	memmove(b->data, b->data + n, b->len - n + 1);
	b->len -= n;
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

const char *
buf_text(const struct buf *b)
{
	return b->data != NULL ? b->data : "";
}

char *
buf_steal(struct buf *b)
{
	char *text = b->data;

	if (b->failed) {
		buf_release(b);
		return NULL;
	}
	if (text == NULL)
		text = calloc(1, 1);
	*b = (struct buf){ 0 };
	return text;
}

void
buf_release(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}

void
buf_wipe(struct buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->len);
	buf_release(b);
}
