/*
 * Life of the web guest: set up, run, and go when the core says so or is gone.
 */
#include "web/web.h"

#include <sys/prctl.h>
#include <signal.h>
#include <stdlib.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/sys.h"
#include "client/async.h"
#include "http/access.h"
#include "http/http.h"
#include "web/routes.h"
#include "web/weblink.h"
#include "wire/web.h"

#define NOFILE_WANT 4096	/* descriptors: connections and control calls */

static const struct http_site site = { .routes = routes, .log = weblink_vlog };
static struct async *calls;

void
web_begin(size_t most)
{
	if (calls != NULL)
		return;
	calls = async_new(weblink_dial, NULL, most);
	if (calls == NULL || http_init(&site, calls) == -1) {
		weblink_log(LOG_ERRO, "no HTTP: no memory or no way to wait for events");
		loop_stop();
	}
}

void
web_finish(int64_t ms)
{
	http_finish(ms, loop_stop);
}

/* The core decides when we end, also when a terminal or a shutdown signals everybody. */
static void
ignore_signals(void)
{
	static const int all[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2,
		SIGPIPE, SIGTSTP, SIGTTOU };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		signal(all[i], SIG_IGN);
}

int
web_main(int argc, char **argv)
{
	unsigned long long soft, hard;
	struct stat st;

	(void)argc;
	(void)argv;
	if (sys->fstat(WEB_FD, &st) == -1 || !S_ISSOCK(st.st_mode))
		die("supd web: descriptor %d is no socket: supd starts the web guest by "
		    "itself", WEB_FD);
	ignore_signals();
	/* passwords pass through here: others of the same user shall not look inside */
	prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
	fd_raise_limit(NOFILE_WANT, &soft, &hard);
	if (loop_init() == -1)
		die("supd web: cannot start: no way to wait for events");
	weblink_init();
	loop_run();
	http_release();
	if (calls != NULL)
		async_free(calls);
	server_free_all();
	weblink_release();
	loop_free();
	return EXIT_SUCCESS;
}
