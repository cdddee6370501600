/*
 * Guests of sections: one per [node:x] and [gateway:x] that has no external program, and the
 * store.  They come and go with the configuration; each is supervised as other guests are.
 */
#ifndef CORE_HELPER_H
#define CORE_HELPER_H

#include "core/core.h"

/*
 * Make core.helpers what core.config says: start what is new, end what has gone, and end
 * those whose sections have changed, which are then started again with the new ones.
 */
void	helper_settle(void);
/* For plan.c: what that would do with another configuration.  -1: no memory. */
int	helper_plan(struct plan *out, const struct config *to);
/* For guest.c: whose process this is; NULL: nobody's. */
struct guest *helper_guest(const struct proc *p);
/* Its process has ended. */
void	helper_ended(struct helper *h);
void	helper_release(void);

#endif
