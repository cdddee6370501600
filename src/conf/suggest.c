/*
 * Nearness is the number of letters to insert, remove, replace or swap.
 */
#include "conf/suggest.h"

#include <ctype.h>
#include <string.h>

#define WORD_MAX 40	/* longer than any name that we know */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits from a to b (of b_len letters), ignoring case; WORD_MAX for long words. */
static size_t
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][WORD_MAX + 1], *two = rows[0], *one = rows[1], *row = rows[2], *spare;

	if (a_len >= WORD_MAX || b_len >= WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= b_len; j++)
		two[j] = one[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			int c = tolower((unsigned char)a[i - 1]);
			int d = tolower((unsigned char)b[j - 1]);

			row[j] = least(least(one[j], row[j - 1]) + 1, one[j - 1] + (c != d));
			if (i > 1 && j > 1 && c == tolower((unsigned char)b[j - 2]) &&
			    d == tolower((unsigned char)a[i - 2]))
				row[j] = least(row[j], two[j - 2] + 1);
		}
		spare = two;
		two = one;
		one = row;
		row = spare;
	}
	return one[b_len];
}

/* Up to a third of the letters, at most three, may be wrong. */
static size_t
tolerance(size_t len)
{
	return least(3, len / 3);
}

const char *
suggest_key(const struct conf_table *t, const char *key)
{
	const char *best = NULL;
	size_t nearest = tolerance(strlen(key)) + 1;

	for (; t != NULL; t = t->base)
		for (size_t i = 0; i < t->nkeys; i++) {
			const char *name = t->keys[i].name;
			size_t n = distance(key, strlen(key), name, strlen(name));

			if (n < nearest) {
				nearest = n;
				best = name;
			}
		}
	return best;
}

const struct conf_table *
suggest_home(const char *key)
{
	for (size_t i = 0; conf_tables[i] != NULL; i++)
		for (size_t j = 0; j < conf_tables[i]->nkeys; j++)
			if (strcmp(conf_tables[i]->keys[j].name, key) == 0)
				return conf_tables[i];
	return NULL;
}

const struct conf_table *
suggest_section(const char *section)
{
	const struct conf_table *best = NULL;
	size_t len = strcspn(section, ":"), nearest = tolerance(len) + 1;

	for (size_t i = 0; conf_tables[i] != NULL; i++) {
		const char *name = conf_tables[i]->section;
		size_t n = distance(section, len, name, strlen(name));

		if (n < nearest) {
			nearest = n;
			best = conf_tables[i];
		}
	}
	return best;
}
