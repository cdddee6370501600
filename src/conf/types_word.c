/*
 * Types of one word out of a list.
 */
#include "conf/types.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/keys.h"
#include "conf/text.h"

static const struct conf_word boolean_words[] = {
	{ "true", 1 }, { "false", 0 }, { "yes", 1 }, { "no", 0 },
	{ "on", 1 }, { "off", 0 }, { "1", 1 }, { "0", 0 }, { NULL, 0 }
};
static const struct conf_word level_words[] = {
	{ "critical", LOG_CRIT }, { "error", LOG_ERRO }, { "warn", LOG_WARN },
	{ "info", LOG_INFO }, { "debug", LOG_DEBG }, { "trace", LOG_TRAC },
	{ "blather", LOG_BLAT }, { NULL, 0 }
};
static const struct conf_word restart_words[] = {
	{ "unexpected", RESTART_UNEXPECTED }, { "true", RESTART_ALWAYS },
	{ "false", RESTART_NEVER }, { "yes", RESTART_ALWAYS }, { "no", RESTART_NEVER },
	{ "on", RESTART_ALWAYS }, { "off", RESTART_NEVER }, { "1", RESTART_ALWAYS },
	{ "0", RESTART_NEVER }, { NULL, 0 }
};
static const struct conf_word policy_words[] = {
	{ "block", POLICY_BLOCK }, { "drop", POLICY_DROP }, { NULL, 0 }
};
static const struct conf_word format_words[] = {
	{ "raw", STDOUT_RAW }, { "tagged", STDOUT_TAGGED }, { "json", STDOUT_JSON },
	{ NULL, 0 }
};
static const struct conf_word cgroup_words[] = {
	{ "auto", CGROUP_AUTO }, { "off", CGROUP_OFF }, { NULL, 0 }
};

static const struct conf_word kind_words[] = {
	{ "simple", TYPE_SIMPLE }, { "oneshot", TYPE_ONESHOT }, { "notify", TYPE_NOTIFY },
	{ NULL, 0 }
};
static const struct conf_word exit_words[] = {
	{ "never", EXIT_NEVER }, { "essential", EXIT_ESSENTIAL }, { "all-done", EXIT_ALL_DONE },
	{ "any-fatal", EXIT_ANY_FATAL }, { NULL, 0 }
};
static const struct conf_word unhealthy_words[] = {
	{ "restart", UNHEALTHY_RESTART }, { "stop", UNHEALTHY_STOP },
	{ "none", UNHEALTHY_NONE }, { NULL, 0 }
};
static const struct conf_word access_words[] = {
	{ "all", ACCESS_ALL }, { "main", ACCESS_MAIN }, { NULL, 0 }
};
static const struct conf_word overlap_words[] = {
	{ "skip", OVERLAP_SKIP }, { "queue", OVERLAP_QUEUE }, { "kill", OVERLAP_KILL },
	{ NULL, 0 }
};
static const struct conf_word catchup_words[] = {
	{ "none", CATCHUP_NONE }, { "once", CATCHUP_ONCE }, { NULL, 0 }
};
static const struct conf_word change_words[] = {
	{ "ignore", CHANGE_IGNORE }, { "reload", CHANGE_RELOAD }, { "restart", CHANGE_RESTART },
	{ NULL, 0 }
};
static const struct conf_word loss_words[] = {
	{ "keep", LOSS_KEEP }, { "restart", LOSS_RESTART }, { "stop", LOSS_STOP }, { NULL, 0 }
};

static const struct conf_word node_words[] = {
	{ "echo", NODE_ECHO }, { "process", NODE_PROCESS }, { "directory", NODE_DIRECTORY },
	{ "command", NODE_COMMAND }, { NULL, 0 }
};
static const struct conf_word goal_words[] = {
	{ "none", GOAL_NONE }, { "STOP", GOAL_STOP }, { "START", GOAL_START }, { NULL, 0 }
};

static const struct conf_word balance_words[] = {
	{ "none", BALANCE_NONE }, { "round-robin", BALANCE_ROUND_ROBIN },
	{ "haproxy", BALANCE_HAPROXY }, { NULL, 0 }
};
static const struct conf_word async_words[] = {
	{ "never", ASYNC_NEVER }, { "allowed", ASYNC_ALLOWED },
	{ "required", ASYNC_REQUIRED }, { NULL, 0 }
};

static const struct conf_word *
find_word(const struct conf_word *words, const char *text)
{
	for (; words->word != NULL; words++)
		if (strcasecmp(words->word, text) == 0)
			return words;
	return NULL;
}

