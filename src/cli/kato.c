/*
 * kato: the command line and the table of its commands.
 *
 * In front of the command stand the options of the session, which are supctl's; behind it,
 * anywhere among its words, those of the command.  "--" ends them.
 */
#include "cli/kato.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define OPTIONS (WORDS_OF_ROLES - 1)	/* those bits that are options */
#define ONE_NODE (OPT_NODE | OPT_CLUSTER)

/* In the order of `kato help`. */
static const struct kato_command commands_of_kato[] = {
{ "status", "",
	"The roles of this machine and their states.  Exits with 3 when one that shall run\n"
	"does not.  -a: the other roles too.",
	kato_status, ONE_NODE | OPT_ALL | OPT_JSON | OPT_YAML, 0, 0 },
{ "start", "[ROLE...]", "Start roles that are on this machine; none: all of them.",
	kato_start, WORDS_OF_ROLES | ONE_NODE | KATO_CHANGES | OPT_VERBOSE, 0, KATO_MANY },
{ "stop", "[ROLE...]",
	"Stop roles, which stay on this machine; none: all but mandatory ones.\n"
	"A process that another role needs goes on.",
	kato_stop, WORDS_OF_ROLES | ONE_NODE | KATO_CHANGES | OPT_VERBOSE, 0, KATO_MANY },
{ "restart", "[ROLE...]", "Stop all processes of roles and start them; none: of all that run.",
	kato_restart, WORDS_OF_ROLES | ONE_NODE | KATO_CHANGES | OPT_VERBOSE, 0, KATO_MANY },
{ "role add", "ROLE... | --all | --all-but ROLE... | --only ROLE...",
	"Take on roles, or groups of roles, and start them.\n"
	"--all leaves out those with exclude_from_add_all; --only removes all others.",
	kato_role_add, WORDS_OF_ROLES | ONE_NODE | OPT_VERBOSE | OPT_ALL | OPT_ALL_BUT | OPT_ONLY |
	OPT_NO_START | KATO_CHANGES, 0, KATO_MANY },
{ "role remove", "ROLE... | --all | --all-but ROLE...",
	"Stop roles and drop them.  Mandatory ones cannot be dropped.",
	kato_role_remove, WORDS_OF_ROLES | ONE_NODE | OPT_VERBOSE | OPT_ALL | OPT_ALL_BUT | KATO_CHANGES,
	0, KATO_MANY },
{ "role list", "", "Every role there is, and its goal on this machine.",
	kato_role_list, ONE_NODE | OPT_JSON | OPT_YAML, 0, 0 },
{ "role info", "[ROLE...]", "What roles are made of, and how their processes are.",
	kato_role_info, WORDS_OF_ROLES | ONE_NODE | OPT_JSON | OPT_YAML, 0, KATO_MANY },
{ "config del", "COMPONENT PATH", "Delete a value, or a tree with all below it.",
	kato_config_del, KATO_CHANGES | OPT_FULL | OPT_IF_REV | OPT_VERBOSE, 1, 2 },
{ "config get", "[COMPONENT [PATH]]",
	"Print a value: text and numbers bare, lists with dashes, trees as YAML.\n"
	"Without PATH all of the component, without COMPONENT everything.  With -n as that\n"
	"node sees it: what the component \"local\" says goes first.  -v: the revision, on stderr.",
	kato_config_get, OPT_FULL | OPT_JSON | OPT_YAML | OPT_NODE | OPT_VERBOSE, 0, 2 },
{ "config pop", "COMPONENT PATH [VALUE]",
	"Take VALUE out of a list, or its last item, and print what is left.",
	kato_config_pop, KATO_CHANGES | OPT_FULL | OPT_JSON | OPT_YAML | OPT_IF_REV | OPT_VERBOSE, 1, 3 },
{ "config push", "COMPONENT PATH [VALUE]",
	"Append VALUE to a list, and print it.  Without VALUE: of stdin.",
	kato_config_push, KATO_CHANGES | OPT_FULL | OPT_JSON | OPT_YAML | OPT_IF_REV | OPT_VERBOSE, 1, 3 },
{ "config set", "COMPONENT PATH [VALUE]",
	"Set a value.  Without VALUE: of stdin.\n"
	"It is text, or becomes the type of the value that is there; with -j it is JSON, with\n"
	"-y YAML, and a map is a tree.  Another type needs --force.  --if-rev 0: only if\n"
	"nothing is there.  Changed by somebody else meanwhile: exit status 1.",
	kato_config_set, KATO_CHANGES | OPT_FULL | OPT_JSON | OPT_YAML | OPT_FORCE | OPT_IF_REV | OPT_VERBOSE,
	1, 3 },
{ "config watch", "[GLOB]",
	"Print each change of what GLOB names, until interrupted: revision, path, value.\n"
	"* and ? stand for characters of a name, ** for any names: \"web/**\".",
	kato_config_watch, OPT_JSON | OPT_FROM | OPT_VERBOSE, 0, 1 },
{ "debug configwatch", "[COMPONENT [GLOB]]", "The same as config watch.",
	kato_config_watch, OPT_JSON | OPT_FROM | OPT_VERBOSE, 0, 2 },
{ "process list", "[PROCESS...]",
	"Name and state of every process, or of these.\n"
	"States: STOPPED, STARTING (runs, but is not ready), RUNNING, ROGUE (runs, but no role\n"
	"that is to run needs it), FATAL.",
	kato_process_list, WORDS_OF_PROCESSES | ONE_NODE | OPT_JSON | OPT_YAML, 0, KATO_MANY },
{ "process ready", "PROCESS|all",
	"Print READY and exit with 0 when the process is ready, else NOT READY and 1.\n"
	"all: every process that shall run.",
	kato_process_ready, WORDS_OF_PROCESSES | ONE_NODE | OPT_BLOCK, 1, 1 },
{ "process restart", "[PROCESS...]", "Stop and start these processes; none: all.",
	kato_process_restart, WORDS_OF_PROCESSES | ONE_NODE | KATO_CHANGES, 0, KATO_MANY },
{ "process start", "[PROCESS...]",
	"Start these processes; none: all.  What runs already is fine.",
	kato_process_start, WORDS_OF_PROCESSES | ONE_NODE | KATO_CHANGES, 0, KATO_MANY },
{ "process stop", "[PROCESS...]", "Stop these processes; none: all.",
	kato_process_stop, WORDS_OF_PROCESSES | ONE_NODE | KATO_CHANGES, 0, KATO_MANY },
{ "service bind", "NAME BINDING [PARAMETERS]",
	"New credentials for one user of an instance, who is called BINDING; prints them.\n"
	"PARAMETERS: a JSON object, for the service.",
	kato_service_bind, KATO_CHANGES | OPT_GATEWAY | OPT_JSON | OPT_YAML, 2, 3 },
{ "service catalog", "", "The services that can be had here, and their plans.",
	kato_service_catalog, OPT_GATEWAY | OPT_JSON | OPT_YAML, 0, 0 },
{ "service create", "SERVICE NAME [PARAMETERS]",
	"Make an instance of a service, wait until it serves and print how it is reached.\n"
	"PARAMETERS: a JSON object, for the service.  Without --plan: its default plan.",
	kato_service_create, KATO_CHANGES | OPT_GATEWAY | OPT_PLAN | OPT_JSON | OPT_YAML, 2, 3 },
{ "service credentials", "NAME [BINDING]", "How an instance is reached, by all or by one user.",
	kato_service_credentials, OPT_GATEWAY | OPT_JSON | OPT_YAML, 1, 2 },
{ "service delete", "NAME...", "Remove instances with all that they hold.",
	kato_service_delete, KATO_CHANGES | OPT_GATEWAY | OPT_JSON | OPT_YAML, 1, KATO_MANY },
{ "service list", "[NAME]", "The instances there are, or one: plan, state, users, node.",
	kato_service_list, OPT_GATEWAY | OPT_JSON | OPT_YAML, 0, 1 },
{ "service orphans", "",
	"What nodes have and no gateway knows: suspected when it is seen first, an orphan when\n"
	"it is seen again later.  missing: the other way round.  --purge: remove orphans.",
	kato_service_orphans, OPT_GATEWAY | OPT_PURGE | OPT_JSON | OPT_YAML, 0, 0 },
{ "service unbind", "NAME BINDING", "Take the credentials of one user back.",
	kato_service_unbind, KATO_CHANGES | OPT_GATEWAY | OPT_JSON | OPT_YAML, 2, 2 },
{ "node list", "", "The address of each node, and its roles behind it; here there is one.",
	kato_node_list, OPT_JSON | OPT_YAML, 0, 0 },
{ "info", "", "What this machine is: its roles, and its supervisor.",
	kato_info, ONE_NODE | OPT_JSON | OPT_YAML, 0, 0 },
{ "history", "",
	"The commands that have changed something: time, user, exit status, command.\n"
	"The supervisor remembers its last 1,024 events, these among them.",
	kato_history, ONE_NODE | OPT_JSON | OPT_YAML, 0, 0 },
{ "inspect", "[all | list | group GROUP... | tests TEST...]",
	"Look whether everything is as it should be; exits with 1 when it is not.\n"
	"list: the tests there are.  -v: what fine ones have seen, too.",
	kato_inspect, OPT_VERBOSE, 0, KATO_MANY },
{ "report", "[FILE]",
	"Write all that helps to find out what is wrong into one .tgz file: states, causes,\n"
	"configuration without secrets, ends of the logs.",
	kato_report, ONE_NODE, 0, 1 },
{ "log tail", "[PROCESS|GROUP|ROLE...]",
	"Print what processes print, as it comes, until Ctrl-C; none: all.",
	kato_log_tail, WORDS_OF_ROLES | WORDS_OF_PROCESSES | OPT_NODE | OPT_LOCAL |
	OPT_RAW | OPT_TIME | OPT_NO_COLOR, 0, KATO_MANY },
{ "version", "", "The version of the supervisor, and of this program.",
	kato_version, OPT_JSON | OPT_YAML, 0, 0 },
{ "help", "[COMMAND]", "List the commands, or tell how one is used.",
	kato_help, 0, 0, 2 },
{ NULL, NULL, NULL, NULL, 0, 0, 0 },
};

