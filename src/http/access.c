/*
 * HTTP Basic authentication as supervisord asks for it.
 */
#include "http/access.h"

#include <bsd/string.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/loop.h"
#include "base/secret.h"

#define LOGIN_MAX	1024	/* bytes of name, colon and password */
#define OFFENDERS	64	/* remembered; then the oldest is forgotten */
#define WAITING_MAX	4	/* of one offender at a time */
#define DELAY_FIRST_MS	250
#define DELAY_MOST_MS	8000
#define FORGET_MS	600000

struct offender {
	char	 who[64];	/* "": free */
	unsigned wrong;
	unsigned waiting;
	int64_t	 last_ms;
};

static LIST_HEAD(, http_server) servers = LIST_HEAD_INITIALIZER(servers);
static struct offender offenders[OFFENDERS];

/* ---- servers ---- */

static void
release(struct http_server *s)
{
	free(s->name);
	free(s->username);
	free(s->password);
	s->name = s->username = s->password = NULL;
}

struct http_server *
server_add(int64_t id, const char *name, bool is_unix, const char *username,
    const char *password)
{
	struct http_server *s = server_find(id);

	if (s == NULL) {
		s = calloc(1, sizeof(*s));
		if (s == NULL)
			return NULL;
		s->id = id;
		LIST_INSERT_HEAD(&servers, s, link);
	}
	release(s);
	s->is_unix = is_unix;
	s->name = strdup(name);
	s->username = username != NULL ? strdup(username) : NULL;
	s->password = username != NULL ? strdup(password) : NULL;
	if (s->name != NULL && (username == NULL || (s->username && s->password)))
		return s;
	release(s);
	LIST_REMOVE(s, link);
	free(s);
	return NULL;
}

struct http_server *
server_find(int64_t id)
{
	struct http_server *s;

	LIST_FOREACH(s, &servers, link)
		if (s->id == id)
			return s;
	return NULL;
}

void
server_free_all(void)
{
	struct http_server *s;

	while ((s = LIST_FIRST(&servers)) != NULL) {
		LIST_REMOVE(s, link);
		release(s);
		free(s);
	}
}

/* ---- passwords ---- */

static int
digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/*
 * Like Python's decoder: what is no digit is skipped, and only a length that cannot be
 * is an error.  Returns bytes written, or -1.
 */
static ssize_t
decode(const char *text, char *out, size_t size)
{
	uint32_t bits = 0;
	size_t n = 0, ndigits = 0, pads = 0;
	int d;

	for (; *text != '\0'; text++) {
		pads += *text == '=';
		if ((d = digit(*text)) == -1)
			continue;
		pads = 0;
		bits = bits << 6 | (uint32_t)d;
		if (ndigits++ % 4 == 0)
			continue;
		if (n == size)
			return -1;
		out[n++] = (char)(bits >> (6 - 2 * ((ndigits - 1) % 4)));
	}
	if (ndigits % 4 == 1 || (ndigits % 4 != 0 && pads < 4 - ndigits % 4))
		return -1;
	return (ssize_t)n;
}

enum access
access_ask(const struct http_server *s, const char *authorization, char *user, size_t size)
{
	char login[LOGIN_MAX + 1], *colon;
	enum access rc;
	ssize_t n;

	user[0] = '\0';
	if (s->username == NULL)
		return ACCESS_YES;
	if (authorization == NULL || strncasecmp(authorization, "basic ", 6) != 0)
		return ACCESS_NONE;
	n = decode(authorization + 6, login, LOGIN_MAX);
	if (n == -1)
		return ACCESS_MALFORMED;
	login[n] = '\0';
	colon = strchr(login, ':');
	if (colon != NULL)
		*colon = '\0';
	strlcpy(user, login, size);
	rc = secret_check(login, colon != NULL ? colon + 1 : "", s->username, s->password) &&
	    colon != NULL && strlen(colon + 1) == (size_t)(login + n - colon - 1) ?
	    ACCESS_YES : ACCESS_WRONG;
	explicit_bzero(login, sizeof(login));
	return rc;
}

/* ---- offenders ---- */

/* Known, or in place of one that is free, long ago, or the oldest; NULL: all wait. */
static struct offender *
find(const char *who, int64_t now)
{
	struct offender *oldest = NULL;

	for (struct offender *o = offenders; o < offenders + OFFENDERS; o++) {
		if (strcmp(o->who, who) == 0) {
			if (now - o->last_ms >= FORGET_MS)
				o->wrong = 0;
			return o;
		}
		if (o->waiting == 0 && (oldest == NULL || o->last_ms < oldest->last_ms))
			oldest = o;
	}
	if (oldest != NULL) {
		*oldest = (struct offender){ 0 };
		strlcpy(oldest->who, who, sizeof(oldest->who));
	}
	return oldest;
}

static int64_t
delay_of(unsigned wrong, unsigned patience)
{
	if (wrong < patience)
		return 0;
	wrong -= patience;
	return wrong < 5 ? DELAY_FIRST_MS << wrong : DELAY_MOST_MS;
}

int64_t
access_wrong(const struct http_server *s, const char *who, const char *user,
    struct offender **out)
{
	int64_t now = loop_now(), delay_ms;
	struct offender *o = find(who, now);

	*out = NULL;
	if (o == NULL || o->waiting == WAITING_MAX)
		return -1;
	delay_ms = delay_of(o->wrong, s->patience);
	o->wrong++;
	o->waiting++;
	o->last_ms = now;
	*out = o;
	http_log(LOG_WARN, "wrong user name or password for [%s] from %s, as '%.64s' "
	    "(%u times)", s->name, who, user, o->wrong);
	return delay_ms;
}

void
access_waited(struct offender *o)
{
	o->waiting--;
}
