/*
 * Errors that a person or a caller reads.  The code is an XML-RPC fault of
 * supervisord; the text says what is wrong and what would be right.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* Numbers and names are supervisord's: clients compare them. */
enum fault {
	FAULT_NONE = 0,
	FAULT_UNKNOWN_METHOD = 1,
	FAULT_INCORRECT_PARAMETERS = 2,
	FAULT_BAD_ARGUMENTS = 3,
	FAULT_SIGNATURE_UNSUPPORTED = 4,
	FAULT_SHUTDOWN_STATE = 6,
	FAULT_BAD_NAME = 10,
	FAULT_BAD_SIGNAL = 11,
	FAULT_NO_FILE = 20,
	FAULT_NOT_EXECUTABLE = 21,
	FAULT_FAILED = 30,
	FAULT_ABNORMAL_TERMINATION = 40,
	FAULT_SPAWN_ERROR = 50,
	FAULT_ALREADY_STARTED = 60,
	FAULT_NOT_RUNNING = 70,
	FAULT_SUCCESS = 80,
	FAULT_ALREADY_ADDED = 90,
	FAULT_STILL_RUNNING = 91,
	FAULT_CANT_REREAD = 92,
};

/* On the caller's stack: reporting cannot fail for lack of memory. */
struct err {
	enum fault code;
	char	msg[400];
};

/* "BAD_NAME"; "FAILED" for a number that is none. */
const char *fault_name(enum fault code);
/* Both return -1, so that a caller can `return err_set(...)`.  NULL e is fine. */
int	err_set(struct err *e, enum fault code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Put context in front: "CONTEXT: old text". */
int	err_add(struct err *e, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* "EACCES" for the errno values that processes and files meet, "errno 200" else. */
const char *errno_name(int no);

#endif
