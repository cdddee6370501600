/*
 * Taking a path, giving it back, and accepting when descriptors are short.
 */
#include "ctl_fake.h"

#include <sys/stat.h>
#include <sys/un.h>

#include "ctl/listen.h"
#include "wire/endpoint.h"

static char dir[64], path[100];
static struct conf_server server;
static int no_accept, no_link, chowned;

static int
short_accept(int fd)
{
	if (no_accept > 0) {
		no_accept--;
		errno = EMFILE;
		return -1;
	}
	return sys_kernel.accept(fd);
}

static int
short_link(const char *from, const char *to)
{
	if (no_link) {
		errno = EPERM;
		return -1;
	}
	return sys_kernel.link(from, to);
}

static int
short_chown(const char *file, uid_t uid, gid_t gid)
{
	(void)file;
	chowned = (int)uid * 1000 + (int)gid;
	if (uid == 7) {
		errno = EPERM;
		return -1;
	}
	return 0;
}

static int
dial(const char *at)
{
	struct sockaddr_un a;
	socklen_t len;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (endpoint_address(at, &a, &len, NULL) == -1 ||
	    connect(fd, (struct sockaddr *)&a, len) == -1)
		fd_close(&fd);
	return fd;
}

static bool
answers_at(const char *at)
{
	struct peer p = { .fd = dial(at) };
	bool yes = p.fd != -1 && strstr(ask(&p, CALL("GetState", "{}")), "pid") != NULL;

	peer_free(&p);
	return yes;
}

static void
test_path(void)
{
	struct err e = { 0 };
	struct stat st;
	char temp[128], dead[128];
	int fd;

	is_int(listen_open(&fake_config, &e), 0, "a path is taken");
	ok(answers_at(path), "and served");
	ok(stat(path, &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == 0751,
	    "with its mode");
	is_int(chowned, 3004, "and owner");
	snprintf(temp, sizeof(temp), "%s.4711", path);
	ok(stat(temp, &st) == -1, "the temporary name is gone");
	snprintf(dead, sizeof(dead), "%s/other", dir);
	rename(path, dead);
	listen_close();
	ok(stat(dead, &st) == 0, "what is not ours any more is left alone");
	rename(dead, path);
	is_int(listen_open(&fake_config, &e), 0, "a dead socket is pushed away");
	ok(answers_at(path), "and served");
	listen_close();
	ok(stat(path, &st) == -1, "at the end the path is removed");
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	fd_close(&fd);
	is_int(listen_open(&fake_config, &e), 0, "so is any other file");
	listen_close();
	no_link = 1;
	is_int(listen_open(&fake_config, &e), 0, "a file system without links");
	ok(answers_at(path), "and served");
	listen_close();
	no_link = 0;
	mkdir(temp, 0700);
	is_int(listen_open(&fake_config, &e), -1, "the temporary name is not to be had");
	ok(strstr(e.msg, "errno.EADDRINUSE") != NULL, "says why: %s", e.msg);
	rmdir(temp);
}

static void
test_refused(void)
{
	struct err e = { 0 };
	char longest[200];
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un a;
	socklen_t len;

	endpoint_address(path, &a, &len, NULL);
	if (bind(fd, (struct sockaddr *)&a, len) == -1 || listen(fd, 1) == -1)
		return;
	is_int(listen_open(&fake_config, &e), -1, "a living server is not pushed away");
	ok(strncmp(e.msg, "Another program is already listening", 36) == 0, "in "
	    "supervisord's words");
	ok(stat(path, &st) == 0, "its path stays");
	fd_close(&fd);
	unlink(path);
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, dir, strlen(dir));
	longest[strlen(dir)] = '/';
	longest[107] = '\0';
	server.file = longest;
	is_int(listen_open(&fake_config, &e), 0, "a path of 107 characters");
	ok(answers_at(longest), "is served");
	listen_close();
	longest[107] = 'x';
	longest[108] = '\0';
	is_int(listen_open(&fake_config, &e), -1, "one of 108 is not");
	ok(strstr(e.msg, "longer than the 107 characters") != NULL, "says so");
	server.file = path;
	server.chown.uid = 7;
	is_int(listen_open(&fake_config, &e), -1, "an owner that may not be given");
	ok(strncmp(e.msg, "Not permitted to chown", 22) == 0, "in supervisord's words");
	ok(stat(path, &st) == -1, "leaves nothing behind");
	server.chown.uid = 3;
	server.file = (char *)(uintptr_t)"/nonexistent/x";
	is_int(listen_open(&fake_config, &e), -1, "a folder that is not there");
	ok(strstr(e.msg, "errno.ENOENT (2)") != NULL, "says so");
	server.file = path;
}

static void
test_abstract(void)
{
	struct err e = { 0 };
	char name[64];

	snprintf(name, sizeof(name), "@supd-test-%d", (int)getpid());
	server.file = name;
	is_int(listen_open(&fake_config, &e), 0, "an abstract name");
	ok(answers_at(name), "is served");
	fake_owner = false;
	ok(!answers_at(name), "but not to other users");
	fake_owner = true;
	listen_close();
	server.file = path;
}

static void
test_short(void)
{
	struct err e = { 0 };
	static int fd[1100];
	int n = 0, open_now = 0;

	is_int(listen_open(&fake_config, &e), 0, "short of descriptors");
	no_accept = 3;
	for (int i = 0; i < 3; i++)
		fd[i] = dial(path);
	spin();
	is_int(no_accept, 2, "accept is not tried again at once");
	pass_ms(1100);
	is_int(no_accept, 1, "but after a second");
	pass_ms(2200);
	is_int((int64_t)clients_count(), 3, "in the end all get in");
	for (int i = 0; i < 3; i++)
		fd_close(&fd[i]);
	spin();

	for (n = 0; n < 1100; n++) {
		fd[n] = dial(path);
		if (fd[n] == -1)
			break;
		spin();
	}
	ok(clients_full() && clients_count() < (size_t)n, "as many as there is room for");
	ok(!answers_at(path), "another one waits");
	pass_ms(4000);
	ok(clients_full(), "for a while");
	pass_ms(3000);
	for (int i = 0; i < n; i++) {
		char c;

		open_now += recv(fd[i], &c, 1, 0) == -1 && errno == EAGAIN;
	}
	ok(open_now < n - 64 && open_now > n / 2, "silent ones make room sooner then (%d of "
	    "%d are left)", open_now, n);
	ok(answers_at(path), "and the next is served");
	for (int i = 0; i < n; i++)
		fd_close(&fd[i]);
	spin();
	is_int((int64_t)clients_count(), 0, "no client is left");
	listen_close();
	is_int((int64_t)fake_ntimers, 0, "nor a timer");
}

int
main(void)
{
	fake_open();
	fake_sys.accept = short_accept;
	fake_sys.link = short_link;
	fake_sys.chown = short_chown;
	snprintf(dir, sizeof(dir), "/tmp/supd-unit.XXXXXX");
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/sock", dir);
	server = (struct conf_server){ .is_unix = true, .file = path, .chmod = 0751,
		.chown = { 3, 4 }, .section = (char *)(uintptr_t)"unix_http_server" };
	fake_config.servers = &server;
	fake_config.nservers = 1;
	if (freopen("/dev/null", "w", stderr) == NULL)
		return 1;
	test_path();
	test_refused();
	test_abstract();
	test_short();
	fake_close();
	rmdir(dir);
	return tap_done();
}
