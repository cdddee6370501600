/*
 * Error texts, fault names and errno names.  Nothing here allocates.
 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
	enum fault code;
	const char *name;
} faults[] = {
	{ FAULT_UNKNOWN_METHOD, "UNKNOWN_METHOD" },
	{ FAULT_INCORRECT_PARAMETERS, "INCORRECT_PARAMETERS" },
	{ FAULT_BAD_ARGUMENTS, "BAD_ARGUMENTS" },
	{ FAULT_SIGNATURE_UNSUPPORTED, "SIGNATURE_UNSUPPORTED" },
	{ FAULT_SHUTDOWN_STATE, "SHUTDOWN_STATE" },
	{ FAULT_BAD_NAME, "BAD_NAME" },
	{ FAULT_BAD_SIGNAL, "BAD_SIGNAL" },
	{ FAULT_NO_FILE, "NO_FILE" },
	{ FAULT_NOT_EXECUTABLE, "NOT_EXECUTABLE" },
	{ FAULT_FAILED, "FAILED" },
	{ FAULT_ABNORMAL_TERMINATION, "ABNORMAL_TERMINATION" },
	{ FAULT_SPAWN_ERROR, "SPAWN_ERROR" },
	{ FAULT_ALREADY_STARTED, "ALREADY_STARTED" },
	{ FAULT_NOT_RUNNING, "NOT_RUNNING" },
	{ FAULT_SUCCESS, "SUCCESS" },
	{ FAULT_ALREADY_ADDED, "ALREADY_ADDED" },
	{ FAULT_STILL_RUNNING, "STILL_RUNNING" },
	{ FAULT_CANT_REREAD, "CANT_REREAD" },
};

const char *
fault_name(enum fault code)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (faults[i].code == code)
			return faults[i].name;
	return "FAILED";
}

int
err_set(struct err *e, enum fault code, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return -1;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	return -1;
}

int
err_add(struct err *e, const char *fmt, ...)
{
	char old[sizeof(e->msg)];
	va_list ap;
	int n;

	if (e == NULL)
		return -1;
	memcpy(old, e->msg, sizeof(old));
	va_start(ap, fmt);
	n = vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(e->msg))
		snprintf(e->msg + n, sizeof(e->msg) - (size_t)n, ": %s", old);
	return -1;
}

const char *
errno_name(int no)
{
	static char other[24];	/* single thread; overwritten by the next call */

#define NAME(x) case x: return #x
	switch (no) {
	NAME(E2BIG);	NAME(EACCES);	NAME(EADDRINUSE); NAME(EAGAIN);
	NAME(EBADF);	NAME(EBUSY);	NAME(ECHILD);	NAME(ECONNREFUSED);
	NAME(ECONNRESET); NAME(EDQUOT);	NAME(EEXIST);	NAME(EFAULT);
	NAME(EFBIG);	NAME(EINTR);	NAME(EINVAL);	NAME(EIO);
	NAME(EISDIR);	NAME(ELOOP);	NAME(EMFILE);	NAME(EMLINK);
	NAME(ENAMETOOLONG); NAME(ENFILE); NAME(ENODEV);	NAME(ENOENT);
	NAME(ENOEXEC);	NAME(ENOMEM);	NAME(ENOSPC);	NAME(ENOSYS);
	NAME(ENOTDIR);	NAME(ENOTEMPTY); NAME(ENOTSUP); NAME(ENOTTY);
	NAME(ENXIO);	NAME(EPERM);	NAME(EPIPE);	NAME(ERANGE);
	NAME(EROFS);	NAME(ESPIPE);	NAME(ESRCH);	NAME(ETIMEDOUT);
	NAME(ETXTBSY);	NAME(EXDEV);
	}
#undef NAME
	snprintf(other, sizeof(other), "errno %d", no);
	return other;
}
