/*
 * Orphans: instances and bindings that a node has and no row knows.  One that is found is
 * only suspected; one that is still unknown double_check_orphan_interval later is an
 * orphan.  It is removed when somebody asks for that, or where purge_orphans says so.
 * The list is kept in memory: a new gateway begins with suspicion again.
 */
#ifndef GATEWAY_ORPHANS_H
#define GATEWAY_ORPHANS_H

#include <bsd/sys/queue.h>
#include <stdbool.h>
#include <stdint.h>
#include <yyjson.h>

struct orphan {
	TAILQ_ENTRY(orphan) link;
	char	*node, *name;
	char	*binding;	/* "": an instance */
	int64_t	 since_ms;	/* suspected; of loop_now() */
	bool	 certain;
	bool	 missing;	/* the other way round: a row has it, and its node does not */
	unsigned pass;		/* that has seen it last */
};

TAILQ_HEAD(orphan_list, orphan);

/* Checks by themselves begin, where the section wants them. */
void	orphans_open(void);
void	orphans_close(void);
const struct orphan_list *orphans_all(void);

/* Somebody waits for the end of a check or a purge; zeroed: does not. */
struct orphans_wait {
	TAILQ_ENTRY(orphans_wait) link;
	void	(*fn)(struct orphans_wait *w, int removed);
	struct orphans_wait_list *list;	/* that it waits in; NULL: in none */
};

TAILQ_HEAD(orphans_wait_list, orphans_wait);

/* Ask all nodes; w may be NULL, else it hears of a check that begins from now on. */
void	orphans_check(struct orphans_wait *w);
/* Remove what is certain. */
void	orphans_purge(struct orphans_wait *w);
/*
 * Remove what is listed and no row knows: {"node":["name"]} and
 * {"node":[{"name":..., "binding":...}]}, as /service/internal/v1/purge_orphan has them.
 */
void	orphans_purge_listed(yyjson_val *instances, yyjson_val *bindings);
void	orphans_wait_not(struct orphans_wait *w);

#endif
