/*
 * stop_signals: "TERM 5s INT 5s KILL", signals and how long to wait after each.  KILL is the
 * end of every stop, so it may be left out, and nothing follows it.
 */
#include "conf/types.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "conf/array.h"
#include "conf/text.h"

#define BLANKS	" \t\n"
#define STEPS_MAX	32

static int
refuse(struct conf_parse *p, const char *text, const char *why)
{
	return err_set(p->e, FAULT_CANT_REREAD, "'%s' is not like TERM 5s INT 5s KILL: %s", text,
	    why);
}

static int
add_step(struct steplist *l, int sig, int64_t ms, struct conf_parse *p)
{
	struct conf_step *v = array_room(l->v, l->n, sizeof(*v));

	if (v == NULL)
		return err_no_memory(p->e);
	l->v = v;
	v[l->n++] = (struct conf_step){ sig, ms };
	return 0;
}

/* The words of copy; text is for messages. */
static int
parse_words(struct steplist *l, char *copy, const char *text, struct conf_parse *p)
{
	char *rest = NULL, *word = strtok_r(copy, BLANKS, &rest);
	int64_t ms;
	int sig;

	for (; word != NULL; word = strtok_r(NULL, BLANKS, &rest)) {
		sig = conf_signal(word, p->e);
		if (sig == -1 || sig == 0)
			return sig == 0 ? refuse(p, text, "0 is no signal") : -1;
		word = strtok_r(NULL, BLANKS, &rest);
		if (sig == SIGKILL)
			return word == NULL ? 0 : refuse(p, text, "KILL is the end");
		if (word == NULL || conf_take_span(word, &ms) == -1)
			return refuse(p, text, "a time is missing");
		if (l->n == STEPS_MAX)
			return refuse(p, text, "too many steps");
		if (add_step(l, sig, conf_clamp(ms, p), p) == -1)
			return -1;
	}
	return 0;
}

static void
release_steps(void *field)
{
	struct steplist *l = field;

	free(l->v);
	*l = (struct steplist){ 0 };
}

static int
parse_steps(void *field, const char *text, struct conf_parse *p)
{
	char *copy = strdup(text);
	int rc = copy == NULL ? err_no_memory(p->e) : parse_words(field, copy, text, p);

	free(copy);
	if (rc == -1)
		release_steps(field);
	return rc;
}

static void
print_steps(const void *field, struct buf *out)
{
	const struct steplist *l = field;

	for (size_t i = 0; i < l->n; i++) {
		buf_addf(out, "%s ", conf_signal_name(l->v[i].sig) + strlen("SIG"));
		conf_put_span(l->v[i].ms, out);
		buf_adds(out, i + 1 == l->n ? " KILL" : " ");
	}
}

static bool
equal_steps(const void *a, const void *b)
{
	const struct steplist *l = a, *m = b;

	if (l->n != m->n)
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].sig != m->v[i].sig || l->v[i].ms != m->v[i].ms)
			return false;
	return true;
}

const struct conf_type conf_steps = {
	"signals", NULL, parse_steps, print_steps, equal_steps, release_steps
};
