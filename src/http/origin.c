/*
 * Does a request that changes something come from where it says?
 */
#include "http/origin.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/sys.h"
#include "http/http.h"

static char token[ORIGIN_TOKEN_LEN + 1];

const char *
origin_token(void)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[ORIGIN_TOKEN_LEN / 2];
	size_t got = 0;
	ssize_t n;

	if (token[0] != '\0')
		return token;
	while (got < sizeof(bytes)) {	/* early in the boot it may take a while */
		n = sys->random(bytes + got, sizeof(bytes) - got);
		got += n > 0 ? (size_t)n : 0;
	}
	for (size_t i = 0; i < sizeof(bytes); i++) {
		token[2 * i] = hex[bytes[i] >> 4];
		token[2 * i + 1] = hex[bytes[i] & 15];
	}
	return token;
}

/* In a time that does not tell how much of it is right. */
static bool
is_token(const char *given)
{
	const char *ours = origin_token();
	volatile unsigned differ = 0;

	if (strlen(given) != ORIGIN_TOKEN_LEN)
		return false;
	for (size_t i = 0; i < ORIGIN_TOKEN_LEN; i++)
		differ |= (unsigned)(given[i] ^ ours[i]);
	return differ == 0;
}

/* Is url (an origin, or more) at the host that the request was sent to? */
static bool
is_own_host(const struct request *r, const char *url)
{
	const char *host = request_header(r, "Host"), *at = strstr(url, "://");
	size_t n;

	if (host == NULL || at == NULL)
		return false;
	at += 3;
	n = strcspn(at, "/?#");
	return strlen(host) == n && strncasecmp(at, host, n) == 0;
}

static bool
is_browser(const char *agent)
{
	return strncmp(agent, "Mozilla/", 8) == 0 || strncmp(agent, "Opera/", 6) == 0;
}

/* By the headers with which browsers name the origin: 1 ours, -1 another, 0 not said. */
static int
said_origin(const struct request *r)
{
	const char *h = request_header(r, "Sec-Fetch-Site");

	/* none: typed or bookmarked by the person */
	if (h != NULL)
		return strcmp(h, "same-origin") == 0 || strcmp(h, "none") == 0 ? 1 : -1;
	/* browsers send Sec-Fetch-Site only over https and to the own machine */
	h = request_header(r, "Origin");
	if (h == NULL)
		h = request_header(r, "Referer");
	return h == NULL ? 0 : is_own_host(r, h) ? 1 : -1;
}

bool
origin_is_foreign(const struct request *r)
{
	return said_origin(r) == -1;
}

enum origin
origin_of(struct request *r)
{
	const char *h = request_header(r, "X-Supd-Token");
	int said = said_origin(r);

	if (h == NULL)
		h = request_form(r, "token");
	if (h != NULL)
		return is_token(h) ? ORIGIN_OURS : ORIGIN_STALE;
	if (said != 0)
		return said == 1 ? ORIGIN_OURS : ORIGIN_UNKNOWN;
	h = request_header(r, "User-Agent");
	return h != NULL && is_browser(h) ? ORIGIN_UNKNOWN : ORIGIN_OURS;
}
