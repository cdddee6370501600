/*
 * Requests to another HTTP server: libcurl's sockets and its timer on our loop.
 */
#include "gateway/fetch.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/loop.h"

struct fetch {
	CURL	*easy;
	struct curl_slist *headers;
	struct buf in;
	char	 said[CURL_ERROR_SIZE];
	fetch_fn fn;
	void	*arg;
};

/* A socket of libcurl's. */
struct watch {
	struct loop_io io;
	curl_socket_t fd;
};

static CURLM *multi;
static struct loop_timer timer;

static void
release(struct fetch *f)
{
	curl_multi_remove_handle(multi, f->easy);
	curl_easy_cleanup(f->easy);
	curl_slist_free_all(f->headers);
	buf_release(&f->in);
	free(f);
}

static void
end(CURL *easy, CURLcode code)
{
	struct fetch *f;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&f);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK)
		status = 0;
	f->fn(f->arg, (int)status, &f->in, status != 0 ? "" : *f->said != '\0' ? f->said :
	    curl_easy_strerror(code));
	release(f);
}

static void
look(void)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(multi, &left)) != NULL)
		if (m->msg == CURLMSG_DONE)
			end(m->easy_handle, m->data.result);
}

static void
on_io(struct loop_io *w, int events)
{
	struct watch *s = LOOP_OWNER(w, struct watch, io);
	int running;

	curl_multi_socket_action(multi, s->fd, (events & LOOP_READ ? CURL_CSELECT_IN : 0) |
	    (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0), &running);
	look();
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *of_socket)
{
	struct watch *s = of_socket;

	(void)easy;
	(void)arg;
	if (what == CURL_POLL_REMOVE) {
		if (s != NULL)
			loop_io_stop(&s->io);
		free(s);
		return 0;
	}
	if (s == NULL && (s = calloc(1, sizeof(*s))) == NULL)
		return -1;
	s->fd = fd;
	curl_multi_assign(multi, fd, s);
	loop_io_start(&s->io, fd, (what & CURL_POLL_IN ? LOOP_READ : 0) |
	    (what & CURL_POLL_OUT ? LOOP_WRITE : 0), on_io);
	return 0;
}

static void
on_timer(struct loop_timer *t)
{
	int running;

	(void)t;
	curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
	look();
}

static int
on_timeout(CURLM *m, long ms, void *arg)
{
	(void)m;
	(void)arg;
	if (ms < 0)
		loop_timer_stop(&timer);
	else
		loop_timer_start(&timer, ms, on_timer);
	return 0;
}

static size_t
on_data(char *data, size_t size, size_t n, void *arg)
{
	struct fetch *f = arg;

	n *= size;
	if (f->in.len + n > FETCH_MAX)
		return 0;
	buf_add(&f->in, data, n);
	return f->in.failed ? 0 : n;
}

static int
init(void)
{
	if (multi != NULL)
		return 0;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return -1;
	multi = curl_multi_init();
	if (multi == NULL)
		return -1;
	curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	return 0;
}

static int
prepare(struct fetch *f, const char *url, const char *token, const char *body, long seconds)
{
	char line[1024];

	f->easy = curl_easy_init();
	if (f->easy == NULL)
		return -1;
	snprintf(line, sizeof(line), "X-VCAP-Service-Token: %s", token);
	f->headers = curl_slist_append(curl_slist_append(NULL, line),
	    "Content-Type: application/json");
	curl_easy_setopt(f->easy, CURLOPT_URL, url);
	curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->headers);
	curl_easy_setopt(f->easy, CURLOPT_TIMEOUT, seconds);
	curl_easy_setopt(f->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(f->easy, CURLOPT_ERRORBUFFER, f->said);
	curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(f->easy, CURLOPT_PRIVATE, f);
	if (body != NULL)
		curl_easy_setopt(f->easy, CURLOPT_COPYPOSTFIELDS, body);
	return f->headers != NULL && curl_multi_add_handle(multi, f->easy) == CURLM_OK ? 0 : -1;
}

struct fetch *
fetch_begin(const char *url, const char *token, const char *body, long seconds, fetch_fn fn,
    void *arg, struct err *e)
{
	struct fetch *f = init() == 0 ? calloc(1, sizeof(*f)) : NULL;

	if (f != NULL && prepare(f, url, token, body, seconds) == 0) {
		f->fn = fn;
		f->arg = arg;
		return f;
	}
	if (f != NULL)
		release(f);
	err_set(e, FAULT_FAILED, "out of memory");
	return NULL;
}

void
fetch_cancel(struct fetch *f)
{
	release(f);
}

void
fetch_close(void)
{
	if (multi == NULL)
		return;
	curl_multi_cleanup(multi);
	curl_global_cleanup();
	multi = NULL;
	loop_timer_stop(&timer);
}
