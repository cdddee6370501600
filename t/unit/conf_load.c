/*
 * Trees: groups, order, includes of the command line, sizes, and what an update
 * would have to do.
 */
#include <time.h>

#include "conf_file.h"

/* The names of all processes, group by group: "g:a g:b c:c". */
static void
list(const struct config *c, struct buf *out)
{
	for (size_t i = 0; c != NULL && i < c->ngroups; i++) {
		const struct group *g = c->groups[i];

		if (g->nprograms == 0)
			buf_addf(out, "%s%s:", out->len > 0 ? " " : "", g->name);
		for (size_t j = 0; j < g->nprograms; j++)
			buf_addf(out, "%s%s:%s", out->len > 0 ? " " : "", g->name,
			    g->programs[j]->name);
	}
}

static void
test_groups(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "" },
		{ "[program:b]\ncommand=x\n[program:a]\ncommand=x\n", "a:a b:b" },
		{ "[program:b]\ncommand=x\n[program:a]\ncommand=x\npriority=1000\n", "b:b a:a" },
		{ "[program:b]\ncommand=x\npriority=-5\n[program:a]\ncommand=x\n", "b:b a:a" },
		{ "[group:g]\nprograms=b,a\n[program:a]\ncommand=x\n[program:b]\ncommand=x\n",
		  "g:b g:a" },
		{ "[group:g]\n[group:f]\npriority=2\n", "f: g:" },
		{ "[group:g]\nprograms=a\n[group:h]\nprograms=a\n[program:a]\ncommand=x\n",
		  "g:a h:a" },
		{ "[program:a]\ncommand=x\nnumprocs=3\nnumprocs_start=9\n"
		  "process_name=%(group_name)s%(process_num)d\n", "a:a10 a:a11 a:a9" },
		{ "[program:a]\ncommand=x\nnumprocs=0\n", "a:" },
		{ "[program:a]\ncommand=x\nnumprocs=-1\n", "a:" },
		{ "[program: a ]\ncommand=x\n", "a:a" },
		{ "[program:é]\ncommand=x\nprocess_name= y \n", "é:y" },
		/* one program and a group of the same name: the first by priority stays */
		{ "[program:a]\ncommand=x\n[program:b]\ncommand=x\n[group:a]\nprograms=b\n"
		  "priority=1\n", "a:b" },
		/* the last of processes with the same name */
		{ "[program:a]\ncommand=x\nprocess_name=n\n[program:b]\ncommand=y\n"
		  "process_name=n\n[group:g]\nprograms=a,b\n", "g:n" },
		{ "[eventlistener:l]\ncommand=x\nevents=TICK_5\n[fcgi-program:f]\ncommand=x\n"
		  "socket=unix:///tmp/x\n[group:g]\nprograms=f\n", "l:l g:f" },
		{ "[eventlistener:l]\ncommand=x\nevents=TICK_5\nnumprocs=2\nprocess_name="
		  "%(process_num)d\n[program:a]\ncommand=y\n", "l:0 l:1 a:a" },
		{ "[DEFAULT]\nCommand=x\n[program:a]\n", "a:a" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config *c = conf_file_load(rows[i].text);
		struct buf got = { 0 };

		list(c, &got);
		is_str(c != NULL ? buf_text(&got) : "refused", rows[i].want, "groups");
		buf_release(&got);
		conf_free(c);
	}
}

static void
test_find_take(void)
{
	struct config *c = conf_file_load("[program:b]\ncommand=x\npriority=1\n"
	    "[program:a]\ncommand=y\n[program:c]\ncommand=z\n");
	struct group *g = conf_find_group(c, "b");
	struct program *p;

	ok(g != NULL && strcmp(g->name, "b") == 0, "a group by name");
	ok(conf_find_group(c, "bb") == NULL && conf_find_group(c, "") == NULL, "no such group");
	p = conf_take_program(g, 0);
	ok(p != NULL && g->programs[0] == NULL, "taken");
	ok(conf_take_program(g, 0) == NULL && conf_take_program(g, 1) == NULL, "only once");
	conf_free(c);
	is_str(p->command, "x", "it outlives the tree");
	program_free(p);
	conf_free(NULL);
	program_free(NULL);
}

