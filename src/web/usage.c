/*
 * What a process uses now.  One small file is read per process; who may not see other
 * users' processes (hidepid) does without.
 */
#include "web/usage.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

/*
 * proc(5), /proc/PID/stat: fields are counted from 1; the second is a name in brackets
 * that may hold anything, so counting begins behind the last bracket, with the third.
 */
#define FIRST	3
#define UTIME	14
#define CSTIME	17
#define RSS	24

static bool
parse(const char *stat, struct usage *u)
{
	const char *at = strrchr(stat, ')');
	long long n, ticks = 0;

	if (at == NULL)
		return false;
	at++;
	for (int field = FIRST; field <= RSS; field++) {
		at += strspn(at, " ");
		if (sscanf(at, "%lld", &n) != 1 && field >= UTIME)
			return false;
		if (field >= UTIME && field <= CSTIME)
			ticks += n;
		if (field == RSS)
			u->memory_bytes = n * sysconf(_SC_PAGESIZE);
		at += strcspn(at, " ");
	}
	u->cpu_seconds = (double)ticks / (double)sysconf(_SC_CLK_TCK);
	return true;
}

bool
usage_of(pid_t pid, struct usage *u)
{
	char path[40], text[1024];
	ssize_t n;
	int fd;

	if (pid <= 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	fd_close(&fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return parse(text, u);
}
