/*
 * schedule=: when a program is started by the clock, and what became of its last runs.
 *
 * One timer for each scheduled process, armed for the moment of its next run; when the wall
 * clock is set, the kernel tells, and the moments are found anew.
 */
#ifndef CORE_TIMETABLE_H
#define CORE_TIMETABLE_H

#include "core/core.h"

enum run_result {
	RUN_NOW,		/* it has not ended yet */
	RUN_ENDED,		/* with `status` */
	RUN_NOT_STARTED,
	RUN_SKIPPED,		/* schedule_overlap=skip, and the one before it still ran */
	RUN_STOPPED,		/* a person has stopped the program */
	RUN_OFF,		/* its roles are off */
	RUN_MISSED,		/* its time had passed when it was noticed */
};

#define RUNS_KEPT 20		/* per process */

struct run {
	int64_t	 wall_ms;	/* when it began, or should have */
	int64_t	 took_ms;	/* -1: not ended */
	int64_t	 since_ms;	/* monotonic, when it began */
	int	 status;	/* wait status */
	uint8_t	 result;	/* enum run_result */
};

struct timetable {
	TAILQ_ENTRY(timetable) link;	/* of all, in timetable.c */
	struct proc *p;		/* borrowed: it owns us */
	struct loop_timer timer;
	struct loop_job job;	/* starts the queued run */
	int64_t	 due_wall_ms;	/* of the next run, jitter included; -1: none */
	int64_t	 next_s;	/* the time by the fields that it waits for */
	int64_t	 done_s;	/* the one that was before it; 0: none */
	bool	 queued;	/* runs again as soon as it has ended */
	bool	 open;		/* the newest run has not ended */
	struct run runs[RUNS_KEPT];
	uint32_t nruns;		/* ever; the last ones are kept */
};

/* Take what the program of p says about it; -1: no memory. */
int	timetable_attach(struct proc *p);
void	timetable_detach(struct proc *p);
/* p was found again after a crash of the core, and it runs. */
void	timetable_recall(struct proc *p);
/* p has entered another state. */
void	timetable_state_changed(struct proc *p, enum pstate from);
/* Is there a program that waits for its time? */
bool	timetable_any(void);
/* At the end of a run of the supervisor. */
void	timetable_release(void);

#endif
