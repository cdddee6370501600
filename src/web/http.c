/*
 * The server: connections, requests and answers.
 */
#include "web/http.h"

#include "web/access.h"

int
http_init(struct async *calls)
{
	(void)calls;
	return -1;
}

void
http_listen(const struct web_server *server, int fd)
{
	(void)server;
	(void)fd;
}

void
http_serve(const struct web_server *server, int fd)
{
	(void)server;
	(void)fd;
}

void
http_finish(int64_t ms, void (*done)(void))
{
	(void)ms;
	done();
}

void
http_release(void)
{
}

const char *
request_header(const struct request *r, const char *name)
{
	(void)r;
	(void)name;
	return NULL;
}

const char *
request_query(const struct request *r, const char *key)
{
	(void)r;
	(void)key;
	return NULL;
}

const char *
request_form(struct request *r, const char *key)
{
	(void)r;
	(void)key;
	return NULL;
}

void
request_call(struct request *r, unsigned flags, const char *method, const char *params,
    request_done_fn done)
{
	(void)r;
	(void)flags;
	(void)method;
	(void)params;
	(void)done;
}

void
request_set(struct request *r, const char *name, const char *value)
{
	(void)r;
	(void)name;
	(void)value;
}

void
request_reply(struct request *r, unsigned status, const char *type, struct buf *body)
{
	(void)r;
	(void)status;
	(void)type;
	if (body != NULL)
		buf_release(body);
}

void
request_reply_static(struct request *r, unsigned status, const char *type, const void *data,
    size_t len)
{
	(void)r;
	(void)status;
	(void)type;
	(void)data;
	(void)len;
}

void
request_fail(struct request *r, unsigned status, const char *text)
{
	(void)r;
	(void)status;
	(void)text;
}

void
request_redirect(struct request *r, unsigned status, const char *location)
{
	(void)r;
	(void)status;
	(void)location;
}

void
request_stream(struct request *r, unsigned status, const char *type, request_fn produce)
{
	(void)r;
	(void)status;
	(void)type;
	(void)produce;
}

bool
request_write(struct request *r, const void *data, size_t len)
{
	(void)r;
	(void)data;
	(void)len;
	return true;
}

size_t
request_unread(const struct request *r)
{
	(void)r;
	return 0;
}

void
request_end(struct request *r)
{
	(void)r;
}

void
request_abort(struct request *r)
{
	(void)r;
}
