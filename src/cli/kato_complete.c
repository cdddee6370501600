/*
 * kato __complete: what could stand behind these words, one on each line, for the
 * scripts in contrib/completions.
 */
#include "cli/kato.h"

#include <stdio.h>
#include <string.h>

#include "wire/json.h"
#include "wire/varlink.h"

/* The names in an array of objects, or of "group" and "name". */
static void
print_names(yyjson_val *list, bool processes)
{
	yyjson_arr_iter it = yyjson_arr_iter_with(list);
	struct buf name = { 0 };
	yyjson_val *v;

	while ((v = yyjson_arr_iter_next(&it)) != NULL) {
		buf_clear(&name);
		if (processes)
			spec_print(&name, reply_str(v, "group"), reply_str(v, "name"));
		else
			buf_adds(&name, reply_str(v, "name"));
		puts(buf_text(&name));
	}
	buf_release(&name);
}

static void
print_kind(struct kato *k, unsigned kind)
{
	struct reply r;
	struct err e;

	if ((kind & WORDS_OF_ROLES) != 0 &&
	    ctl_call(&k->ctl, CONTROL_INTERFACE ".ListRoles", NULL, &r, &e) == 0) {
		print_names(yyjson_obj_get(r.params, "roles"), false);
		print_names(yyjson_obj_get(r.params, "groups"), false);
		reply_release(&r);
	}
	if ((kind & WORDS_OF_PROCESSES) != 0 &&
	    ctl_call(&k->ctl, CONTROL_INTERFACE ".ListProcesses", NULL, &r, &e) == 0) {
		print_names(yyjson_obj_get(r.params, "processes"), true);
		reply_release(&r);
	}
}

/* The first words of commands, or the second ones behind this first; each once. */
static size_t
print_commands(const struct kato_command *table, const char *first)
{
	size_t len = first != NULL ? strlen(first) : 0, n = 0, last_len = 0;
	const char *last = "";

	for (const struct kato_command *c = table; c->name != NULL; c++) {
		const char *word = c->name;
		size_t word_len;

		if (first != NULL) {
			if (strncmp(c->name, first, len) != 0 || c->name[len] != ' ')
				continue;
			word += len + 1;
		}
		word_len = strcspn(word, " ");
		if (word_len == last_len && strncmp(word, last, word_len) == 0)
			continue;
		printf("%.*s\n", (int)word_len, word);
		last = word;
		last_len = word_len;
		n++;
	}
	return n;
}

void
kato_complete(struct kato *k, char **v, const struct kato_command *table)
{
	const struct kato_command *c;
	int nwords = 0;

	if (v[0] == NULL || (strcmp(v[0], "help") == 0 && v[1] == NULL)) {
		print_commands(table, NULL);
		return;
	}
	if (strcmp(v[0], "help") == 0)
		v++;
	c = kato_find(v, &nwords);
	if (c == NULL) {
		print_commands(table, v[1] == NULL ? v[0] : "");
		return;
	}
	print_kind(k, c->options);
	kato_print_options(c);
	if (strcmp(c->name, "process ready") == 0)
		puts("all");
}