/* An option as it is written, what for, and where its value goes. */
struct kato_option {
	unsigned bit;
	char	 letter;	/* 0: long only */
	const char *name;
	const char *value;	/* for the usage; NULL: it has none */
	const char *help;
	size_t	 off;		/* in struct kato: bool, or const char * with a value */
};

#define IN(f) offsetof(struct kato, f)
static const struct kato_option options_of_kato[] = {
	{ OPT_ALL, 'a', "all", NULL, "all there are", IN(all) },
	{ OPT_ALL_BUT, 0, "all-but", NULL, "all but those named", IN(all_but) },
	{ OPT_ONLY, 0, "only", NULL, "those named and no others", IN(only) },
	{ OPT_BLOCK, 'b', "block", "SECONDS", "wait so long; 0: as long as it takes", IN(block) },
	{ OPT_CLUSTER, 'c', "cluster", NULL, "on every node", IN(cluster) },
	{ OPT_FORCE, 0, "force", NULL, "even if the type of the value changes", IN(force) },
	{ OPT_FROM, 0, "from", "REVISION", "begin with this change", IN(from) },
	{ OPT_FULL, 'f', "full", NULL, "COMPONENT/PATH is one word", IN(full) },
	{ OPT_GATEWAY, 'g', "gateway", "NAME", "at the [gateway:NAME]", IN(gateway) },
	{ OPT_IF_REV, 0, "if-rev", "REVISION", "only if it was last changed by this revision",
	    IN(if_rev) },
	{ OPT_JSON, 'j', "json", NULL, "JSON, printed or given", IN(json) },
	{ OPT_LOCAL, 'l', "local", NULL, "of this node only", IN(local) },
	{ OPT_NO_COLOR, 0, "no-color", NULL, "no colours", IN(no_color) },
	{ OPT_RAW, 0, "raw", NULL, "the text alone", IN(raw) },
	{ OPT_TIME, 0, "time", NULL, "the time in front", IN(time) },
	{ OPT_NODE, 'n', "node", "NODE", "on this node; here that is " KATO_NODE, IN(node) },
	{ OPT_NO_START, 's', "no-start", NULL, "change the goal, start and stop nothing",
	    IN(no_start) },
	{ OPT_PLAN, 0, "plan", "NAME", "of this plan", IN(plan) },
	{ OPT_PURGE, 0, "purge", NULL, "remove what is certain", IN(purge) },
	{ OPT_VERBOSE, 'v', "verbose", NULL, "say more", IN(verbose) },
	{ OPT_YAML, 'y', "yaml", NULL, "YAML, printed or given", IN(yaml) },
};
#undef IN

