/*
 * Parts of the web guest that need no connection: passwords, offenders, forms.
 */
#include "http/access.h"

#include <stdlib.h>

#include "base/secret.h"
#include "base/sys.h"
#include "http/conn.h"
#include "tap.h"

static int64_t now_ms;
static struct sys fake_sys;
static int lines;

static int64_t
clock_ms(void)
{
	return now_ms;
}

void
http_log(enum log_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
	lines++;
}

/* ---- passwords ---- */

static void
asks(const struct http_server *s, const char *header, enum access want, const char *name)
{
	char user[16];

	is_int(access_ask(s, header, user, sizeof(user)), want, name);
}

static void
test_passwords(void)
{
	char hidden[SECRET_SHA_SIZE], user[4];
	struct http_server *s;

	secret_hide("p:w", hidden);
	is_str(hidden, "{SHA}0d12071cce00577433f114f08a44003c2a352b0d", "a password is hidden");
	s = server_add(1, "inet_http_server", false, "user", hidden);
	asks(s, NULL, ACCESS_NONE, "nothing was said");
	asks(s, "Bearer dXNlcjpwOnc=", ACCESS_NONE, "another scheme");
	asks(s, "Basic dXNlcjpwOnc=", ACCESS_YES, "user:p:w");
	asks(s, "bAsIc dXNlcjpwOnc=", ACCESS_YES, "the scheme in any case");
	asks(s, "Basic  dXNl\tcjpwOnc= ", ACCESS_YES, "with blanks");
	asks(s, "Basic dXNlcjpwOng=", ACCESS_WRONG, "user:p:x");
	asks(s, "Basic dXNlcjpwOg==", ACCESS_WRONG, "a part of it");
	asks(s, "Basic VXNlcjpwOnc=", ACCESS_WRONG, "User:p:w");
	asks(s, "Basic dXNlcg==", ACCESS_WRONG, "no colon");
	asks(s, "Basic dXNlcjpwOncA", ACCESS_WRONG, "a NUL behind it");
	asks(s, "Basic ", ACCESS_WRONG, "nothing in it");
	asks(s, "Basic d", ACCESS_MALFORMED, "a length that cannot be");
	asks(s, "Basic dXNlcjpwOn", ACCESS_MALFORMED, "no padding");
	access_ask(s, "Basic dXNlcjpwOng=", user, sizeof(user));
	is_str(user, "use", "the name that was said, as far as it fits");
	s = server_add(2, "unix_http_server", true, NULL, NULL);
	asks(s, NULL, ACCESS_YES, "without a password there is none to ask for");
	ok(server_find(1) != NULL && server_find(3) == NULL, "servers by id");
}

static void
test_long_password(void)
{
	struct http_server *s = server_find(1);
	char *header = malloc(8192);

	memcpy(header, "Basic ", 6);
	memset(header + 6, 'Q', 8180);
	header[8186] = '\0';
	asks(s, header, ACCESS_MALFORMED, "a login that is too long");
	free(header);
}

/* ---- offenders ---- */

static void
test_offenders(void)
{
	static const int64_t delays[] = { 250, 500, 1000, 2000, 4000, 8000, 8000 };
	const struct http_server *s = server_find(1);
	struct offender *o, *waits[4];
	char who[16];

	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		is_int(access_wrong(s, "10.0.0.1", "x", &o), delays[i], "each takes longer");
		access_waited(o);
	}
	is_int(lines, 7, "one line for each");
	is_int(access_wrong(s, "10.0.0.2", "x", &o), 250, "somebody else begins anew");
	access_waited(o);
	now_ms += 600000;
	is_int(access_wrong(s, "10.0.0.1", "x", &o), 250, "after ten minutes all is forgotten");
	access_waited(o);
	for (int i = 0; i < 4; i++)
		access_wrong(s, "10.0.0.3", "x", &waits[i]);
	is_int(access_wrong(s, "10.0.0.3", "x", &o), -1, "four may wait at once");
	ok(o == NULL, "no more");
	lines = 0;
	for (int i = 0; i < 200; i++) {
		snprintf(who, sizeof(who), "10.1.0.%d", i);
		now_ms++;
		access_wrong(s, who, "x", &o);
		access_waited(o);
	}
	is_int(lines, 200, "many offenders");
	for (int i = 0; i < 4; i++)
		access_waited(waits[i]);
	is_int(access_wrong(s, "10.0.0.3", "x", &o), 4000,
	    "who waits is not forgotten for them");
	access_waited(o);
}

/* ---- forms ---- */

static void
forms(const char *body, const char *key, const char *want)
{
	struct exchange x = { 0 };
	const char *got;

	x.r.answer = &x.a;
	buf_adds(&x.r.body, body);
	got = request_form(&x.r, key);
	is_str(got != NULL ? got : "(none)", want, body);
	buf_release(&x.r.body);
	buf_release(&x.a.form);
}

int
main(void)
{
	fake_sys = sys_kernel;
	fake_sys.mono_ms = clock_ms;
	sys = &fake_sys;
	test_passwords();
	test_long_password();
	test_offenders();
	forms("a=1&b=two+words&c=%2F%2f", "b", "two words");
	forms("a=1&b=two+words&c=%2F%2f", "c", "//");
	forms("a=1&a=2", "a", "1");
	forms("a", "a", "");
	forms("a&b=", "b", "");
	forms("", "a", "(none)");
	forms("&&=&x=1", "x", "1");
	forms("a=%", "a", "%");
	forms("a=%4", "a", "%4");
	forms("a=%zz%41", "a", "%zzA");
	forms("a=x%00y&b=2", "a", "x");
	forms("a=x%00y&b=2", "b", "2");
	forms("a%3D=1", "a=", "1");
	server_free_all();
	return tap_done();
}