/* Arguments beat the file and are looked at by each load. */
static void
test_arguments(void)
{
	char *argv[] = { (char *)(uintptr_t)"supd", (char *)(uintptr_t)"-edebug",
	    (char *)(uintptr_t)"-l", (char *)(uintptr_t)"/tmp/arg.log",
	    (char *)(uintptr_t)"--umask=77", (char *)(uintptr_t)"-nk",
	    (char *)(uintptr_t)"--minf", (char *)(uintptr_t)"77", NULL };
	static const char text[] = "[supervisord]\nloglevel=info\nlogfile=/tmp/file.log\n"
	    "umask=022\nnodaemon=false\nidentifier=file\n";
	struct conf_args a;
	struct err e = { 0 };
	struct config *c;

	is_int(conf_args_parse(&a, 8, argv, &e), 0, "arguments");
	c = conf_load(conf_file_write(text, strlen(text)), &a, &e);
	if (!ok(c != NULL, "loaded with arguments"))
		return;
	is_int(c->supervisord.loglevel, LOG_DEBG, "loglevel");
	is_str(c->supervisord.logfile, "/tmp/arg.log", "logfile");
	is_int(c->supervisord.umask, 077, "umask");
	ok(c->supervisord.nodaemon && c->supervisord.nocleanup, "flags");
	is_int(c->supervisord.minfds, 77, "minfds");
	is_str(c->supervisord.identifier, "file", "the rest is the file's");
	conf_free(c);
}

