/*
 * supd as the init of a machine rather than of a container: what nobody else has
 * mounted, and what becomes of the machine at the end.
 */
#ifndef CORE_MACHINE_H
#define CORE_MACHINE_H

#include <stdbool.h>

/*
 * First of all: are we the init of a machine?  Then Ctrl-Alt-Del becomes SIGINT, what
 * is missing of /proc, /sys, /dev, /run and cgroup v2 is mounted, and descriptors
 * that are closed are the console.  Otherwise nothing is changed.
 */
void	machine_init(void);
bool	machine_is_ours(void);
/*
 * Words of the boot loader that the kernel did not know and handed on ("splash");
 * what stands behind "--" there begins with an option and is for us.  Returns the
 * new argc.
 */
int	machine_drop_words(int argc, char **argv);
/* After an orderly end: end what is left, sync, unmount, switch off.  Never returns. */
_Noreturn void machine_end(bool reboots);

#endif
