/*
 * supctl, kato, pidproxy and probe, as main() sees them.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/err.h"

/* What a configuration says to the client.  Strings are owned; NULL: not said. */
struct cli_config {
	char	*path;		/* of the file, absolute; NULL: there is none */
	char	*serverurl;	/* of [supervisorctl]; else unix:// and the file of
				 * the first [unix_http_server]; NULL: neither */
	char	*username;
	char	*password;
	char	*cacert;	/* absolute path */
	char	*prompt;
	char	*history_file;
};

/*
 * Read what a client needs from the file at path; NULL: from supervisord's
 * search, where no file at all is not an error.  Fills *out (all NULL before);
 * -1 and e in the words of supervisorctl, without "Error: ".
 */
typedef int (*cli_load_fn)(const char *path, struct cli_config *out, struct err *e);

/* All return the exit status. */
int	supctl_main(int argc, char **argv, cli_load_fn load);
int	kato_main(int argc, char **argv, cli_load_fn load);
int	pidproxy_main(int argc, char **argv);
/* supd import: configurations of others as ini. */
int	import_main(int argc, char **argv);
int	probe_main(int argc, char **argv);

#endif
