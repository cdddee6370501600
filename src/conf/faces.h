/*
 * supd check, supd show, supd manual: faces that read a configuration and exit.
 */
#ifndef CONF_FACES_H
#define CONF_FACES_H

/* argv[0] is the name of the face.  All return the exit status. */
int	conf_check_main(int argc, char **argv);
int	conf_show_main(int argc, char **argv);
int	conf_manual_main(int argc, char **argv);

#endif
