/*
 * ready and health: what each form means, how it is shown, and what is refused.  A program
 * without any of the keys pays a pointer for them.
 */
#include "conf/types.h"
#include "conf_file.h"

static const struct row {
	const char *text;
	enum ready_kind kind;
	int64_t	 number;
	const char *path;	/* NULL: none */
	const char *shown;	/* NULL: as written */
} readies[] = {
	{ "running", READY_RUNNING, 0, NULL, NULL },
	{ "notify", READY_NOTIFY, 0, NULL, NULL },
	{ "fd:3", READY_FD, 3, NULL, NULL },
	{ "fd:63", READY_FD, 63, NULL, NULL },
	{ "listen:tcp:5432", READY_TCP, 5432, NULL, NULL },
	{ "listen:unix:/run/x", READY_UNIX, 0, "/run/x", NULL },
	{ "file:/run/up", READY_FILE, 0, "/run/up", NULL },
	{ "log:^(a|b) [0-9]+$", READY_LOG, 0, "^(a|b) [0-9]+$", NULL },
	{ "exec:check 'a b' c", READY_EXEC, 0, "check 'a b' c", NULL },
	{ "http://h:1/x?y", READY_HTTP, 0, "http://h:1/x?y", NULL },
	{ "http:http://h", READY_HTTP, 0, "http://h", "http://h" },
};

static const struct row healths[] = {
	{ "none", READY_RUNNING, 0, NULL, NULL },
	{ "exec:check", READY_EXEC, 0, "check", NULL },
	{ "http://[::1]:80/", READY_HTTP, 0, "http://[::1]:80/", NULL },
	{ "tcp:80", READY_CONNECT, 80, "127.0.0.1:80", "tcp:127.0.0.1:80" },
	{ "tcp:h:80", READY_CONNECT, 80, "h:80", NULL },
	{ "tcp:[::1]:80", READY_CONNECT, 80, "[::1]:80", NULL },
	{ "unix:/run/x", READY_SOCKET, 0, "/run/x", NULL },
};

static void
test_form(const struct conf_type *t, const struct row *r)
{
	struct err e = { 0 };
	struct conf_parse p = { .e = &e };
	struct conf_ready v = { 0 }, again = { 0 };
	struct buf shown = { 0 };

	if (!ok(t->parse(&v, r->text, &p) == 0, "%s: %s", r->text, e.msg))
		return;
	ok(v.kind == r->kind && v.number == r->number, "%s: kind and number", r->text);
	ok((v.path == NULL) == (r->path == NULL) &&
	    (v.path == NULL || strcmp(v.path, r->path) == 0), "%s: text", r->text);
	t->print(&v, &shown);
	is_str(buf_text(&shown), r->shown != NULL ? r->shown : r->text, r->text);
	ok(t->parse(&again, buf_text(&shown), &p) == 0 && t->equal(&v, &again),
	    "%s: what is shown means the same", r->text);
	t->release(&v);
	t->release(&again);
	buf_release(&shown);
}

static void
test_refused(const struct conf_type *t, const char *text)
{
	struct err e = { 0 };
	struct conf_parse p = { .e = &e };
	struct conf_ready v = { 0 };

	ok(t->parse(&v, text, &p) == -1 && e.msg[0] != '\0', "refused: '%s' (%s)", text, e.msg);
	t->release(&v);
}

static void
test_program(void)
{
	struct config *c;
	const struct program *p = conf_file_program("", &c);

	ok(p != NULL && p->watch == NULL, "nothing is kept of keys that are not given");
	conf_free(c);
	p = conf_file_program("health = tcp:80\n", &c);
	ok(p != NULL && p->watch != NULL && p->watch->health_interval == 30000 &&
	    p->watch->health_timeout == 5000 && p->watch->health_retries == 3 &&
	    p->watch->health_start_period == 0 && p->watch->watchdog == 0 &&
	    p->watch->on_unhealthy == UNHEALTHY_RESTART, "the defaults of health");
	conf_free(c);
	p = conf_file_program("type = notify\nwatchdog = 500ms\n", &c);
	ok(p != NULL && p->ready.kind == READY_NOTIFY && p->watch->watchdog == 500 &&
	    p->watch->health.kind == READY_RUNNING, "type=notify is ready=notify");
	conf_free(c);
	p = conf_file_program("type = notify\nready = fd:3\n", &c);
	ok(p == NULL, "and nothing else");
	conf_free(c);
}

int
main(void)
{
	static const char *const bad[] = {
		"", "fd:2", "fd:64", "fd:", "fd:x", "listen:tcp:0", "listen:unix:x", "file:x",
		"notify ", "runningx", "log:", "log:(", "exec:", "exec: ", "http:h", "http:///x",
		"http://u@h/", "http://", "https://h/", "tcp:80",
	};
	static const char *const bad_health[] = {
		"", "running", "notify", "log:x", "tcp:", "tcp:0", "tcp:65536", "tcp::80",
		"unix:x", "none ",
	};

	for (size_t i = 0; i < sizeof(readies) / sizeof(readies[0]); i++)
		test_form(&conf_ready, &readies[i]);
	for (size_t i = 0; i < sizeof(healths) / sizeof(healths[0]); i++)
		test_form(&conf_health, &healths[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		test_refused(&conf_ready, bad[i]);
	for (size_t i = 0; i < sizeof(bad_health) / sizeof(bad_health[0]); i++)
		test_refused(&conf_health, bad_health[i]);
	test_program();
	conf_file_remove();
	return tap_done();
}
