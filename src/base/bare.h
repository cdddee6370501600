/*
 * System calls as they are, for a child that shares our memory: libc's would write our
 * errno.  A failure is a negative errno.
 */
#ifndef BASE_BARE_H
#define BASE_BARE_H

#include <sys/syscall.h>
#include <errno.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#endif

/* The sanitizers keep books about our stack that a second user would spoil. */
#if defined(__x86_64__) && !defined(SANITIZED)
#define SHARE_MEMORY 1

static inline long
bare(long n, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long ret;

	__asm__ volatile("syscall" : "=a"(ret)
	    : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
	    : "rcx", "r11", "memory");
	return ret;
}
#elif defined(__aarch64__) && !defined(SANITIZED)
#define SHARE_MEMORY 1

static inline long
bare(long n, long a, long b, long c, long d, long e)
{
	register long x8 __asm__("x8") = n;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;

	__asm__ volatile("svc 0" : "+r"(x0)
	    : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
	return x0;
}
#else
#define SHARE_MEMORY 0

static inline long
bare(long n, long a, long b, long c, long d, long e)
{
	long ret = syscall(n, a, b, c, d, e);

	return ret == -1 ? -errno : ret;
}
#endif

#endif
