/*
 * The image of a program that is killed and started again, or that executes itself:
 * its variables are what they were at first, its memory is gone.  The sections are
 * made by subject.ld; a build without it (the sanitizers watch the places between
 * variables) has no image.
 */
#include "sim.h"

#include <string.h>

#define WEAK __attribute__((weak))

extern char __start_image_data[] WEAK, __stop_image_data[] WEAK;
extern char __start_image_bss[] WEAK, __stop_image_bss[] WEAK;

static char *first;

bool
image_save(void)
{
	size_t len = (size_t)(__stop_image_data - __start_image_data);

	if (__start_image_bss == NULL)
		return false;
	if (first == NULL) {
		first = raw_alloc(len);
		memcpy(first, __start_image_data, len);
	}
	return true;
}

void
image_restore(void)
{
	memory_forget();
	memcpy(__start_image_data, first,
	    (size_t)(__stop_image_data - __start_image_data));
	memset(__start_image_bss, 0, (size_t)(__stop_image_bss - __start_image_bss));
}
