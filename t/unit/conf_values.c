/*
 * Defaults and values of every type, as supervisord's documentation and
 * getAllConfigInfo of the real one give them.
 */
#include "conf_file.h"

/* Every key as the documentation of supervisord has it without a file. */
static void
test_defaults(void)
{
	struct config *c;
	const struct program *p = conf_file_program("", &c);

	if (!ok(p != NULL, "a program of one key"))
		return;
	is_str(p->name, "x", "name");
	is_str(p->section, "program:x", "section");
	is_int(p->line, 2, "line");
	is_int(p->priority, 999, "priority");
	ok(p->autostart, "autostart");
	is_int(p->autorestart, RESTART_UNEXPECTED, "autorestart");
	is_int(p->startsecs, 1, "startsecs");
	is_int(p->startretries, 3, "startretries");
	ok(p->exitcodes.n == 1 && p->exitcodes.v[0] == 0, "exitcodes");
	is_int(p->stopsignal, 15, "stopsignal");
	is_int(p->stopwaitsecs, 10, "stopwaitsecs");
	ok(!p->stopasgroup && !p->killasgroup, "stopasgroup and killasgroup");
	ok(!p->user.set, "user");
	ok(!p->redirect_stderr, "redirect_stderr");
	is_int(p->out.kind, LOGFILE_AUTO, "stdout_logfile");
	is_int(p->err.kind, LOGFILE_AUTO, "stderr_logfile");
	is_int(p->out.maxbytes, 50 << 20, "stdout_logfile_maxbytes");
	is_int(p->err.backups, 10, "stderr_logfile_backups");
	is_int(p->out.capture_maxbytes, 0, "stdout_capture_maxbytes");
	ok(!p->out.events_enabled && !p->out.syslog, "events and syslog");
	is_int((int64_t)p->environment.n, 0, "environment");
	ok(p->directory == NULL && p->umask == -1 && p->serverurl == NULL,
	    "directory, umask, serverurl");
	is_int(p->log_policy, POLICY_BLOCK, "log_policy");
	is_int(c->supervisord.minfds, 1024, "minfds");
	is_int(c->supervisord.minprocs, 200, "minprocs");
	is_int(c->supervisord.umask, 022, "umask of the supervisor");
	is_int(c->supervisord.loglevel, LOG_INFO, "loglevel");
	is_str(c->supervisord.identifier, "supervisor", "identifier");
	ok(strcmp(strrchr(c->supervisord.logfile, '/'), "/supervisord.log") == 0 &&
	    c->supervisord.logfile[0] == '/', "logfile: %s", c->supervisord.logfile);
	ok(c->supervisord.childlogdir[0] == '/', "childlogdir: %s", c->supervisord.childlogdir);
	is_int(c->supd.log_ring, 4096, "log_ring");
	is_int(c->supd.stdout_format, STDOUT_RAW, "stdout_format");
	conf_free(c);
}

static void
test_numbers(void)
{
	static const struct {
		const char *text;
		int64_t want;
	} rows[] = {
		{ "0", 0 }, { "7", 7 }, { "+7", 7 }, { "007", 7 }, { "1_000", 1000 },
		{ " 5 ", 5 }, { "-3", 0 },	/* means the same as 0 */
		{ "99999999999999999999999999", 315360000 }, { "315360000", 315360000 },
		{ "\xc2\xa0" "5\xe3\x80\x80", 5 },	/* Unicode's blanks */
	};
	struct config *c;
	char keys[80];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct program *p;

		snprintf(keys, sizeof(keys), "startsecs=%s\n", rows[i].text);
		p = conf_file_program(keys, &c);
		is_int(p != NULL ? p->startsecs : -1, rows[i].want, rows[i].text);
		conf_free(c);
	}
}

static void
test_bytes(void)
{
	static const struct {
		const char *text;
		int64_t want;
	} rows[] = {
		{ "0", 0 }, { "1024", 1024 }, { "1KB", 1024 }, { "1kb", 1024 },
		{ "5 Mb", 5 << 20 }, { "+2gB", 2LL << 30 }, { "1_0KB", 10240 },
		{ "99999999999999999999GB", INT64_MAX }, { "9999999999999GB", INT64_MAX },
		{ "-1KB", 0 },
	};
	struct config *c;
	char keys[80];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct program *p;

		snprintf(keys, sizeof(keys), "stdout_logfile_maxbytes=%s\n", rows[i].text);
		p = conf_file_program(keys, &c);
		is_int(p != NULL ? p->out.maxbytes : -1, rows[i].want, rows[i].text);
		conf_free(c);
	}
}

