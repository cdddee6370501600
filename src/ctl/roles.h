/*
 * Roles as the control protocol shows them, and calls that change them.
 */
#ifndef CTL_ROLES_H
#define CTL_ROLES_H

struct role_wait;

/* The client of a running call goes: the call goes on. */
void	role_wait_forget(struct role_wait *w);

#endif
