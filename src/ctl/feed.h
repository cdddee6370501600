/*
 * The core's end of the link to the logger (wire/feed.h).
 */
#ifndef CTL_FEED_H
#define CTL_FEED_H

struct client;
struct event;

/* Become core_feed. */
void	feed_open(void);
/* What happened in the core: the logger learns of a shutdown. */
void	feed_event(const struct event *ev);
/* Calls that wait for a logger get a fault. */
void	feed_close(void);

/*
 * c is PARKED with a call for the logger in its buffer: hand it over, or keep it
 * until there is a logger, for a bounded time.
 */
void	feed_take(struct client *c);
/* c goes away while it waits. */
void	feed_unpark(struct client *c);

#endif