static void
test_words(void)
{
	static const struct {
		const char *text;
		int64_t want;
	} booleans[] = {
		{ "true", 1 }, { "TRUE", 1 }, { "yes", 1 }, { "on", 1 }, { "1", 1 },
		{ "false", 0 }, { "No", 0 }, { "oFF", 0 }, { "0", 0 },
	}, signals[] = {
		{ "TERM", 15 }, { "SIGTERM", 15 }, { "sigterm", 15 }, { "15", 15 }, { " 9 ", 9 },
		{ "hup", 1 }, { "SIGUSR2", 12 }, { "CLD", 17 }, { "POLL", 29 }, { "0", 0 },
		{ "31", 31 }, { "34", 34 }, { "64", 64 }, { "RTMIN", 34 }, { "32", -1 },
		{ "33", -1 }, { "35", -1 }, { "65", -1 }, { "-1", -1 }, { "", -1 },
		{ "SIG", -1 }, { "TERMS", -1 }, { "SIG15", -1 },
	}, octals[] = {
		{ "022", 022 }, { "22", 022 }, { "0o22", 022 }, { "0O22", 022 }, { "0", 0 },
		{ "7_7", 077 },
	};
	struct config *c;
	char keys[80];

	for (size_t i = 0; i < sizeof(booleans) / sizeof(booleans[0]); i++) {
		const struct program *p;

		snprintf(keys, sizeof(keys), "autostart=%s\n", booleans[i].text);
		p = conf_file_program(keys, &c);
		is_int(p != NULL ? p->autostart : -1, booleans[i].want, booleans[i].text);
		conf_free(c);
	}
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		is_int(conf_signal(signals[i].text, NULL), signals[i].want, signals[i].text);
	for (size_t i = 0; i < sizeof(octals) / sizeof(octals[0]); i++) {
		const struct program *p;

		snprintf(keys, sizeof(keys), "umask=%s\n", octals[i].text);
		p = conf_file_program(keys, &c);
		is_int(p != NULL ? p->umask : -1, octals[i].want, octals[i].text);
		conf_free(c);
	}
	is_str(conf_signal_name(15), "SIGTERM", "name of 15");
	is_str(conf_signal_name(17), "SIGCHLD", "the first name of 17");
	ok(conf_signal_name(0) == NULL && conf_signal_name(99) == NULL, "no names");
}

static void
test_logfiles(void)
{
	static const struct {
		const char *keys;
		enum logfile_kind kind;
		const char *path;
	} rows[] = {
		{ "stdout_logfile=auto", LOGFILE_AUTO, NULL },
		{ "stdout_logfile=None", LOGFILE_NONE, NULL },
		{ "stdout_logfile=OFF", LOGFILE_NONE, NULL },
		{ "stdout_logfile=", LOGFILE_NONE, NULL },
		{ "stdout_logfile=syslog", LOGFILE_NONE, NULL },
		{ "stdout_logfile=/tmp/x", LOGFILE_FILE, "/tmp/x" },
		{ "stdout_logfile=plain.log", LOGFILE_FILE, "plain.log" },
		{ "stdout_logfile=~/x", LOGFILE_FILE, "/tmp/x" },
		{ "stdout_logfile=/tmp/%(program_name)s-%(process_num)02d", LOGFILE_FILE,
		  "/tmp/x-00" },
	};
	struct config *c;

	setenv("HOME", "/tmp/", 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct program *p = conf_file_program(rows[i].keys, &c);

		if (!ok(p != NULL, "%s", rows[i].keys))
			continue;
		is_int(p->out.kind, rows[i].kind, "kind");
		if (rows[i].path != NULL)
			is_str(p->out.logfile, rows[i].path, "path");
		else
			ok(p->out.logfile == NULL, "no path");
		is_int(p->out.syslog, strstr(rows[i].keys, "syslog") != NULL, "syslog");
		conf_free(c);
	}
}

static void
test_redirect(void)
{
	struct config *c;
	const struct program *p = conf_file_program(
	    "redirect_stderr=true\nstderr_logfile=/tmp/x\nstopasgroup=true\n", &c);

	if (!ok(p != NULL, "redirect_stderr"))
		return;
	ok(p->err.kind == LOGFILE_NONE && p->err.logfile == NULL, "no second log");
	ok(p->killasgroup, "killasgroup follows stopasgroup");
	is_int((int64_t)c->nnotes, 1, "a note");
	is_str(c->notes[0].text, "For [program:x], redirect_stderr=true but stderr_logfile has "
	    "also been set to a filename, the filename has been ignored", "supervisord's words");
	is_int(c->notes[0].level, LOG_WARN, "a warning");
	conf_free(c);
}

static void
test_user(void)
{
	struct config *c;
	const struct program *p = conf_file_program("user=0\n", &c);

	if (!ok(p != NULL, "user=0"))
		return;
	ok(p->user.set && p->user.uid == 0 && p->user.gid == 0, "root");
	ok(p->user.ngroups >= 1 && p->user.groups[0] == 0, "with the groups");
	is_str(p->user.name, "0", "as written");
	conf_free(c);
}

static void
test_servers(void)
{
	struct config *c = conf_file_load(
	    "[unix_http_server:b]\nfile=/tmp/../tmp/./s\nchown=0:0\n"
	    "[inet_http_server]\nport=*:80\nusername=u\npassword={SHA}x\n"
	    "[unix_http_server]\nfile=rel\nchmod=777\n"
	    "[inet_http_server2]\nport=LOCALHOST:81\n[inet_http_server3]\nport=82\n");

	if (!ok(c != NULL && c->nservers == 5, "five servers"))
		return;
	is_str(c->servers[0].section, "inet_http_server", "inet first");
	ok(c->servers[0].host[0] == '\0' && c->servers[0].port == 80, "*:80");
	is_str(c->servers[0].password, "{SHA}x", "password");
	ok(strcmp(c->servers[1].host, "localhost") == 0 && c->servers[1].port == 81,
	    "a host in lower case");
	ok(c->servers[2].host[0] == '\0' && c->servers[2].port == 82, "a port alone");
	is_str(c->servers[3].file, "/tmp/s", "a path is made plain");
	ok(c->servers[3].chown.uid == 0 && c->servers[3].chown.gid == 0, "chown");
	is_int(c->servers[3].chmod, 0700, "chmod by default");
	ok(c->servers[4].file[0] == '/' && c->servers[4].chown.uid == (uid_t)-1 &&
	    c->servers[4].chmod == 0777, "the second socket");
	conf_free(c);
}

int
main(void)
{
	test_defaults();
	test_numbers();
	test_bytes();
	test_words();
	test_logfiles();
	test_redirect();
	test_user();
	test_servers();
	conf_file_remove();
	return tap_done();
}
