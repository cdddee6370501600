/*
 * What the logger tells of the output of programs (wire/feed.h, "output"), as events.
 */
#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include <stddef.h>
#include <yyjson.h>

/* A packet, and the text behind its NUL. */
void	output_packet(yyjson_val *root, const char *text, size_t len);
/* The logger has gone, perhaps in the middle of an event. */
void	output_forget(void);

#endif
