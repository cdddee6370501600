/*
 * What the fuzz targets share.
 */
#ifndef T_FUZZ_FUZZ_H
#define T_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <string.h>

#include "../sim/sim.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The input as a text, freed with raw_free(). */
__attribute__((unused)) static char *
fuzz_text(const uint8_t *data, size_t len)
{
	char *text = raw_alloc(len + 1);

	memcpy(text, data, len);
	return text;
}

/* Digits in a row that would ask for more than a few programs. */
__attribute__((unused)) static bool
fuzz_has_long_number(const char *text)
{
	int digits = 0;

	for (; *text != '\0'; text++) {
		digits = *text >= '0' && *text <= '9' ? digits + 1 : 0;
		if (digits > 3)
			return true;
	}
	return false;
}

#endif
