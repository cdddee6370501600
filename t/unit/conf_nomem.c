/*
 * No memory: every allocation of a load fails once.  Each time there must be a
 * refusal that says so, or a complete result, and nothing may stay allocated.
 *
 * The allocator is replaced as a whole, so what libc allocates fails, too.
 */
#include "tap.h"

#if defined(__SANITIZE_ADDRESS__)

int
main(void)
{
	puts("1..0 # SKIP the sanitizer has an allocator of its own");
	return 0;
}

#else

#include <errno.h>
#include <stdlib.h>

#include "conf_file.h"

#define CLASSES	28		/* powers of two up to 128 MiB */

/* In front of each piece; free pieces of one size form a list. */
struct piece {
	size_t	 class;
	struct piece *next;
};

static _Alignas(16) char arena[256 << 20];	/* untouched pages cost nothing */
static size_t used;
static struct piece *unused[CLASSES];
static long live;		/* pieces in use */
static long left = -1;		/* good allocations before the bad one; -1: all are good */
static bool failed;

void *
malloc(size_t n)
{
	struct piece *p;
	size_t class = 5;

	if (left == 0) {
		failed = true;
		left = -1;
		errno = ENOMEM;
		return NULL;
	}
	if (left > 0)
		left--;
	while (class < CLASSES && ((size_t)1 << class) - sizeof(*p) < n)
		class++;
	if (class == CLASSES || (unused[class] == NULL && used + ((size_t)1 << class) > sizeof(arena))) {
		errno = ENOMEM;
		return NULL;
	}
	p = unused[class];
	if (p != NULL) {
		unused[class] = p->next;
	} else {
		p = (struct piece *)(void *)(arena + used);
		used += (size_t)1 << class;
	}
	p->class = class;
	live++;
	memset(p + 1, 0xa5, n);
	return p + 1;
}

void
free(void *data)
{
	struct piece *p = data;

	if (data == NULL)
		return;
	p--;
	memset(data, 0x5a, ((size_t)1 << p->class) - sizeof(*p));
	p->next = unused[p->class];
	unused[p->class] = p;
	live--;
}

void *
calloc(size_t n, size_t size)
{
	void *data = size > 0 && n > SIZE_MAX / size ? NULL : malloc(n * size);

	if (data != NULL)
		memset(data, 0, n * size);
	return data;
}

void *
realloc(void *data, size_t n)
{
	struct piece *p = data;
	size_t size;
	void *more;

	if (data == NULL)
		return malloc(n);
	size = ((size_t)1 << p[-1].class) - sizeof(*p);
	more = malloc(n);
	if (more != NULL) {
		memcpy(more, data, n < size ? n : size);
		free(data);
	}
	return more;
}

