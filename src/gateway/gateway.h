/*
 * The gateway guest: offers the service of a [gateway:x] to platforms and people, keeps
 * what was promised to them, and has nodes carry it out.
 */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

/* The face "supd gateway".  Descriptor 3 is the link to the core, see wire/guest.h. */
int	gateway_main(int argc, char **argv);

#endif
