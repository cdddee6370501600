/*
 * The core's end of the link to the web guest (wire/web.h).
 */
#ifndef CTL_WEB_H
#define CTL_WEB_H

struct client;

/* Become the guest's link. */
void	web_open(void);
/* Connections that wait for a guest are refused. */
void	web_close(void);

/*
 * c does not speak varlink, and nothing was read from it: hand it over, or keep it until
 * there is a guest, for a bounded time.  c->state becomes CLIENT_HTTP, or it is refused.
 */
void	web_take(struct client *c);
/* c goes away while it waits. */
void	web_untake(struct client *c);

#endif
