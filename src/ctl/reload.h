/*
 * A running Update of a client.
 */
#ifndef CTL_RELOAD_H
#define CTL_RELOAD_H

struct update;

/* The client goes: the update goes on without telling.  NULL is fine. */
void	update_forget(struct update *u);

#endif
