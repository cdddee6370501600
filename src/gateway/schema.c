/*
 * Parameters against their schema: one row per keyword, which knows how to check itself
 * and how to check a value.
 */
#include "gateway/schema.h"

#include <math.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Where we are, for messages: the names from the outside in. */
struct place {
	const struct place *outer;
	const char *name;	/* NULL: index is it */
	size_t	 index;
	int	 depth;
};

typedef int (*check_fn)(yyjson_val *rule, const struct place *p, struct err *e);
typedef int (*match_fn)(yyjson_val *schema, yyjson_val *rule, yyjson_val *v,
    const struct place *p, struct err *e);

static int check_at(yyjson_val *schema, const struct place *p, struct err *e);
static int match_at(yyjson_val *schema, yyjson_val *v, const struct place *p, struct err *e);

static int
wrong(struct err *e, const struct place *p, const char *text)
{
	err_set(e, FAULT_BAD_ARGUMENTS, "%s", text);
	for (; p != NULL; p = p->outer)
		if (p->name == NULL)
			err_add(e, "[%zu]", p->index);
		else if (*p->name != '\0')
			err_add(e, "%s", p->name);
	return -1;
}

static struct place
inner(const struct place *p, const char *name, size_t index)
{
	return (struct place){ p, name, index, p->depth + 1 };
}

/* ---- types ---- */

static bool
is_whole(yyjson_val *v)
{
	return yyjson_is_int(v) || (yyjson_is_real(v) && floor(yyjson_get_real(v)) ==
	    yyjson_get_real(v));
}

static bool
is_type(yyjson_val *v, const char *word)
{
	return strcmp(word, "object") == 0 ? yyjson_is_obj(v) :
	    strcmp(word, "array") == 0 ? yyjson_is_arr(v) :
	    strcmp(word, "string") == 0 ? yyjson_is_str(v) :
	    strcmp(word, "number") == 0 ? yyjson_is_num(v) :
	    strcmp(word, "integer") == 0 ? is_whole(v) :
	    strcmp(word, "boolean") == 0 ? yyjson_is_bool(v) :
	    strcmp(word, "null") == 0 && yyjson_is_null(v);
}

