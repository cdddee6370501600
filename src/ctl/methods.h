/*
 * The method table: names, handlers, what each needs.
 *
 * A handler writes its whole reply into c->out and returns 0; or returns -1 with e
 * and then nothing that it wrote counts; or takes a call that lasts, sets c->state,
 * and replies later.
 */
#ifndef CTL_METHODS_H
#define CTL_METHODS_H

#include "ctl/client.h"
#include "wire/varlink.h"

typedef int (*method_fn)(struct client *c, const struct vcall *call, struct err *e);

struct method {
	const char *name;	/* without the interface */
	method_fn fn;
	bool	 always;	/* also while the supervisor shuts down */
};

/*
 * Answer one call.  A call for a guest is not answered: c->state becomes
 * CLIENT_PARKED and the frame stays where it is.
 */
void	method_call(struct client *c, const char *frame, size_t len);

/* Put a fault into c->out, in supervisord's words. */
void	method_fault(struct client *c, const struct err *e);
/* The empty reply. */
void	method_ok(struct client *c);
/* The asker of this client's calls, for `why`. */
struct asker;
struct asker method_asker(const struct client *c);

/* Handlers, by file. */
int	do_start(struct client *c, const struct vcall *call, struct err *e);
int	do_stop(struct client *c, const struct vcall *call, struct err *e);
int	do_signal(struct client *c, const struct vcall *call, struct err *e);
int	do_refresh(struct client *c, const struct vcall *call, struct err *e);
int	do_wait(struct client *c, const struct vcall *call, struct err *e);
int	do_status(struct client *c, const struct vcall *call, struct err *e);
int	do_why(struct client *c, const struct vcall *call, struct err *e);
int	do_get_state(struct client *c, const struct vcall *call, struct err *e);
int	do_get_last_values(struct client *c, const struct vcall *call, struct err *e);
int	do_get_graph(struct client *c, const struct vcall *call, struct err *e);
int	do_get_runs(struct client *c, const struct vcall *call, struct err *e);
int	do_get_environment(struct client *c, const struct vcall *call, struct err *e);
int	do_get_pools(struct client *c, const struct vcall *call, struct err *e);
int	do_get_config(struct client *c, const struct vcall *call, struct err *e);
int	do_reread(struct client *c, const struct vcall *call, struct err *e);
int	do_plan(struct client *c, const struct vcall *call, struct err *e);
int	do_update(struct client *c, const struct vcall *call, struct err *e);
int	do_add_group(struct client *c, const struct vcall *call, struct err *e);
int	do_remove_group(struct client *c, const struct vcall *call, struct err *e);
int	do_add_instance(struct client *c, const struct vcall *call, struct err *e);
int	do_remove_instance(struct client *c, const struct vcall *call, struct err *e);
int	do_list_instances(struct client *c, const struct vcall *call, struct err *e);
int	do_get_service(struct client *c, const struct vcall *call, struct err *e);
int	do_scale(struct client *c, const struct vcall *call, struct err *e);
int	do_metrics(struct client *c, const struct vcall *call, struct err *e);
int	do_list_processes(struct client *c, const struct vcall *call, struct err *e);
int	do_list_roles(struct client *c, const struct vcall *call, struct err *e);
int	do_add_roles(struct client *c, const struct vcall *call, struct err *e);
int	do_remove_roles(struct client *c, const struct vcall *call, struct err *e);
int	do_start_roles(struct client *c, const struct vcall *call, struct err *e);
int	do_stop_roles(struct client *c, const struct vcall *call, struct err *e);
int	do_restart_roles(struct client *c, const struct vcall *call, struct err *e);
int	do_subscribe(struct client *c, const struct vcall *call, struct err *e);

/* org.varlink.service; name without the interface. */
void	service_call(struct client *c, const char *name, const struct vcall *call);

#endif