#define NOPTIONS (sizeof(options_of_kato) / sizeof(options_of_kato[0]))

static const char usage[] =
"kato -- roles, processes, services and their configuration.\n"
"\n"
"Usage: kato [-c FILE] [-s URL] [-u USER] [-p PASSWORD] [--cacert FILE] COMMAND [WORDS]\n"
"\n"
"-c FILE  configuration file of the supervisor (searched for if not given)\n"
"-s URL   where it listens: unix:///path, http://host:port or https://host:port\n"
"-u, -p   user name and password, where it wants them\n"
"\n"
"Commands, each with -h:\n";

/* ---- help ---- */

static void
list_commands(void)
{
	printf("%s", usage);
	for (const struct kato_command *c = commands_of_kato; c->name != NULL; c++)
		printf("  %-18s %.*s\n", c->name, (int)strcspn(c->help, "\n"), c->help);
}

static void
command_help(const struct kato_command *c)
{
	printf("Usage: kato %s%s%s%s\n\n%s\n", c->name,
	    (c->options & OPTIONS) != 0 ? " [OPTIONS]" : "",
	    c->words[0] != '\0' ? " " : "", c->words, c->help);
	for (size_t i = 0; i < NOPTIONS; i++) {
		const struct kato_option *o = &options_of_kato[i];
		char text[40];

		if ((c->options & o->bit) == 0)
			continue;
		snprintf(text, sizeof(text), "--%s%s%s", o->name, o->value != NULL ? " " : "",
		    o->value != NULL ? o->value : "");
		printf(o->letter != 0 ? "  -%c, " : "      ", o->letter);
		printf("%-20s %s\n", text, o->help);
	}
}

