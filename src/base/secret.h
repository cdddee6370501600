/*
 * Comparing what somebody claims to know with what we know.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>

#define SECRET_SHA "{SHA}"	/* in front of a password: its SHA-1, 40 hex digits */
#define SECRET_SHA_SIZE 46	/* bytes of that with its NUL */

/*
 * Are both right?  password_ours is in clear, or SECRET_SHA and lower-case digits.  The
 * time that it takes does not tell how much was right.
 */
bool	secret_check(const char *username, const char *password, const char *username_ours,
	    const char *password_ours);
/* password in the form with SECRET_SHA; one that has it already is copied. */
void	secret_hide(const char *password, char hidden[SECRET_SHA_SIZE]);

#endif
