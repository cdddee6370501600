#include "cli/options.h"

#include <stdio.h>
#include <string.h>

/* Mark option i as seen; text is how it was written. */
static int
note(struct options *o, size_t i, const char *text, struct err *e)
{
	if ((o->seen & (1U << i)) != 0)
		return err_set(e, FAULT_BAD_ARGUMENTS,
		    "conflicting command line option '%s'", text);
	o->seen |= 1U << i;
	if (o->table[i].flag != NULL)
		*o->table[i].flag = true;
	return 0;
}

/* The option that `name` (of len bytes) means: its index; -1 and e. */
static int
find_long(const struct options *o, const char *name, size_t len, struct err *e)
{
	int found = -1;

	for (size_t i = 0; i < o->n; i++) {
		if (strncmp(o->table[i].name, name, len) != 0)
			continue;
		if (o->table[i].name[len] == '\0')
			return (int)i;
		if (o->table[i].whole)
			continue;
		if (found != -1)
			return err_set(e, FAULT_BAD_ARGUMENTS,
			    "option --%.*s not a unique prefix", (int)len, name);
		found = (int)i;
	}
	if (found == -1)
		return err_set(e, FAULT_BAD_ARGUMENTS, "option --%.*s not recognized",
		    (int)len, name);
	return found;
}

static int
take_long(struct options *o, char **argv, int *at, struct err *e)
{
	const char *name = argv[*at] + 2, *equals = strchr(name, '=');
	int i = find_long(o, name, equals != NULL ? (size_t)(equals - name) : strlen(name), e);
	struct option *k;
	char text[40];

	if (i == -1)
		return -1;
	k = &o->table[i];
	if (k->value == NULL && equals != NULL)
		return err_set(e, FAULT_BAD_ARGUMENTS,
		    "option --%s must not have an argument", k->name);
	if (k->value != NULL && equals == NULL && argv[*at + 1] == NULL)
		return err_set(e, FAULT_BAD_ARGUMENTS, "option --%s requires argument",
		    k->name);
	snprintf(text, sizeof(text), "--%s", k->name);
	if (note(o, (size_t)i, text, e) == -1)
		return -1;
	if (k->value != NULL)
		*k->value = equals != NULL ? equals + 1 : argv[++*at];
	return 0;
}

/* One word of bundled letters: -ic FILE, -cFILE. */
static int
take_short(struct options *o, char **argv, int *at, struct err *e)
{
	for (const char *p = argv[*at] + 1; *p != '\0'; p++) {
		const char text[3] = { '-', *p, '\0' };
		size_t i = 0;

		while (i < o->n && o->table[i].letter != *p)
			i++;
		if (i == o->n)
			return err_set(e, FAULT_BAD_ARGUMENTS,
			    "option -%c not recognized", *p);
		if (o->table[i].value == NULL) {
			if (note(o, i, text, e) == -1)
				return -1;
			continue;
		}
		if (p[1] == '\0' && argv[*at + 1] == NULL)
			return err_set(e, FAULT_BAD_ARGUMENTS,
			    "option -%c requires argument", *p);
		if (note(o, i, text, e) == -1)
			return -1;
		*o->table[i].value = p[1] != '\0' ? p + 1 : argv[++*at];
		break;
	}
	return 0;
}

int
options_take_one(struct options *o, char **argv, int *at, struct err *e)
{
	return argv[*at][1] == '-' ? take_long(o, argv, at, e) : take_short(o, argv, at, e);
}

int
options_take(struct options *o, char **argv, struct err *e)
{
	int at = 1;

	for (; argv[at] != NULL && argv[at][0] == '-' && argv[at][1] != '\0'; at++) {
		if (strcmp(argv[at], "--") == 0)
			return at + 1;
		if (options_take_one(o, argv, &at, e) == -1)
			return -1;
	}
	return at;
}