/* Commands whose name is these words, or begins with the only one; prints them, counts them. */
static size_t
help_for(char *const *v)
{
	size_t n = 0, len = strlen(v[0]);

	for (const struct kato_command *c = commands_of_kato; c->name != NULL; c++) {
		if (strncmp(c->name, v[0], len) != 0 ||
		    (c->name[len] != '\0' && c->name[len] != ' ') ||
		    (v[1] != NULL && (c->name[len] == '\0' ||
		    strcmp(c->name + len + 1, v[1]) != 0)))
			continue;
		if (n++ > 0)
			putchar('\n');
		command_help(c);
	}
	return n;
}

void
kato_help(struct kato *k)
{
	if (k->n == 0)
		list_commands();
	else if (help_for(k->v) == 0)
		kato_failed(k, KATO_USAGE, "no command '%s%s%s'; kato help lists them",
		    k->v[0], k->n > 1 ? " " : "", k->n > 1 ? k->v[1] : "");
}

/* ---- the command line ---- */

const struct kato_command *
kato_find(char *const *v, int *nwords)
{
	for (const struct kato_command *c = commands_of_kato; c->name != NULL; c++) {
		const char *blank = strchr(c->name, ' ');
		size_t len = blank != NULL ? (size_t)(blank - c->name) : strlen(c->name);

		if (strlen(v[0]) != len || memcmp(c->name, v[0], len) != 0)
			continue;
		*nwords = blank != NULL ? 2 : 1;
		if (blank == NULL || (v[1] != NULL && strcmp(blank + 1, v[1]) == 0))
			return c;
	}
	return NULL;
}

void
kato_print_options(const struct kato_command *c)
{
	for (size_t i = 0; i < NOPTIONS; i++)
		if ((c->options & options_of_kato[i].bit) != 0)
			printf("--%s\n", options_of_kato[i].name);
}

/* The options of the command out of its words, wherever they stand. */
static int
take_words(struct kato *k, char **argv, bool *help, struct err *e)
{
	struct option table[NOPTIONS + 1] = { { 'h', "help", NULL, help, true } };
	struct options o = { .table = table, .n = 1 };
	bool ended = false;

	for (size_t i = 0; i < NOPTIONS; i++) {
		const struct kato_option *from = &options_of_kato[i];
		void *to = (char *)k + from->off;

		if ((k->command->options & from->bit) != 0)
			table[o.n++] = (struct option){ from->letter, from->name,
			    from->value != NULL ? to : NULL, from->value == NULL ? to : NULL,
			    false };
	}
	k->v = argv;
	for (int at = 0; argv[at] != NULL; at++) {
		if (!ended && strcmp(argv[at], "--") == 0)
			ended = true;
		else if (ended || argv[at][0] != '-' || argv[at][1] == '\0')
			k->v[k->n++] = argv[at];
		else if (options_take_one(&o, argv, &at, e) == -1)
			return -1;
	}
	k->v[k->n] = NULL;
	return 0;
}

/* Nothing is wrong with the words that can be known here. */
static bool
fits(struct kato *k)
{
	const struct kato_command *c = k->command;

	if (k->n < c->min || k->n > c->max)
		kato_failed(k, KATO_USAGE, k->n < c->min ? "%s needs %s" :
		    c->max == 0 ? "%s takes no words" : "%s takes no more than %s", c->name,
		    c->words);
	else if (k->node != NULL && strcmp(k->node, KATO_NODE) != 0)
		kato_failed(k, KATO_FAILED, "node '%s' is not known: there is " KATO_NODE
		    " only", k->node);
	else
		return true;
	return false;
}

