/*
 * The init of a machine is PID 1 of the first PID namespace.  In a container none
 * of this may happen, not even as PID 1 with every privilege, so the kernel is
 * asked first, in a way that needs no /proc: it lets nobody else switch
 * Ctrl-Alt-Del.
 *
 * Like setup.c this runs before the loop and after it, blocks, and calls the
 * kernel directly.
 */
#include "core/machine.h"

#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define POLITE_MS	2000	/* for what no program has to answer for, after SIGTERM */
#define FORCE_MS	2000	/* and after SIGKILL */
#define STEP_MS		10
#define MOUNTS_MOST	256	/* looked at in the end */

static bool ours;

bool
machine_is_ours(void)
{
	return ours;
}

/* ---- mounts ---- */

static const struct {
	const char *dir, *type, *data;
	unsigned long flags;
} mounts[] = {
	{ "/proc", "proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC },
	{ "/sys", "sysfs", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC },
	{ "/dev", "devtmpfs", "mode=0755", MS_NOSUID },
	{ "/dev/pts", "devpts", "mode=0620,gid=5,ptmxmode=0666", MS_NOSUID | MS_NOEXEC },
	{ "/dev/shm", "tmpfs", "mode=1777", MS_NOSUID | MS_NODEV },
	{ "/run", "tmpfs", "mode=0755", MS_NOSUID | MS_NODEV },
	{ "/sys/fs/cgroup", "cgroup2", "nsdelegate", MS_NOSUID | MS_NODEV | MS_NOEXEC },
};

/* A file system of its own, or not a directory: then there is nothing to do. */
static bool
is_mounted(const char *dir)
{
	struct stat st, above;
	char parent[64];

	snprintf(parent, sizeof(parent), "%s/..", dir);
	return stat(dir, &st) == 0 && stat(parent, &above) == 0 &&
	    st.st_dev != above.st_dev;
}

static void
mount_missing(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		if (is_mounted(mounts[i].dir))
			continue;
		mkdir(mounts[i].dir, 0755);
		if (mount(mounts[i].type, mounts[i].dir, mounts[i].type, mounts[i].flags,
		    mounts[i].data) == -1)
			fprintf(stderr, "supd: cannot mount %s on %s: %s\n",
			    mounts[i].type, mounts[i].dir, strerror(errno));
	}
}

/* The kernel opens it for us only where /dev had it before we came. */
static void
open_console(void)
{
	int fd;

	do
		fd = open("/dev/console", O_RDWR | O_NOCTTY);
	while (fd >= 0 && fd < STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

void
machine_init(void)
{
	/* EINVAL in another PID namespace, EPERM without the privilege */
	if (getpid() != 1 || reboot(RB_DISABLE_CAD) == -1)
		return;
	ours = true;
	mount_missing();
	open_console();
}

int
machine_drop_words(int argc, char **argv)
{
	int first = 1;

	while (first < argc && argv[first][0] != '-')
		first++;
	memmove(argv + 1, argv + first, (size_t)(argc - first + 1) * sizeof(*argv));
	return argc - first + 1;
}

/* ---- the end ---- */

/* Every process of the machine is our descendant: no child means no process. */
static bool
all_gone(int ms)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000L };
	pid_t pid;

	for (; ms > 0; ms -= STEP_MS) {
		do
			pid = waitpid(-1, NULL, WNOHANG);
		while (pid > 0);
		if (pid == -1)
			return true;
		nanosleep(&step, NULL);
	}
	return false;
}

static bool
holds_no_files(const struct mntent *m)
{
	static const char *const types[] = {
		"proc", "sysfs", "devtmpfs", "devpts", "cgroup2", "rootfs",
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(m->mnt_type, types[i]) == 0)
			return true;
	return false;
}

static void
unmount_all(void)
{
	char *dirs[MOUNTS_MOST];
	FILE *f = setmntent("/proc/self/mounts", "re");
	struct mntent *m;
	size_t n = 0;

	if (f == NULL)
		return;
	while (n < MOUNTS_MOST && (m = getmntent(f)) != NULL)
		if (!holds_no_files(m) && (dirs[n] = strdup(m->mnt_dir)) != NULL)
			n++;
	endmntent(f);
	while (n-- > 0) {	/* the last mounted first */
		if (umount2(dirs[n], 0) == -1)
			mount(NULL, dirs[n], NULL, MS_REMOUNT | MS_RDONLY, NULL);
		free(dirs[n]);
	}
}

_Noreturn void
machine_end(bool reboots)
{
	kill(-1, SIGTERM);
	if (!all_gone(POLITE_MS)) {
		kill(-1, SIGKILL);
		all_gone(FORCE_MS);
	}
	sync();
	if (chdir("/") == 0)
		unmount_all();
	reboot(reboots ? RB_AUTOBOOT : RB_POWER_OFF);
	fprintf(stderr, "supd: the kernel does not %s: %s\n",
	    reboots ? "restart" : "switch off", strerror(errno));
	for (;;)
		pause();
}
