/*
 * The core's end of the link to the logger (wire/feed.h).
 */
#ifndef CTL_FEED_H
#define CTL_FEED_H

struct event;
struct park;

/* Become core_feed. */
void	feed_open(void);
/* What happened in the core: the logger learns of a shutdown. */
void	feed_event(const struct event *ev);
/* Calls that wait for a logger get a fault. */
void	feed_close(void);

/* Where clients with a call of org.supd.Log wait for the logger. */
struct park *feed_park(void);

#endif
