/*
 * The state directory: what has to be remembered when the supervisor ends lies
 * there as ini files.  Each is written whole to another name, synced and renamed, so that
 * there is always a complete one.
 *
 * Nothing needs it: without a directory that can be written everything works, and
 * whoever asked is told that it will not be remembered.
 */
#ifndef CONF_STATE_H
#define CONF_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"

/*
 * [supd] statedir; else /var/lib/supd for root, $XDG_STATE_HOME/supd (or
 * ~/.local/state/supd) for others.  The caller frees it; NULL: none, or no memory.
 */
char	*state_dir(const struct conf_supd *s);
/* Could a file be written there, if need be in a directory that is made for it? */
bool	state_can_write(const struct conf_supd *s);
/*
 * Write the file `name` ("roles.ini", "instances.d/a_b.ini") of that directory, and
 * make the directory where it is missing.  Returns 0; 1 when there is no place where it
 * could be, and nothing is remembered; -1 with errno when writing has failed.
 */
int	state_write(const struct conf_supd *s, const char *name, const char *text, size_t len);
/* Remove it; 0 also when it is not there.  -1 with errno. */
int	state_remove(const struct conf_supd *s, const char *name);

#endif
