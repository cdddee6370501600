/*
 * Who may call: what a listening socket asks of its callers.
 */
#ifndef CTL_ACCESS_H
#define CTL_ACCESS_H

#include <sys/types.h>
#include <stdbool.h>
#include <stdint.h>

/* One listening socket's rule. */
struct access {
	char	*username;	/* owned; NULL: who can connect is admitted */
	char	*password;	/* owned; clear text or {SHA}hex */
	bool	 own_only;	/* abstract name: no file mode guards it */
	int64_t	 id;		/* of the socket, for the web guest */
};

/* Copies the texts; -1: no memory, nothing is kept. */
int	access_init(struct access *a, const char *username, const char *password);
void	access_release(struct access *a);

/* uid 0 and our own: they could signal and trace us anyway. */
bool	access_is_owner(uid_t uid);
/* Is a caller of this uid admitted without a password? */
bool	access_admits(const struct access *a, uid_t uid);
/* Compares in a time that does not tell how much was right. */
bool	access_check(const struct access *a, const char *username, const char *password);

#endif
