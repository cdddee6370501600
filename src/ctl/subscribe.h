/*
 * Events for those who watch: Subscribe.
 */
#ifndef CTL_SUBSCRIBE_H
#define CTL_SUBSCRIBE_H

struct client;
struct event;

void	subscribe_open(void);
void	subscribe_close(void);
/* Remember it, and give it to all who asked for its type. */
void	subscribe_event(const struct event *ev);
/* c does not watch any more. */
void	subscribe_remove(struct client *c);
/* It was too slow, and has now read all that was kept: say so, and end. */
void	subscribe_tell_lost(struct client *c);

#endif
