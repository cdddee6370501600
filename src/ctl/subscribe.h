/*
 * Events for those who watch: Subscribe.
 */
#ifndef CTL_SUBSCRIBE_H
#define CTL_SUBSCRIBE_H

struct client;
struct event;
struct observer;

/* o is what subscribe_event() is called by. */
void	subscribe_open(struct observer *o);
void	subscribe_close(void);
/* Remember it, and give it to all who asked for its type. */
void	subscribe_event(const struct event *ev);
/* c does not watch any more. */
void	subscribe_remove(struct client *c);
/* c is behind, and has read what was kept for it: give it more. */
void	subscribe_more(struct client *c);

#endif
