/*
 * Steps that several operations have, and what they are made with.  A step answers as enum
 * step says; on STEP_WAIT whoever it waits for calls op_go_on().
 */
#ifndef NODE_STEPS_H
#define NODE_STEPS_H

#include "node/op.h"

/* ---- ask.c ---- */

/* Run a hook; its answer is op->said.  STEP_ON where there is none. */
enum step step_hook(struct op *op, enum hook_kind kind);
/* The process of the instance in the core; STEP_ON where it has none. */
enum step step_add_process(struct op *op);
enum step step_await_process(struct op *op);	/* until it serves */
enum step step_remove_process(struct op *op);

/* ---- steps.c ---- */

enum step step_no_database(struct op *op, const struct err *e);
/* The row into op->row; that there is none ends the operation well. */
enum step step_find_row(struct op *op);
/* The same, and it has to be there and ready. */
enum step step_need_row(struct op *op);
/* strdup() of text, or of the fallback for NULL. */
char	*step_copy(const char *text, const char *fallback);

/* ---- steps_bind.c ---- */

/* Before an instance goes, its bindings do. */
enum step step_unbind_all(struct op *op);
extern const step_fn steps_bind[], steps_unbind[], steps_undo_bind[];
extern const step_fn steps_enable[], steps_undo_enable[], steps_disable[], steps_update[],
    steps_check[];

#endif
