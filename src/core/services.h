/*
 * What custom services find in files: environment.json and environment.yml in the home of
 * each copy, and the ports that were given to them, which are remembered.
 */
#ifndef CORE_SERVICES_H
#define CORE_SERVICES_H

#include "core/core.h"

/*
 * A configuration comes into use: write the files of its services as far as they have
 * changed.  Before any of its processes is started; never while something is supervised
 * that could not wait.
 */
void	services_settle(const struct config *c);
/* What all services are told about each other, to the processes that are there. */
void	services_tell(const struct config *c);

#endif
