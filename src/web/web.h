/*
 * The web guest: HTTP for the control socket and the network.  It answers by control
 * calls to the core, and holds nothing that the next one would miss.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

/* The face "supd web".  Descriptor 3 is the link to the core, see wire/web.h. */
int	web_main(int argc, char **argv);

#endif