static const char *
word_of(const struct conf_word *words, int value)
{
	for (; words->word != NULL; words++)
		if (words->value == value)
			return words->word;
	return NULL;
}

/* "WHY 'text'" in e. */
static int
refuse(struct err *e, const char *why, const char *text)
{
	struct buf shown = { 0 };

	text_repr(&shown, text, strlen(text));
	err_set(e, FAULT_CANT_REREAD, "%s %s", why, buf_text(&shown));
	buf_release(&shown);
	return -1;
}

static int
parse_boolean(void *field, const char *text, struct conf_parse *p)
{
	const struct conf_word *w = find_word(boolean_words, text);

	if (w == NULL)
		return refuse(p->e, "not a valid boolean value:", text);
	*(bool *)field = w->value != 0;
	return 0;
}

static void
print_boolean(const void *field, struct buf *out)
{
	buf_adds(out, *(const bool *)field ? "true" : "false");
}

static bool
equal_boolean(const void *a, const void *b)
{
	return *(const bool *)a == *(const bool *)b;
}

const struct conf_type conf_boolean = {
	"boolean", NULL, parse_boolean, print_boolean, equal_boolean, NULL
};

/* An enum has the size of an int. */
static int
parse_level(void *field, const char *text, struct conf_parse *p)
{
	const struct conf_word *w = find_word(level_words, text);

	if (w == NULL)
		return refuse(p->e, "bad logging level name", text);
	*(int *)field = w->value;
	return 0;
}

static int
parse_restart(void *field, const char *text, struct conf_parse *p)
{
	const struct conf_word *w = find_word(restart_words, text);
	char *lower;

	if (w != NULL) {
		*(int *)field = w->value;
		return 0;
	}
	lower = strdup(text);	/* as supervisord shows it */
	if (lower != NULL)
		text_lower(lower);
	refuse(p->e, "invalid 'autorestart' value", lower != NULL ? lower : text);
	free(lower);
	return -1;
}

/* Keys of our own, with a message that lists the words. */
static int
parse_word(void *field, const char *text, struct conf_parse *p)
{
	const struct conf_word *words = p->key->type->words, *w = find_word(words, text);
	struct buf known = { 0 };

	if (w != NULL) {
		*(int *)field = w->value;
		return 0;
	}
	for (w = words; w->word != NULL; w++)
		buf_addf(&known, "%s%s", w == words ? "" : ", ", w->word);
	err_set(p->e, FAULT_CANT_REREAD, "'%s' is not one of %s", text, buf_text(&known));
	buf_release(&known);
	return -1;
}

static bool
equal_word(const void *a, const void *b)
{
	return *(const int *)a == *(const int *)b;
}

static void
print_word(const struct conf_word *words, const void *field, struct buf *out)
{
	int value = *(const int *)field;
	const char *word = word_of(words, value);

	if (word != NULL)
		buf_adds(out, word);
	else
		buf_addf(out, "%d", value);
}

#define WORD_TYPE(name, list, parse, unit) \
	static void \
	print_##name(const void *field, struct buf *out) \
	{ \
		print_word(list, field, out); \
	} \
	const struct conf_type conf_##name = { \
		unit, list, parse, print_##name, equal_word, NULL \
	}

WORD_TYPE(level, level_words, parse_level, "level");
WORD_TYPE(restart, restart_words, parse_restart, "when");
WORD_TYPE(policy, policy_words, parse_word, "word");
WORD_TYPE(format, format_words, parse_word, "word");
WORD_TYPE(cgroup, cgroup_words, parse_word, "word");
WORD_TYPE(kind, kind_words, parse_word, "word");
WORD_TYPE(unhealthy, unhealthy_words, parse_word, "word");
WORD_TYPE(access, access_words, parse_word, "word");
WORD_TYPE(loss, loss_words, parse_word, "word");
WORD_TYPE(overlap, overlap_words, parse_word, "word");
WORD_TYPE(catchup, catchup_words, parse_word, "word");
WORD_TYPE(config_change, change_words, parse_word, "word");
WORD_TYPE(exit, exit_words, parse_word, "word");
WORD_TYPE(node_kind, node_words, parse_word, "word");
WORD_TYPE(balance, balance_words, parse_word, "word");
WORD_TYPE(async_rule, async_words, parse_word, "word");
WORD_TYPE(goal, goal_words, parse_word, "word");

const char *
conf_goal_name(enum role_goal goal)
{
	return word_of(goal_words, (int)goal);
}
