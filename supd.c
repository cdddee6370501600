/*
 * supd: which face is asked for, and the supervisor's way through its life.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop.h"
#include "cli/cli.h"
#include "conf/conf.h"
#include "conf/faces.h"
#include "core/core.h"
#include "core/crash.h"
#include "core/flight.h"
#include "core/life.h"
#include "core/machine.h"
#include "core/remember.h"
#include "core/setup.h"
#include "core/sockets.h"
#include "core/survivors.h"
#include "ctl/ctl.h"
#include "gateway/gateway.h"
#include "log/log.h"
#include "node/node.h"
#include "store/store.h"
#include "web/web.h"

/* Exit statuses of the supervisor; supd(8) lists them. */
#define EXIT_REFUSED 2	/* command line or configuration, or a socket in use */

static int
refuse(const char *argv0, const struct err *e)
{
	sockets_release(false);
	remember_release();
	fprintf(stderr, "Error: %s\nFor help, use %s -h\n", e->msg, argv0);
	return EXIT_REFUSED;
}

/* ---- the supervisor ---- */

static const char usage[] =
	"supd -- start the programs of an ini file and keep them running.\n\n"
	"Usage: supd [options]                 in the foreground; as supervisord: a daemon\n"
	"       supd check [-c FILE]           is the file right?\n"
	"       supd show [-c FILE] [NAME]     what it means, value by value\n"
	"       supd probe KIND ADDRESS        does somebody answer there?\n"
	"       supd import FILE               a dotcloud.yml or Procfile as such a file\n"
	"       supd supctl [options] ...      the client, also called supctl\n\n"
	"Options:\n";

/* The file to use: -c, or supervisord's search.  NULL and e. */
static char *
config_path(const struct conf_args *args, const char *argv0, struct err *e)
{
	if (args->configuration != NULL)
		return strdup(args->configuration);
	if (geteuid() == 0)
		fputs("Warning: no -c option, searching the default places for a "
		    "configuration file (the current directory is one of them).\n", stderr);
	return conf_search(argv0, e);
}

static void
log_notes(const struct config *c)
{
	static void (*const say[])(const char *fmt, ...) = {
		log_crit, log_error, log_warn, log_info, log_debug, log_debug, log_debug
	};

	for (size_t i = 0; i < c->nnotes; i++)
		say[c->notes[i].level]("%s", c->notes[i].text);
}

/* From a loaded config to open sockets; -1 and e. */
static int
prepare(struct config *c, const struct conf_args *args, struct err *e)
{
	if (core_open_log(c, e) == -1)
		return -1;
	log_notes(c);
	if (setup_user(c, e) == -1)
		return -1;
	setup_limits(c);
	ctl_watch();
	if (core_init(args, e) == -1)
		return -1;
	crash_init();
	return ctl_open(c, e);
}

/* One run, until an orderly end; -1 and e when it could not begin. */
static int
run(struct config *c, const struct conf_args *args, bool daemon, struct err *e)
{
	core.own_stdout = !daemon && !c->supervisord.silent;
	core.recovered = flight_recovering();
	core.clean_auto = !c->supervisord.nocleanup && !core.recovered;
	if (prepare(c, args, e) == -1)
		return -1;
	if (daemon) {
		log_info("daemonizing the supervisord process");
		if (setup_place(c, e) == -1)
			return -1;
		setup_daemon_ready();
	}
	setup_write_pidfile(c);
	core_run();
	ctl_close();
	setup_remove_pidfile(c);
	return 0;
}

static int
supervise_as(int argc, char **argv, bool detach)
{
	struct conf_args args;
	struct err e = { 0 };
	struct config *c;
	char *path;
	bool daemon;

	for (;;) {
		if (conf_args_parse(&args, argc, argv, &e) == -1)
			return refuse(argv[0], &e);
		args.memory = remember_text();
		path = config_path(&args, argv[0], &e);
		c = path != NULL ? conf_load(path, &args, &e) : NULL;
		free(path);
		if (c == NULL)
			return refuse(argv[0], &e);
		daemon = detach && !c->supervisord.nodaemon && !core.is_pid1;
		if (daemon && !flight_recovering() && !core.daemonized &&
		    setup_daemonize(&e) == -1)
			return refuse(argv[0], &e);
		core.daemonized = daemon;
		if (loop_init() == -1 || run(c, &args, daemon, &e) == -1)
			return refuse(argv[0], &e);
		detach = detach && daemon;
		bool again = core.state == SUP_RESTARTING;
		int status = core_exit_status();
		core_release();
		loop_free();
		if (!again)
			return status;
	}
}

static int
supervise(int argc, char **argv, bool detach)
{
	struct conf_args args;
	struct err e = { 0 };
	int record, status;

	machine_init();
	if (machine_is_ours())
		argc = machine_drop_words(argc, argv);
	if (conf_args_parse(&args, argc, argv, &e) == -1)
		return refuse(argv[0], &e);
	if (args.help) {
		printf("%s%s", usage, conf_usage());
		return EXIT_SUCCESS;
	}
	if (args.version) {
		puts(SUPD_VERSION);
		return EXIT_SUCCESS;
	}
	setup_first(argv);
	setup_reaper();
	record = crash_recovered_fd();
	if (record != -1 && flight_open_old(record) == -1)
		fputs("supd: the record of the crashed run cannot be read\n", stderr);
	status = supervise_as(argc, argv, detach);
	if (machine_is_ours() && status == EXIT_SUCCESS)
		machine_end(life_end_signal() == SIGINT);
	return status;
}