static bool
is_type_word(yyjson_val *v)
{
	static const char *const words[] = { "object", "array", "string", "number", "integer",
		"boolean", "null" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (yyjson_equals_str(v, words[i]))
			return true;
	return false;
}

static int
check_type(yyjson_val *rule, const struct place *p, struct err *e)
{
	yyjson_arr_iter it;
	yyjson_val *word;

	if (is_type_word(rule))
		return 0;
	if (yyjson_arr_size(rule) == 0)
		return wrong(e, p, "no type is called so");
	yyjson_arr_iter_init(rule, &it);
	while ((word = yyjson_arr_iter_next(&it)) != NULL)
		if (!is_type_word(word))
			return wrong(e, p, "no type is called so");
	return 0;
}

static int
match_type(yyjson_val *schema, yyjson_val *rule, yyjson_val *v, const struct place *p,
    struct err *e)
{
	yyjson_arr_iter it;
	yyjson_val *word;
	char text[64];

	(void)schema;
	if (yyjson_is_str(rule)) {
		if (is_type(v, yyjson_get_str(rule)))
			return 0;
		snprintf(text, sizeof(text), "is not of type %s", yyjson_get_str(rule));
		return wrong(e, p, text);
	}
	yyjson_arr_iter_init(rule, &it);
	while ((word = yyjson_arr_iter_next(&it)) != NULL)
		if (is_type(v, yyjson_get_str(word)))
			return 0;
	return wrong(e, p, "is of none of the types that are possible");
}

static int
check_enum(yyjson_val *rule, const struct place *p, struct err *e)
{
	return yyjson_arr_size(rule) > 0 ? 0 : wrong(e, p, "must be a list of values");
}

static int
match_enum(yyjson_val *schema, yyjson_val *rule, yyjson_val *v, const struct place *p,
    struct err *e)
{
	yyjson_arr_iter it;
	yyjson_val *one;

	(void)schema;
	yyjson_arr_iter_init(rule, &it);
	while ((one = yyjson_arr_iter_next(&it)) != NULL)
		if (yyjson_equals(one, v) || (yyjson_is_num(one) && yyjson_is_num(v) &&
		    yyjson_get_num(one) == yyjson_get_num(v)))
			return 0;
	return wrong(e, p, "is none of the values that are possible");
}

/* ---- objects ---- */

static int
check_properties(yyjson_val *rule, const struct place *p, struct err *e)
{
	size_t i, n;
	yyjson_val *key, *v;

	if (!yyjson_is_obj(rule))
		return wrong(e, p, "must be an object");
	yyjson_obj_foreach(rule, i, n, key, v) {
		struct place in = inner(p, yyjson_get_str(key), 0);

		if (check_at(v, &in, e) == -1)
			return -1;
	}
	return 0;
}

static int
match_properties(yyjson_val *schema, yyjson_val *rule, yyjson_val *v, const struct place *p,
    struct err *e)
{
	size_t i, n;
	yyjson_val *key, *sub, *member;

	(void)schema;
	if (!yyjson_is_obj(v))
		return 0;
	yyjson_obj_foreach(rule, i, n, key, sub) {
		struct place in = inner(p, yyjson_get_str(key), 0);

		member = yyjson_obj_get(v, yyjson_get_str(key));
		if (member != NULL && match_at(sub, member, &in, e) == -1)
			return -1;
	}
	return 0;
}

static int
check_required(yyjson_val *rule, const struct place *p, struct err *e)
{
	size_t i, n;
	yyjson_val *name;

	if (!yyjson_is_arr(rule))
		return wrong(e, p, "must be a list of names");
	yyjson_arr_foreach(rule, i, n, name)
		if (!yyjson_is_str(name))
			return wrong(e, p, "must be a list of names");
	return 0;
}

static int
match_required(yyjson_val *schema, yyjson_val *rule, yyjson_val *v, const struct place *p,
    struct err *e)
{
	size_t i, n;
	yyjson_val *name;

	(void)schema;
	if (!yyjson_is_obj(v))
		return 0;
	yyjson_arr_foreach(rule, i, n, name) {
		struct place in = inner(p, yyjson_get_str(name), 0);

		if (yyjson_obj_get(v, yyjson_get_str(name)) == NULL)
			return wrong(e, &in, "is missing");
	}
	return 0;
}

static int
check_additional(yyjson_val *rule, const struct place *p, struct err *e)
{
	return yyjson_is_bool(rule) ? 0 : check_at(rule, p, e);
}

static int
match_additional(yyjson_val *schema, yyjson_val *rule, yyjson_val *v, const struct place *p,
    struct err *e)
{
	yyjson_val *known = yyjson_obj_get(schema, "properties"), *key, *member;
	size_t i, n;

	if (!yyjson_is_obj(v) || yyjson_is_true(rule))
		return 0;
	yyjson_obj_foreach(v, i, n, key, member) {
		struct place in = inner(p, yyjson_get_str(key), 0);

		if (yyjson_obj_get(known, yyjson_get_str(key)) != NULL)
			continue;
		if (yyjson_is_false(rule))
			return wrong(e, &in, "is not known");
		if (match_at(rule, member, &in, e) == -1)
			return -1;
	}
	return 0;
}

/* ---- arrays ---- */

static int
match_items(yyjson_val *schema, yyjson_val *rule, yyjson_val *v, const struct place *p,
    struct err *e)
{
	size_t i, n;
	yyjson_val *one;

	(void)schema;
	yyjson_arr_foreach(v, i, n, one) {
		struct place in = inner(p, NULL, i);

		if (match_at(rule, one, &in, e) == -1)
			return -1;
	}
	return 0;
}

static int
check_count(yyjson_val *rule, const struct place *p, struct err *e)
{
	return yyjson_is_uint(rule) ? 0 : wrong(e, p, "must be a whole number");
}

static int
limit(double is, yyjson_val *rule, bool most, const char *what, const struct place *p,
    struct err *e)
{
	double bound = yyjson_get_num(rule);
	char text[120];

	if (most ? is <= bound : is >= bound)
		return 0;
	snprintf(text, sizeof(text), "%.16g%s is %s than %.16g", is, what,
	    most ? "more" : "less", bound);
	return wrong(e, p, text);
}

static int
match_min_items(yyjson_val *s, yyjson_val *rule, yyjson_val *v, const struct place *p,
    struct err *e)
{
	(void)s;
	return yyjson_is_arr(v) ? limit((double)yyjson_arr_size(v), rule, false, " items", p, e) : 0;
}

static int
match_max_items(yyjson_val *s, yyjson_val *rule, yyjson_val *v, const struct place *p,
    struct err *e)
{
	(void)s;
	return yyjson_is_arr(v) ? limit((double)yyjson_arr_size(v), rule, true, " items", p, e) : 0;
}

/* ---- numbers and strings ---- */

static int
check_number(yyjson_val *rule, const struct place *p, struct err *e)
{
	return yyjson_is_num(rule) ? 0 : wrong(e, p, "must be a number");
}

static int
match_minimum(yyjson_val *s, yyjson_val *rule, yyjson_val *v, const struct place *p,
    struct err *e)
{
	(void)s;
	return yyjson_is_num(v) ? limit(yyjson_get_num(v), rule, false, "", p, e) : 0;
}

static int
match_maximum(yyjson_val *s, yyjson_val *rule, yyjson_val *v, const struct place *p,
    struct err *e)
{
	(void)s;
	return yyjson_is_num(v) ? limit(yyjson_get_num(v), rule, true, "", p, e) : 0;
}

/* Characters, not bytes. */
static double
length(yyjson_val *v)
{
	const char *s = yyjson_get_str(v);
	size_t n = 0;

	for (size_t i = 0; i < yyjson_get_len(v); i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return (double)n;
}

static int
match_min_length(yyjson_val *s, yyjson_val *rule, yyjson_val *v, const struct place *p,
    struct err *e)
{
	(void)s;
	return yyjson_is_str(v) ? limit(length(v), rule, false, " characters", p, e) : 0;
}

static int
match_max_length(yyjson_val *s, yyjson_val *rule, yyjson_val *v, const struct place *p,
    struct err *e)
{
	(void)s;
	return yyjson_is_str(v) ? limit(length(v), rule, true, " characters", p, e) : 0;
}

static int
check_pattern(yyjson_val *rule, const struct place *p, struct err *e)
{
	regex_t re;

	if (!yyjson_is_str(rule) ||
	    regcomp(&re, yyjson_get_str(rule), REG_EXTENDED | REG_NOSUB) != 0)
		return wrong(e, p, "must be a POSIX extended regular expression");
	regfree(&re);
	return 0;
}

static int
match_pattern(yyjson_val *schema, yyjson_val *rule, yyjson_val *v, const struct place *p,
    struct err *e)
{
	regex_t re;
	int rc;

	(void)schema;
	if (!yyjson_is_str(v))
		return 0;
	if (regcomp(&re, yyjson_get_str(rule), REG_EXTENDED | REG_NOSUB) != 0)
		return wrong(e, p, "cannot be compared with its pattern");
	rc = strlen(yyjson_get_str(v)) == yyjson_get_len(v) ?
	    regexec(&re, yyjson_get_str(v), 0, NULL, 0) : REG_NOMATCH;
	regfree(&re);
	return rc == 0 ? 0 : wrong(e, p, "does not look as it should");
}

/* ---- all keywords ---- */

static const struct keyword {
	const char *name;
	check_fn check;		/* NULL: says nothing about validity */
	match_fn match;
} keywords[] = {
	{ "type", check_type, match_type },
	{ "enum", check_enum, match_enum },
	{ "properties", check_properties, match_properties },
	{ "required", check_required, match_required },
	{ "additionalProperties", check_additional, match_additional },
	{ "items", check_at, match_items },
	{ "minItems", check_count, match_min_items },
	{ "maxItems", check_count, match_max_items },
	{ "minimum", check_number, match_minimum },
	{ "maximum", check_number, match_maximum },
	{ "minLength", check_count, match_min_length },
	{ "maxLength", check_count, match_max_length },
	{ "pattern", check_pattern, match_pattern },
	{ .name = "$schema" }, { .name = "$id" }, { .name = "$comment" },
	{ .name = "title" }, { .name = "description" }, { .name = "default" },
	{ .name = "examples" }, { .name = "readOnly" },
};

static const struct keyword *
find(const char *name)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strcmp(keywords[i].name, name) == 0)
			return &keywords[i];
	return NULL;
}

