/*
 * What guests write alike.
 */
#include "wire/guest.h"

#include "wire/json.h"

void
guest_put_call(struct buf *b, uid_t uid)
{
	json_open(b, '{');
	json_kstr(b, "op", "call");
	json_kint(b, "uid", uid == (uid_t)-1 ? -1 : (int64_t)uid);
	json_close(b, '}');
}

void
guest_put_line(struct buf *b, int level, const char *text)
{
	json_open(b, '{');
	json_kstr(b, "op", "log");
	json_kint(b, "level", level);
	json_kstr(b, "text", text);
	json_close(b, '}');
}

void
guest_put_client(struct buf *b, const char *data, size_t len)
{
	json_open(b, '{');
	json_kstr(b, "op", "client");
	json_key(b, "data");
	json_bytes(b, data, len);
	json_close(b, '}');
}
