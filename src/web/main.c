/*
 * Life of the web guest.
 */
#include "web/web.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/sys.h"
#include "wire/web.h"

int
web_main(int argc, char **argv)
{
	struct stat st;

	(void)argc;
	(void)argv;
	if (sys->fstat(WEB_FD, &st) == -1 || !S_ISSOCK(st.st_mode))
		die("supd web: descriptor %d is no socket: supd starts the web guest by "
		    "itself", WEB_FD);
	return EXIT_SUCCESS;
}