/* What changed, how strong it is, and which key says so. */
static void
test_diff(void)
{
	static const struct {
		const char *a, *b;
		enum conf_apply apply;
		const char *key, *from, *to;
		bool equal;		/* to supervisord */
	} rows[] = {
		{ "", "", APPLY_NOTHING, NULL, NULL, NULL, true },
		{ "startsecs=1", "", APPLY_NOTHING, NULL, NULL, NULL, true },
		{ "", "startsecs=2", APPLY_LIVE, "startsecs", "1", "2", false },
		{ "", "stdout_logfile_maxbytes=1KB", APPLY_LOG, "stdout_logfile_maxbytes", "50MB",
		  "1KB", false },
		{ "", "startsecs=2\ncommand=y", APPLY_RESTART, "command", "/bin/true", "y",
		  false },
		{ "environment=A=1,B=2", "environment=B=2,A=\"1\"", APPLY_NOTHING, NULL, NULL,
		  NULL, true },
		{ "environment=A=1", "environment=A=2", APPLY_RESTART, "environment", "A=\"1\"",
		  "A=\"2\"", false },
		{ "stdout_logfile=/tmp/a", "", APPLY_LOG, "stdout_logfile", "/tmp/a", "AUTO",
		  true },
		{ "stdout_logfile=/tmp/a", "stdout_logfile=/tmp/b", APPLY_LOG, "stdout_logfile",
		  "/tmp/a", "/tmp/b", false },
		{ "stdout_logfile=NONE", "stdout_logfile=OFF", APPLY_NOTHING, NULL, NULL, NULL,
		  true },
		{ "user=0", "user=root", APPLY_NOTHING, NULL, NULL, NULL, true },
		{ "exitcodes=0,2", "exitcodes=0", APPLY_LIVE, "exitcodes", "0,2", "0", false },
		{ "stopsignal=15", "stopsignal=sigterm", APPLY_NOTHING, NULL, NULL, NULL, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config *c, *d;
		const struct program *p = conf_file_program(rows[i].a, &c);
		const struct program *q = conf_file_program(rows[i].b, &d);
		struct conf_change why;

		if (!ok(p != NULL && q != NULL, "'%s' and '%s'", rows[i].a, rows[i].b))
			continue;
		is_int(conf_diff(p, q, &why), rows[i].apply, "class");
		if (rows[i].key == NULL) {
			ok(why.key == NULL, "no key");
		} else {
			is_str(why.key, rows[i].key, "key");
			is_str(why.from, rows[i].from, "from");
			is_str(why.to, rows[i].to, "to");
		}
		is_int(conf_group_equal(c->groups[0], d->groups[0]), rows[i].equal,
		    "as supervisord compares");
		conf_change_release(&why);
		conf_free(c);
		conf_free(d);
	}
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Size must cost no more than its share; the limit is 20 times what it takes. */
static void
test_sizes(void)
{
	struct buf text = { 0 };
	struct config *c;
	int64_t start = now_ms();

	for (int i = 0; i < 10000; i++)
		buf_addf(&text, "[program:p%d]\ncommand=/bin/prog %d\nuser=0\n", i, i);
	buf_adds(&text, "[group:all]\nprograms=p0");
	for (int i = 1; i < 5000; i++)
		buf_addf(&text, ",p%d", i);
	c = conf_file_load(buf_text(&text));
	is_int(c != NULL ? (int64_t)c->ngroups : -1, 5001, "ten thousand programs");
	conf_free(c);
	buf_clear(&text);

	buf_adds(&text, "[program:big]\ncommand=/bin/prog ");
	for (int i = 0; i < 1 << 20; i++)
		buf_addc(&text, (char)('a' + i % 26));
	c = conf_file_load(buf_text(&text));
	is_int(c != NULL ? (int64_t)strlen(c->groups[0]->programs[0]->command) : -1,
	    (1 << 20) + 10, "a value of 1 MiB");
	conf_free(c);
	buf_clear(&text);

	buf_adds(&text, "[program:x]\ncommand=y\n");
	for (int i = 0; i < 50000; i++)
		buf_addf(&text, "key%d=%d\n", i, i);
	for (int i = 0; i < 50000; i++)
		buf_addf(&text, "[unknown%d]\n", i);
	buf_adds(&text, "[program:y]\ncommand=z\n");
	for (int i = 0; i < 50000; i++)
		buf_adds(&text, "  more\n");
	c = conf_file_load(buf_text(&text));
	is_int(c != NULL ? (int64_t)c->ngroups : -1, 2, "keys, sections and lines nobody reads");
	conf_free(c);
	buf_release(&text);
	ok(now_ms() - start < 10000, "in %lld ms", (long long)(now_ms() - start));
}

static void
test_many_processes(void)
{
	struct config *c;
	const struct program *p = conf_file_program(
	    "numprocs=3000\nprocess_name=%(process_num)05d\nuser=root\n", &c);

	if (!ok(p != NULL && c->groups[0]->nprograms == 3000, "numprocs=3000"))
		return;
	is_str(c->groups[0]->programs[2999]->name, "02999", "the last");
	is_int(c->groups[0]->programs[2999]->process_num, 2999, "its number");
	conf_free(c);
}

/* Programs are passed over, but not what follows them, nor their errors. */
static void
test_client_skips(void)
{
	static const char fine[] = "[program:a]\ncommand=x\n  [supervisorctl]\n\n  serverurl=no\n"
	    "serverurl=http://no\n[supervisorctl]\nserverurl=http://a\n[group:g]\nusername=no\n"
	    "[supervisorctl]\npassword=p\n";
	static const char bad[] = "[supervisorctl]\nserverurl=http://a\n[program:a]\nnonsense\n";
	struct err e = { 0 };
	struct config *c = conf_load_ctl(conf_file_write(fine, strlen(fine)), &e);

	if (ok(c != NULL, "programs between what the client reads")) {
		is_str(c->ctl.serverurl, "http://a", "serverurl behind a program");
		is_str(c->ctl.password, "p", "password behind a group");
		ok(c->ctl.username == NULL, "keys of others are not ours");
		conf_free(c);
	}
	ok(conf_load_ctl(conf_file_write(bad, strlen(bad)), &e) == NULL, "a line without a key");
	ok(strstr(e.msg, "[line  4]: 'nonsense\\n'") != NULL, "is told as by supervisorctl");
}

/* What supctl reads. */
static void
test_client(void)
{
	static const char text[] = "[supervisorctl]\nserverurl=unix:///tmp/../tmp/s\nusername=u\n"
	    "password=%(ENV_PW)s\n[unix_http_server]\nfile=/tmp/s\n[program:broken]\n";
	struct err e = { 0 };
	struct config *c = conf_load_ctl(NULL, &e);

	ok(c != NULL, "no file");
	ok(c->ctl.serverurl == NULL, "the client finds the server");
	is_str(c->ctl.prompt, "supervisor", "default prompt");
	ok(c->ctl.username == NULL && c->ctl.history_file == NULL, "nothing else");
	conf_free(c);
	setenv("PW", "secret", 1);
	c = conf_load_ctl(conf_file_write(text, strlen(text)), &e);
	if (!ok(c != NULL, "programs and [supervisord] do not matter"))
		return;
	is_str(c->ctl.serverurl, "unix:///tmp/s", "serverurl made plain");
	is_str(c->ctl.password, "secret", "password");
	is_int((int64_t)c->nservers, 1, "the servers, too");
	conf_free(c);
	test_client_skips();
	ok(conf_load_ctl("/no/such", &e) == NULL, "no such file");
	is_str(e.msg, "could not find config file /no/such", "and why");
}

int
main(void)
{
	test_groups();
	test_find_take();
	test_arguments();
	test_diff();
	test_sizes();
	test_many_processes();
	test_client();
	conf_file_remove();
	return tap_done();
}