/* For kato history, without options; and without values, which may be secret. */
static void
remember(struct kato *k)
{
	bool plain = strncmp(k->command->name, "config", 6) != 0 &&
	    strncmp(k->command->name, "service", 7) != 0;
	struct buf text = { 0 };

	buf_adds(&text, k->command->name);
	if (k->all || k->all_but || k->only)
		buf_adds(&text, k->all ? " --all" : k->only ? " --only" : " --all-but");
	for (size_t i = 0; i < k->n && (plain || i < 2); i++)
		buf_addf(&text, " %s", k->v[i]);
	kato_note(k, buf_text(&text));
	buf_release(&text);
}

static void
run(struct kato *k, char **argv)
{
	bool help = false;
	int nwords = 0;
	struct err e;

	k->command = kato_find(argv, &nwords);
	if (k->command == NULL && argv[1] != NULL &&
	    (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0))
		argv[1] = NULL;		/* kato role -h */
	if (k->command == NULL && argv[1] == NULL && help_for(argv) > 0)
		return;
	if (k->command == NULL)
		kato_failed(k, KATO_USAGE, "no command '%s%s%s'; kato help lists them",
		    argv[0], argv[1] != NULL ? " " : "", argv[1] != NULL ? argv[1] : "");
	else if (take_words(k, argv + nwords, &help, &e) == -1)
		kato_failed(k, KATO_USAGE, "%s; kato %s -h tells more", e.msg,
		    k->command->name);
	else if (help)
		command_help(k->command);
	else if (fits(k)) {
		k->command->run(k);
		if (k->command->options & KATO_CHANGES)
			remember(k);
	}
}

static int
usage_error(const char *text)
{
	fprintf(stderr, "kato: %s\nkato -h tells more\n", text);
	return KATO_USAGE;
}

int
kato_main(int argc, char **argv, cli_load_fn load)
{
	static char out[64 * 1024];
	bool help = false, version = false;
	struct kato k = { .ctl = { .argv0 = "kato", .load = load } };
	struct ctl *c = &k.ctl;
	struct option table[] = {
		{ 'c', "configuration", &c->config_opt, NULL, false },
		{ 'h', "help", NULL, &help, false },
		{ 's', "serverurl", &c->url_opt, NULL, false },
		{ 'u', "username", &c->user_opt, NULL, false },
		{ 'p', "password", &c->password_opt, NULL, false },
		{ '\0', "cacert", &c->cacert_opt, NULL, false },
		{ '\0', "version", NULL, &version, false },
	};
	struct options o = { .table = table, .n = sizeof(table) / sizeof(table[0]) };
	int first;
	struct err e;

	if (argc < 1)
		return KATO_USAGE;
	setvbuf(stdout, out, _IOFBF, sizeof(out));
	first = options_take(&o, argv, &e);
	if (first == -1)
		return usage_error(e.msg);
	if (c->url_opt != NULL && !client_knows(c->url_opt))
		return usage_error("-s needs an URL, such as unix:///run/supd.sock");
	c->tty = isatty(STDOUT_FILENO) == 1;
	if (version)
		puts(SUPD_VERSION);
	else if (help || argv[first] == NULL)
		list_commands();
	else if (strcmp(argv[first], "__complete") == 0)
		kato_complete(&k, argv + first + 1, commands_of_kato);
	else
		run(&k, argv + first);
	if (!version && !help && argv[first] == NULL)
		k.status = KATO_USAGE;
	if (fflush(stdout) != 0 && k.status == KATO_OK)
		k.status = KATO_FAILED;
	ctl_release(c);
	return k.status;
}

void
kato_version(struct kato *k)
{
	struct buf b = { 0 };
	struct reply r;

	if (!kato_call(k, CONTROL_INTERFACE ".GetState", NULL, &r))
		return;
	json_open(&b, '{');
	json_kstr(&b, "supd", reply_str(r.params, "version"));
	json_kstr(&b, "kato", SUPD_VERSION);
	json_close(&b, '}');
	if (k->json || k->yaml)
		kato_print_text(k, &b);
	else
		say("supd %s, kato " SUPD_VERSION, reply_str(r.params, "version"));
	buf_release(&b);
	reply_release(&r);
}
