/*
 * What is known of how a process serves: between ready.c, which waits until it does,
 * and notify.c, which hears what it says.
 */
#ifndef CORE_READINESS_H
#define CORE_READINESS_H

#include "core/core.h"
#include "core/errand.h"

#define STATUS_MAX	128	/* bytes of STATUS= that are kept, with the NUL */

struct readiness {
	struct proc *p;		/* borrowed: it owns us */
	bool	 ready;
	struct loop_io io;	/* fd:N */
	int	 rd, wr;
	struct loop_timer look, limit;
	bool	 told_to_end;	/* a task that takes too long */
	int64_t	 pause_ms;
	struct errand probe;	/* exec and http */
	uint32_t fence;		/* log: what stands before it is of earlier processes */
	unsigned acks;		/* bit of each stream whose fence the logger has not told */
	bool	 fenced;	/* it may be started */
	struct loop_timer patience;

	/* what sd_notify(3) says */
	char	 status[STATUS_MAX];
	int	 error;		/* ERRNO=; 0: none */
	bool	 stopping;
	int64_t	 reload_us;	/* when it began to reload; 0: it does not */
	bool	 store_told;	/* one line about FDSTORE is enough */
	struct loop_timer watchdog;
	int64_t	 watchdog_ms;	/* between two signs of life; 0: none are wanted */
	struct loop_io alien;	/* a main process that is no child of ours */
	int	 alien_fd;
};

/* ---- ready.c ---- */

/* p serves now, if it is not on its way down. */
void	ready_serves(struct readiness *r);
/* It serves no more, although it still runs. */
void	ready_ceases(struct readiness *r);
/* It asks for `ms` from now on to become ready. */
void	ready_extend(struct readiness *r, int64_t ms);

/* ---- notify.c ---- */

/* "@..." for NOTIFY_SOCKET; NULL with errno: there is no socket. */
const char *notify_name(void);
/* Take all messages that wait. */
void	notify_hear(void);
/* A child begins: what the one before has said is forgotten. */
void	notify_begin(struct readiness *r);
/* It serves: from now on it has to show that it lives, if it is to. */
void	notify_serves(struct readiness *r);
/* It stops, or has ended: there is nothing to wait for. */
void	notify_end(struct readiness *r);
/* p was found again: its main process may be no child of ours. */
void	notify_recall(struct readiness *r);
/* Lines about what it has said. */
void	notify_explain(const struct readiness *r, struct buf *out);
void	notify_release(void);

#endif
