/*
 * Hooks: commands that are run beside a process.  pre_start before it is created, post_start
 * when it is RUNNING, pre_stop before its first stop signal, stop_command as one step of its
 * stop, post_exit after its end, reload_command when it is to read its configuration again.
 *
 * A process has one at a time.  Who has to wait for one asks hooks_hold_...(): true means
 * that hooks.c goes on with it when the hook has ended.
 */
#ifndef CORE_HOOKS_H
#define CORE_HOOKS_H

#include "core/core.h"

enum hook { HOOK_NONE, HOOK_PRE_START, HOOK_POST_START, HOOK_PRE_STOP, HOOK_STOP,
	HOOK_POST_EXIT, HOOK_RELOAD, HOOKS };

/* Make room if the program of p has any; -1: no memory. */
int	hooks_attach(struct proc *p);
/* Those that run are killed. */
void	hooks_detach(struct proc *p);

/* "pre_start" */
const char *hooks_name(enum hook kind);
bool	hooks_has(const struct proc *p, enum hook kind);
/* The one that runs, or is about to. */
enum hook hooks_now(const struct proc *p);

/* p enters STARTING: its pre_start is due. */
void	hooks_starting(struct proc *p);
/* Before p is created.  launch_start() follows, or proc_spawn_failed(). */
bool	hooks_hold_start(struct proc *p);
/* p is RUNNING. */
void	hooks_running(struct proc *p);
/* Run pre_stop or stop_command: stopping_hook_ended() follows. */
void	hooks_stop(struct proc *p, enum hook kind);
/* p has no process and is to stop: what runs is asked to end; p is down after it. */
bool	hooks_hold_stop(struct proc *p);
/*
 * The process of p has ended.  In a stop a command of it may still run: survivors_check_late()
 * follows.  Else post_exit begins, and survivors_shoo_late() follows if p starts again.
 */
bool	hooks_hold_end(struct proc *p);
/* And nothing of it is left after a stop: post_exit begins, the step of the end follows. */
bool	hooks_hold_gone(struct proc *p);
/* -1: another one runs. */
int	hooks_reload(struct proc *p, struct err *e);
/* The time is over: kill what runs, and go on without it. */
void	hooks_kill(struct proc *p);

/* How many run, of all processes: the end of the supervisor waits for them. */
size_t	hooks_count(void);
/* "pre_start runs (pid 12)"; nothing where none does. */
void	hooks_text(const struct proc *p, struct buf *out);

/* For the flight record; and in a new image. */
pid_t	hooks_pid(const struct proc *p);
bool	hooks_prepared(const struct proc *p);
void	hooks_recall(struct proc *p, enum hook kind, pid_t pid, bool prepared);

#endif
