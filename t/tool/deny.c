/*
 * deny ERRNO NAME[,NAME...] COMMAND [ARG...]: run it where the kernel refuses some system
 * calls, as a sandbox (EPERM) or an old kernel (ENOSYS) does.  A name may be
 *
 *	close_range	a system call
 *	clone=vm	clone with this flag
 *	prctl=subreaper	prctl with this first argument
 *
 * deny: without arguments, the names, one on a line.
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

enum test { ANY, FLAG, EQUAL };	/* of the first argument */

static const struct {
	const char *name;
	int	 nr;
	enum test test;
	unsigned value;
} calls[] = {
#define CALL(name) { #name, SYS_##name, ANY, 0 }
	CALL(accept4),
	{ "clone=vm", SYS_clone, FLAG, CLONE_VM },
	{ "clone=files", SYS_clone, FLAG, CLONE_FILES },
	CALL(clone3),
	CALL(close_range),
	CALL(copy_file_range),
	CALL(dup3),
	CALL(epoll_create1),
	CALL(epoll_pwait),
	CALL(epoll_pwait2),
	CALL(eventfd2),
	CALL(execveat),
	CALL(faccessat2),
	CALL(getcwd),
	CALL(getpgid),
	CALL(getrandom),
	CALL(getxattr),
	CALL(memfd_create),
	CALL(mremap),
	CALL(name_to_handle_at),
	CALL(openat2),
	CALL(pidfd_open),
	CALL(pidfd_send_signal),
	CALL(pipe2),
	{ "prctl=subreaper", SYS_prctl, EQUAL, PR_SET_CHILD_SUBREAPER },
	{ "prctl=name", SYS_prctl, EQUAL, PR_SET_NAME },
	CALL(prlimit64),
	CALL(setpgid),
	CALL(setrlimit),
	CALL(sigaltstack),
	CALL(signalfd4),
	CALL(splice),
	CALL(statfs),
	CALL(statx),
	CALL(timerfd_create),
	CALL(uname),
	CALL(waitid),
#ifdef SYS_chmod	/* the older calls, which newer machines do not have */
	CALL(chmod),
	CALL(link),
	CALL(vfork),
#endif
};

#define NCALLS (sizeof(calls) / sizeof(calls[0]))

static struct sock_filter code[4 + 5 * NCALLS];
static unsigned short len;

static void
add(unsigned op, unsigned k, unsigned jt, unsigned jf)
{
	code[len++] = (struct sock_filter){ (unsigned short)op, (unsigned char)jt,
		(unsigned char)jf, k };
}

static void
refuse(const char *name, unsigned no)
{
	for (size_t i = 0; i < NCALLS; i++) {
		if (strcmp(calls[i].name, name) != 0)
			continue;
		add(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
		if (calls[i].test == ANY) {
			add(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i].nr, 0, 1);
		} else {
			add(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i].nr, 0, 3);
			add(BPF_LD | BPF_W | BPF_ABS,	/* the low half; little endian */
			    offsetof(struct seccomp_data, args[0]), 0, 0);
			add(BPF_JMP | (calls[i].test == FLAG ? BPF_JSET : BPF_JEQ) | BPF_K,
			    calls[i].value, 0, 1);
		}
		add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | no, 0, 0);
		return;
	}
	fprintf(stderr, "deny: no name '%s'\n", name);
	exit(2);
}

int
main(int argc, char **argv)
{
	struct sock_fprog program = { .filter = code };
	unsigned no;

	if (argc == 1) {
		for (size_t i = 0; i < NCALLS; i++)
			puts(calls[i].name);
		return 0;
	}
	if (argc < 4)
		return 2;
	no = strcmp(argv[1], "EPERM") == 0 ? EPERM : ENOSYS;
	add(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	add(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	for (char *name = strtok(argv[2], ","); name != NULL; name = strtok(NULL, ","))
		refuse(name, no);
	add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	program.len = len;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0L, 0L) == -1) {
		perror("deny: seccomp");
		return 3;
	}
	execv(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