static int
check_at(yyjson_val *schema, const struct place *p, struct err *e)
{
	const struct keyword *k;
	yyjson_val *key, *rule;
	size_t i, n;

	if (!yyjson_is_obj(schema))
		return wrong(e, p, "a schema must be an object");
	if (p->depth > SCHEMA_DEPTH)
		return wrong(e, p, "schemas within schemas, too deep");
	yyjson_obj_foreach(schema, i, n, key, rule) {
		struct place in = inner(p, yyjson_get_str(key), 0);

		k = find(yyjson_get_str(key));
		if (k == NULL)
			return wrong(e, &in, "this keyword of JSON Schema is not checked by supd");
		if (k->check != NULL && k->check(rule, &in, e) == -1)
			return -1;
	}
	return 0;
}

static int
match_at(yyjson_val *schema, yyjson_val *v, const struct place *p, struct err *e)
{
	const struct keyword *k;
	yyjson_val *key, *rule;
	size_t i, n;

	yyjson_obj_foreach(schema, i, n, key, rule) {
		k = find(yyjson_get_str(key));
		if (k != NULL && k->match != NULL && k->match(schema, rule, v, p, e) == -1)
			return -1;
	}
	return 0;
}

int
schema_check(yyjson_val *schema, struct err *e)
{
	const struct place top = { .name = "" };

	return check_at(schema, &top, e);
}

int
schema_match(yyjson_val *schema, yyjson_val *value, struct err *e)
{
	const struct place top = { .name = "parameters" };

	return match_at(schema, value, &top, e);
}
