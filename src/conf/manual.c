/*
 * The key tables as mdoc.  What is written here is written nowhere else.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/keys.h"

/* Text that roff takes as it is, wherever it stands. */
static void
add_text(struct buf *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		buf_adds(out, "\\&");
	for (; *text != '\0'; text++) {
		if (strncmp(text, ".  ", 3) == 0) {	/* a sentence begins a line */
			buf_adds(out, ".\n");
			text += 2;
		} else if (*text == '\\')
			buf_adds(out, "\\e");
		else if (*text == '"')
			buf_adds(out, "\\(dq");
		else
			buf_addc(out, *text);
	}
}

/* "raw, tagged or json" */
static void
add_words(struct buf *out, const struct conf_word *words)
{
	for (const struct conf_word *w = words; w->word != NULL; w++)
		buf_addf(out, "%s%s", w == words ? "" : w[1].word == NULL ? " or " : ", ",
		    w->word);
}

static void
add_key(struct buf *out, const struct conf_key *k)
{
	bool words = k->type->words != NULL && k->flags & KEY_OURS;

	buf_addf(out, ".It Cm %s Ns = Ns Ar %s\n", k->name, k->type->unit);
	add_text(out, k->doc);
	buf_addc(out, '\n');
	if (words) {
		buf_adds(out, "One of ");
		add_words(out, k->type->words);
		buf_adds(out, ".\n");
	}
	if (k->def != NULL && k->def[0] != '\0') {
		buf_adds(out, "Default: ");
		add_text(out, k->def);
		buf_adds(out, ".\n");
	}
}

void
conf_manual(struct buf *out)
{
	for (size_t i = 0; conf_tables[i] != NULL; i++) {
		const struct conf_table *t = conf_tables[i];

		buf_addf(out, ".Ss Bq %s%s\n", t->section, t->match == MATCH_NAMED ? ":x" : "");
		add_text(out, t->doc);
		buf_addc(out, '\n');
		if (t->nkeys == 0)	/* it has other people's keys only */
			continue;
		buf_adds(out, ".Bl -tag -width Ds \n");
		for (size_t j = 0; j < t->nkeys; j++)
			add_key(out, &t->keys[j]);
		buf_adds(out, ".El\n");
	}
}
