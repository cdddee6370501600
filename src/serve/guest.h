/*
 * What every guest of a section has in common: main(), options, privileges, the end.
 *
 * Order: guest_main() waits for the options; open() runs with the supervisor's rights
 * (bind a low port); then the guest gets its own directory and becomes the section's
 * user; begin() opens what it works with; from then on calls come.  Told to finish, the
 * guest takes no more calls, lets those in progress end, and leaves: finish() is told so
 * that work of other kinds can end as well.  end() frees everything.
 *
 * A guest whose open() or begin() fails answers every call with that fault, and ends after
 * a pause, so that another one tries again.
 *
 * Crash-only: a change of the section ends the guest, and a new one gets the new keys.
 */
#ifndef SERVE_GUEST_H
#define SERVE_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yyjson.h>

#include "base/err.h"
#include "base/log.h"
#include "client/async.h"
#include "serve/link.h"
#include "serve/varlink.h"

struct guest_face {
	const char *kind;	/* "store", "node", "gateway" */
	const struct serve_interface *interfaces;
	size_t	 ninterfaces;
	/*
	 * Where nobody has chosen a directory for state, and the usual one cannot be made, it
	 * works without: guest.directory is NULL then.
	 */
	bool	 stateless;
	int	(*open)(struct err *e);	/* NULL: nothing; -1 and e: see above */
	int	(*begin)(struct err *e);	/* the same */
	void	(*packet)(const char *op, yyjson_val *root); /* of a kind of its own; or NULL */
	void	(*finish)(int64_t ms);	/* NULL: nothing; see guest_hold() */
	void	(*end)(void);		/* NULL: nothing; also after a begin() that failed */
};

/* Filled before open(); everything in it lives until the guest ends. */
struct guest_options {
	const char *kind;
	const char *name;	/* "echo" of [node:echo]; "" */
	const char *section;	/* "node:echo" */
	const char *identifier;	/* of the supervisor */
	const char *config;	/* path of its main file */
	const char *directory;	/* ours, made and owned by us; before begin(): not yet there */
	yyjson_val *root;	/* the whole text of wire/guest.h */
	yyjson_val *keys;	/* effective keys of the section, an object */
	struct async *core;	/* control calls to the core; from begin() on */
};

extern struct guest_options guest;

/* The face "supd KIND": never used by a person.  Returns the exit status. */
int	guest_main(const struct guest_face *face, int argc, char **argv);

/* A key's value; the fallback where it is absent. */
const char *guest_text(const char *key, const char *fallback);
int64_t	guest_number(const char *key, int64_t fallback);
bool	guest_is_set(const char *key);

/* A line for the supervisor's log, with the guest's name in front. */
#define guest_log serve_link_log

/* Work that is no call of a client: the end waits for it, for a bounded time. */
void	guest_hold(void);
void	guest_unhold(void);

#endif
