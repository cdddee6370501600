/*
 * See tgz.h.  Sources: POSIX pax, "ustar Interchange Format"; RFC 1951, 3.2.4; RFC 1952.
 */
#include "cli/tgz.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define BLOCK		512	/* of tar */
#define STORED_MAX	65535	/* bytes in one stored block of deflate */

static void
pad(struct buf *b, size_t n)
{
	while (n-- > 0)
		buf_addc(b, '\0');
}

/* POSIX ustar: numbers are octal digits; the checksum counts its own field as blanks. */
void
tar_add(struct buf *tar, const char *name, const char *data, size_t len, int64_t mtime)
{
	char h[BLOCK] = { 0 };
	unsigned sum = 0;

	snprintf(h, 100, "%s", name);
	memcpy(h + 100, "0000600", 8);
	memcpy(h + 108, "0000000", 8);
	memcpy(h + 116, "0000000", 8);
	snprintf(h + 124, 12, "%011llo", (unsigned long long)len);
	snprintf(h + 136, 12, "%011llo", (unsigned long long)mtime);
	memset(h + 148, ' ', 8);
	h[156] = '0';
	memcpy(h + 257, "ustar", 6);
	memcpy(h + 263, "00", 2);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	buf_add(tar, h, sizeof(h));
	buf_add(tar, data, len);
	pad(tar, (BLOCK - len % BLOCK) % BLOCK);
}

void
tar_end(struct buf *tar)
{
	pad(tar, 2 * BLOCK);
}

/* The CRC of gzip, bit by bit: a report is small. */
static uint32_t
crc32_of(const char *data, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned char)data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
	}
	return ~crc;
}

static void
put_little(struct buf *b, uint32_t n, int bytes)
{
	for (; bytes > 0; bytes--, n >>= 8)
		buf_addc(b, (char)(n & 0xff));
}

void
gzip_store(struct buf *out, const char *data, size_t len)
{
	static const char header[10] = { 0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, (char)0xff };
	size_t at = 0;

	buf_add(out, header, sizeof(header));
	do {
		size_t n = len - at > STORED_MAX ? STORED_MAX : len - at;
		bool last = at + n == len;

		buf_addc(out, last ? 1 : 0);	/* stored; is it the last block? */
		put_little(out, (uint32_t)n, 2);
		put_little(out, ~(uint32_t)n & 0xffff, 2);
		buf_add(out, data + at, n);
		at += n;
	} while (at < len);
	put_little(out, crc32_of(data, len), 4);
	put_little(out, (uint32_t)len, 4);
}
