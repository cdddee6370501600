/*
 * The web guest: HTTP for the control socket and the network.  It answers by control
 * calls to the core, and holds nothing that the next one would miss.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include <stddef.h>
#include <stdint.h>

/* The face "supd web".  Descriptor 3 is the link to the core, see wire/web.h. */
int	web_main(int argc, char **argv);

/* For weblink.c: the core has said how many control connections there may be. */
void	web_begin(size_t calls);
/* It asks us to go, at most ms from now. */
void	web_finish(int64_t ms);

#endif
