/*
 * What every page has.
 */
#include "web/html.h"

#include "http/escape.h"
#include "http/http.h"

/* style-src and script-src: our own two files, never a line in the page itself. */
#define POLICY "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; " \
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

void
html_headers(struct request *r)
{
	request_set(r, "Content-Security-Policy", POLICY);
	request_set(r, "X-Content-Type-Options", "nosniff");
	request_set(r, "X-Frame-Options", "DENY");
	/* to ourselves: links of the plain page prove with it where they come from */
	request_set(r, "Referrer-Policy", "same-origin");
	request_set(r, "Cross-Origin-Opener-Policy", "same-origin");
	request_set(r, "Cross-Origin-Resource-Policy", "same-origin");
	request_set(r, "Cache-Control", "no-store");
}

void
html_page(struct request *r, unsigned status, const char *title, struct buf *body)
{
	struct buf b = { 0 };

	buf_adds(&b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<title>");
	html_add(&b, title);
	buf_adds(&b, "</title>\n<link rel=\"stylesheet\" href=\"stylesheets/supervisor.css\">\n"
	    "</head>\n<body>\n");
	buf_add(&b, buf_text(body), body->len);
	buf_adds(&b, "</body>\n</html>\n");
	b.failed |= body->failed;
	buf_release(body);
	html_headers(r);
	request_reply(r, status, "text/html;charset=utf-8", &b);
}
