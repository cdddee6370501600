/*
 * The logger guest: drains the output of every program into files, the
 * supervisor's own stdout, FIFOs or memory, and answers org.supd.Log.
 */
#ifndef LOG_LOG_H
#define LOG_LOG_H

/* The face "supd logger".  Descriptor 3 is the feed, see wire/feed.h. */
int	log_main(int argc, char **argv);

#endif