static const char text[] =
    "[supervisord]\nenvironment=A=\"1\",B='%(here)s'\nuser=0\nchildlogdir=~\n"
    "[include]\nfiles=/no/such/* /etc/hostname.does.not.exist\n"
    "[unix_http_server]\nfile=%(here)s/s\nchown=0:0\nusername=a\npassword=b\n"
    "[inet_http_server]\nport=*:90\n"
    "[store]\n[gateway:n]\ntags=a,b\n[plan:n/p]\ndescription=%(here)s\n"
    "[node:n]\nkind=process\nports=1-9\nversions=1,2\nconf_template=/no/such,%(here)s\n"
    "[node:e]\ncommand=/bin/true\nconfig=c\ntoken=t\n"
    "[rpcinterface:supervisor]\n"
    "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n"
    "[program: a ]\ncommand=/bin/cat %(ENV_A)s \"%(program_name)5s\" %(process_num)03d\n"
    "numprocs=3\nprocess_name=%(process_num)d\nuser=0\nenvironment=X=\"1\",Y=2\n"
    "exitcodes=0,2\ndirectory=/tmp\nstdout_logfile=/tmp/%(process_num)d\n"
    "stdout_logfile_maxbytes=5MB\nredirect_stderr=true\nstderr_logfile=/tmp/x\n"
    "serverurl=http://x\nstartretries=-1\n"
    "env_file=-/no/such/file,-/no/such/other\nuser_env=true\nsecret.A=/no/secret\n"
    "secret.B=file:/no/secret\nlimit_nofile=1:2\ncpu_affinity=0,1\ncapabilities=kill,chown\n"
    "ionice=idle\nschedule=0 3 * * *\nschedule_zone=UTC\n"
    "[program:a_name_that_is_longer_than_what_inih_has_room_for]\ncommand=x\n"
    "stdout_logfile=syslog\npriority=5\n"
    "[program:d1]\ncommand=x\nprocess_name=n\n[program:d2]\ncommand=x\nprocess_name=n\n"
    "[group:g]\nprograms=d1,d2\n[group:a_name_that_is_longer_than_what_inih_has_room_for]\n"
    "[eventlistener:l]\ncommand=x\nevents=TICK_5,process_state\n"
    "[fcgi-program:f]\ncommand=x\nsocket=unix:///tmp/x\nsocket_owner=0\n"
    "[template:t]\ncommand=x %(port)05d %(name)s %(dir)s\nvar.dir=/x/%(name)s\n"
    "[instance:t:one]\nport=7\nword=a b\n[instance:t:two]\nport=8\ndir=/y\n[scale:s]\nprocesses=2\n"
    "[service:s]\nhome=/tmp\nprocess.a=x; y\nprocess.b=x $Y\nport.w=http\nport.q=udp:99\n"
    "env.K=v\nfree.key=1\npostinstall=z\nuser=0\nenvironment=A=b\n"
    "[ports:s]\nw.0=34001\nw.7=34002\n[service:r]\nhome=/tmp\nprocess=x\nbalance=round-robin\nport.h=http\n"
    "[supervisorctl]\nserverurl=unix:///tmp/../s\n[unknown]\na=b\n";

/* Each returns false for a refusal, with its message in e. */
static bool
load(const char *path, struct err *e)
{
	struct config *c = conf_load(path, NULL, e);

	conf_free(c);
	return c != NULL;
}

static bool
check(const char *path, struct err *e)
{
	struct buf out = { 0 };
	int errors = conf_check(path, NULL, &out);

	snprintf(e->msg, sizeof(e->msg), "out of memory");	/* what it prints may be cut */
	buf_release(&out);
	return errors == 0;
}

static bool
show(const char *path, struct err *e)
{
	struct buf out = { 0 };
	int rc = conf_show(path, NULL, NULL, &out, e);

	buf_release(&out);
	return rc == 0;
}

static bool
client(const char *path, struct err *e)
{
	struct config *c = conf_load_ctl(path, e);

	conf_free(c);
	return c != NULL;
}

static void
test_each(const char *name, bool (*fn)(const char *path, struct err *e), const char *path)
{
	struct err e = { 0 };
	long before, n, wrong = 0, leaks = 0;

	fn(path, &e);			/* what libc keeps for ever */
	ok(fn(path, &e), "%s: %s", name, e.msg);
	for (n = 0; n < 100000; n++) {
		before = live;
		failed = false;
		left = n;
		if (!fn(path, &e) && strstr(e.msg, "out of memory") == NULL) {
			printf("# %s, allocation %ld: %s\n", name, n, e.msg);
			wrong++;
		}
		left = -1;
		leaks += live - before;
		if (!failed)
			break;
	}
	ok(n > 100 && n < 100000, "%s: %ld allocations failed", name, n);
	is_int(wrong, 0, "refusals that do not say so");
	is_int(leaks, 0, "pieces left");
}

int
main(void)
{
	const char *path = conf_file_write(text, strlen(text));

	test_each("load", load, path);
	test_each("check", check, path);
	test_each("show", show, path);
	test_each("client", client, path);
	conf_file_remove();
	return tap_done();
}

#endif
