/*
 * What each signal asks of the supervisor.
 */
#include "core/signals.h"

#include <signal.h>

#include "base/log.h"
#include "core/core.h"
#include "core/reap.h"

static struct loop_signal watchers[7];

static void
on_exit_signal(struct loop_signal *w, int sig)
{
	(void)w;
	log_warn("received %s indicating exit request", conf_signal_name(sig));
	core_shutdown((struct asker){ CAUSE_SHUTDOWN, sig });
}

static void
on_hangup(struct loop_signal *w, int sig)
{
	struct err e = { 0 };

	(void)w;
	if (core.state == SUP_SHUTDOWN) {
		log_warn("ignored SIGHUP indicating restart request (shutdown in "
		    "progress)");
		return;
	}
	log_warn("received SIGHUP indicating restart request");
	if (core_restart((struct asker){ CAUSE_RESTART, sig }, &e) == -1)
		log_error("not restarted, nothing is changed: %s", e.msg);
}

void
core_reopen_logs(void)
{
	log_info("supervisord logreopen");
	core_feed->reopen();
}

static void
on_usr2(struct loop_signal *w, int sig)
{
	(void)w;
	(void)sig;
	log_info("received SIGUSR2 indicating log reopen request");
	core_reopen_logs();
}

static void
on_child(struct loop_signal *w, int sig)
{
	(void)w;
	(void)sig;
	reap_all();
}

void
signals_init(void)
{
	static const struct {
		int sig;
		loop_signal_fn fn;
	} table[] = {
		{ SIGTERM, on_exit_signal }, { SIGINT, on_exit_signal },
		{ SIGQUIT, on_exit_signal }, { SIGHUP, on_hangup },
		{ SIGUSR2, on_usr2 }, { SIGCHLD, on_child }, { SIGPWR, on_exit_signal },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		loop_signal_start(&watchers[i], table[i].sig, table[i].fn);
}

void
signals_hold(void)
{
	for (size_t i = 0; i < sizeof(watchers) / sizeof(watchers[0]); i++)
		loop_signal_hold(&watchers[i]);
	loop_turn();
}

void
signals_release(void)
{
	for (size_t i = 0; i < sizeof(watchers) / sizeof(watchers[0]); i++)
		loop_signal_stop(&watchers[i]);
}
