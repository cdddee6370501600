/*
 * What supd import reads.
 */
#ifndef CLI_IMPORT_SERVICES_H
#define CLI_IMPORT_SERVICES_H

/* A dotcloud.yml, or a Procfile by its name, as [service:x] on stdout; the exit status. */
int	import_services(const char *path);

#endif
