/*
 * Failures of HTTP in words.
 */
#include "client/failure.h"

#include <string.h>

static const struct failure {
	CURLcode rc;
	enum client_fail why;
	const char *text;	/* NULL: in libcurl's own words */
} failures[] = {
	{ CURLE_URL_MALFORMAT, CLIENT_URL, "is no address: http://HOST:PORT would be one" },
	{ CURLE_UNSUPPORTED_PROTOCOL, CLIENT_BROKEN, "does not answer like a supervisor" },
	{ CURLE_WEIRD_SERVER_REPLY, CLIENT_BROKEN, "does not answer like a supervisor" },
	{ CURLE_COULDNT_RESOLVE_HOST, CLIENT_BROKEN, "cannot be reached: no such host" },
	{ CURLE_COULDNT_CONNECT, CLIENT_BROKEN, "cannot be reached" },
	{ CURLE_OPERATION_TIMEDOUT, CLIENT_BROKEN, "cannot be reached: it does not answer" },
	{ CURLE_WRITE_ERROR, CLIENT_BROKEN, "sent more than fits into memory" },
	{ CURLE_OUT_OF_MEMORY, CLIENT_BROKEN, "cannot be used: out of memory" },
	{ CURLE_SEND_ERROR, CLIENT_BROKEN, "closed the connection" },
	{ CURLE_RECV_ERROR, CLIENT_BROKEN, "closed the connection" },
	{ CURLE_GOT_NOTHING, CLIENT_BROKEN, "closed the connection" },
	{ CURLE_PARTIAL_FILE, CLIENT_BROKEN, "closed the connection" },
	{ CURLE_SEND_FAIL_REWIND, CLIENT_BROKEN, "closed the connection" },
	{ CURLE_SSL_CONNECT_ERROR, CLIENT_BROKEN, "makes no TLS connection: is it http:// "
	    "there?" },
	{ CURLE_PEER_FAILED_VERIFICATION, CLIENT_CERTIFICATE, NULL },
	{ CURLE_SSL_CACERT_BADFILE, CLIENT_CERTIFICATE,
	    "cannot be trusted: there are no certificates in the file named for it" },
	{ CURLE_OK, CLIENT_BROKEN, NULL },	/* the last: all others */
};

/* What TLS libraries say of a certificate, by a word in it. */
static const struct reason {
	const char *word;
	const char *text;
} reasons[] = {
	{ "expired", "its certificate has expired" },
	{ "future", "its certificate is not valid yet" },
	{ "not yet", "its certificate is not valid yet" },
	{ "Common Name", "its certificate is for another host" },
	{ "subject name", "its certificate is for another host" },
	{ "host", "its certificate is for another host" },
	{ "sign", "nobody whom we trust has signed its certificate" },
	{ "issuer", "nobody whom we trust has signed its certificate" },
};

static const char *
reason_of(const char *said)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strstr(said, reasons[i].word) != NULL)
			return reasons[i].text;
	return said;
}

enum client_fail
failure_of_transfer(const char *url, CURLcode rc, const char *said, struct err *e)
{
	const struct failure *f = failures;

	while (f->rc != CURLE_OK && f->rc != rc)
		f++;
	if (said[0] == '\0')
		said = curl_easy_strerror(rc);
	if (f->text != NULL)
		err_set(e, FAULT_FAILED, "%s %s", url, f->text);
	else if (f->why == CLIENT_CERTIFICATE)
		err_set(e, FAULT_FAILED, "%s cannot be trusted: %s", url, reason_of(said));
	else
		err_set(e, FAULT_FAILED, "%s cannot be used: %.*s", url,
		    (int)strcspn(said, "\n"), said);
	return f->why;
}

void
failure_of_status(const char *url, long status, bool is_supervisord, struct err *e)
{
	if (is_supervisord)
		err_set(e, FAULT_FAILED, "%s is a supervisord, which speaks XML-RPC only: use "
		    "its own supervisorctl", url);
	else if (status == 403)
		err_set(e, FAULT_FAILED, "%s permission denied", url);
	else
		err_set(e, FAULT_FAILED, "%s does not answer like a supervisor (HTTP status "
		    "%ld)", url, status);
}