/* ---- the client's view of the configuration ---- */

static char *
copy(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

static int
load_for_client(const char *path, struct cli_config *out, struct err *e)
{
	char *found = path != NULL ? strdup(path) : conf_search("supctl", NULL);
	struct config *c = conf_load_ctl(found, e);

	if (c == NULL) {
		free(found);
		return -1;
	}
	*out = (struct cli_config){ .path = found, .serverurl = copy(c->ctl.serverurl),
		.username = copy(c->ctl.username), .password = copy(c->ctl.password),
		.cacert = copy(c->ctl.cacert),
		.prompt = copy(c->ctl.prompt), .history_file = copy(c->ctl.history_file) };
	for (size_t i = 0; i < c->nservers && out->serverurl == NULL; i++)
		if (c->servers[i].is_unix &&
		    asprintf(&out->serverurl, "unix://%s", c->servers[i].file) == -1)
			out->serverurl = NULL;
	conf_free(c);
	return 0;
}

/* ---- faces ---- */

/* The check of the file knows nothing of this machine; the core does. */
static int
face_check(int argc, char **argv)
{
	static struct config none;
	int status = conf_check_main(argc, argv);
	const char *why, *tier;
	struct conf_args args;

	if (status != EXIT_SUCCESS || conf_args_parse(&args, argc, argv, NULL) == -1 ||
	    args.help)
		return status;
	core.config = &none;
	survivors_init();
	tier = core_tier(&why);
	printf("started like this, a stop would leave no survivor by tier %s: %s\n", tier,
	    why);
	survivors_release();
	return EXIT_SUCCESS;
}

static int
face_supervisor(int argc, char **argv)
{
	return supervise(argc, argv, false);
}

static int
face_daemon(int argc, char **argv)
{
	return supervise(argc, argv, true);
}

static int
face_client(int argc, char **argv)
{
	return supctl_main(argc, argv, load_for_client);
}

static int
face_kato(int argc, char **argv)
{
	return kato_main(argc, argv, load_for_client);
}

/* make SERVICES=0 links without these. */
#pragma weak store_main
#pragma weak node_main
#pragma weak gateway_main

/* Stackato's way to end it. */
static int
face_stop(int argc, char **argv)
{
	char *words[16] = { argv[0] };
	int n = 1;

	for (int i = 1; i < argc && n < 14; i++)
		words[n++] = argv[i];
	words[n++] = (char *)(uintptr_t)"shutdown";
	return supctl_main(n, words, load_for_client);
}

static const struct face {
	const char *name;
	int	(*main)(int argc, char **argv);	/* NULL: not in this file */
	bool	 is_word;	/* also as first argument of supd */
} faces[] = {
	{ "supd", face_supervisor, false },
	{ "supervisord", face_daemon, false },
	{ "supctl", face_client, true },
	{ "supervisorctl", face_client, false },
	{ "sup", face_client, false },
	{ "start-supervisord", face_daemon, false },
	{ "stop-supervisord", face_stop, false },
	{ "kato", face_kato, true },
	{ "pidproxy", pidproxy_main, true },
	{ "probe", probe_main, true },
	{ "logger", log_main, true },
	{ "web", web_main, true },
	{ "store", store_main, true },
	{ "node", node_main, true },
	{ "gateway", gateway_main, true },
	{ "check", face_check, true },
	{ "show", conf_show_main, true },
	{ "import", import_main, true },
	{ "manual", conf_manual_main, true },
};

static const struct face *
find_face(const char *name, bool as_word)
{
	for (size_t i = 0; i < sizeof(faces) / sizeof(faces[0]); i++)
		if (strcmp(faces[i].name, name) == 0 && (!as_word || faces[i].is_word))
			return &faces[i];
	return NULL;
}

/* "web", "node echo", as the core calls its guests, or a word that a person has typed. */
static int
call_face(const char *name, int argc, char **argv)
{
	char kind[32];
	const struct face *face;

	snprintf(kind, sizeof(kind), "%.*s", (int)strcspn(name, " "), name);
	face = find_face(kind, true);
	if (face != NULL && face->main != NULL)
		return face->main(argc, argv);
	fprintf(stderr, face == NULL ? "supd: no guest is called '%s'\n" :
	    "supd: this file has no %s in it: it was built with SERVICES=0\n", kind);
	return EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	static char *no_args[] = { (char *)(uintptr_t)"supd", NULL };
	const struct face *face;
	const char *name;

	if (argc < 1 || argv[0] == NULL) {	/* execve with an empty vector */
		argc = 1;
		argv = no_args;
	}
	name = strrchr(argv[0], '/');
	name = name != NULL ? name + 1 : argv[0];
	if (strncmp(name, "supd: ", 6) == 0)
		return call_face(name + 6, argc, argv);
	face = find_face(name, false);
	if (face == NULL)
		face = &faces[0];
	if (face == &faces[0] && argc > 1 && find_face(argv[1], true) != NULL)
		return call_face(argv[1], argc - 1, argv + 1);
	return face->main(argc, argv);
}
