/*
 * From names to processes.  Ids, not pointers: starting and stopping one may
 * remove another.
 */
#include "ctl/select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"

/* In one call: far above what a machine runs. */
#define NAMES_MAX 20000
#define PICKS_MAX 50000

int
need_string(const struct vcall *call, const char *key, const char **out, struct err *e)
{
	*out = NULL;
	if (vcall_string(call, key, out, e) == -1)
		return -1;
	if (*out == NULL)
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "parameter '%s' is missing", key);
	return 0;
}

struct proc *
need_process(const struct vcall *call, const char **name, struct err *e)
{
	return need_string(call, "name", name, e) == -1 ? NULL : core_find(*name, e);
}

void
split_name(const char *name, char *group, char *process, size_t size)
{
	const char *colon = strchr(name, ':');

	if (colon == NULL) {
		snprintf(group, size, "%s", name);
		snprintf(process, size, "%s", name);
		return;
	}
	snprintf(group, size, "%.*s", (int)(colon - name), name);
	snprintf(process, size, "%s", colon[1] != '\0' ? colon + 1 : "*");
}

static int
no_memory(struct err *e)
{
	return err_set(e, FAULT_FAILED, "FAILED: out of memory");
}

static int
add(struct picks *out, struct pick pick, struct err *e)
{
	if (out->n == PICKS_MAX)
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "parameter 'names' means more than %d processes", PICKS_MAX);
	if (out->n == out->cap) {
		size_t cap = out->cap ? out->cap * 2 : 16;
		struct pick *v = realloc(out->v, cap * sizeof(*v));

		if (v == NULL)
			return no_memory(e);
		out->v = v;
		out->cap = cap;
	}
	out->v[out->n++] = pick;
	return 0;
}

/*
 * The processes of a group by priority, ties in config order.  They nearly always
 * stand so already: insertion from the end costs nothing then.
 */
static int
add_group(struct picks *out, const struct pgroup *g, const char *name, struct err *e)
{
	size_t from = out->n, i;
	const struct proc *p;

	TAILQ_FOREACH(p, &g->procs, link) {
		struct pick pick = { .id = p->id, .by_group = true, .name = name,
			.priority = p->conf->priority };

		if (add(out, pick, e) == -1)
			return -1;
		for (i = out->n - 1; i > from; i--) {
			if (out->v[i - 1].priority <= pick.priority)
				break;
			out->v[i] = out->v[i - 1];
		}
		out->v[i] = pick;
	}
	return 0;
}

static int
add_all(struct picks *out, struct err *e)
{
	struct pgroup *g;

	TAILQ_FOREACH(g, &core.groups, link)
		if (add_group(out, g, NULL, e) == -1)
			return -1;
	return 0;
}

/* Is p of [service:NAME]?  len: of the name. */
static bool
is_of_service(const struct proc *p, const char *name, size_t len)
{
	const char *title = p->conf->copy != NULL ? strchr(p->conf->section, ':') : NULL;

	return title != NULL && strlen(title + 1) == len && strncmp(title + 1, name, len) == 0;
}

/*
 * What is no name of a process or group may be a service, "x" or "x:*", which means all
 * its copies; or one copy of several processes, "x.2".
 */
static int
add_service(struct picks *out, const char *name, struct err *e)
{
	size_t len = strcspn(name, ":"), before = out->n;
	struct pgroup *g = core_find_group(name);
	const struct proc *p;

	if (g != NULL && (p = TAILQ_FIRST(&g->procs)) != NULL && p->conf->copy != NULL)
		return add_group(out, g, name, e) == -1 ? -1 : 1;
	TAILQ_FOREACH(g, &core.groups, link)
		if ((p = TAILQ_FIRST(&g->procs)) != NULL && is_of_service(p, name, len) &&
		    add_group(out, g, name, e) == -1)
			return -1;
	return out->n > before;
}

static int
add_name(struct picks *out, const char *name, enum select_how how, struct err *e)
{
	bool guests = how == SELECT_DEFAULT_ALL;	/* may be looked at, not touched */
	struct pgroup *g = NULL;
	struct err unknown;
	struct proc *p;
	int found;

	if (core_names_group(name, &g, &unknown)) {
		if (g != NULL && (guests || g != core.guests))
			return add_group(out, g, name, e);
		if (g == NULL && (found = add_service(out, name, e)) != 0)
			return found == 1 ? 0 : -1;
		return add(out, (struct pick){ .by_group = true, .name = name }, e);
	}
	p = core_find(name, &unknown);
	if (p != NULL && p->group == core.guests && !guests)
		p = NULL;
	if (p == NULL && strchr(name, ':') == NULL && (found = add_service(out, name, e)) != 0)
		return found == 1 ? 0 : -1;
	return add(out, (struct pick){ .id = p != NULL ? p->id : 0, .name = name }, e);
}

int
select_picks(const struct vcall *call, enum select_how how, struct picks *out, struct err *e)
{
	bool all = false;
	yyjson_val *names, *item;
	yyjson_arr_iter it;

	*out = (struct picks){ 0 };
	if (vcall_strings(call, "names", &names, e) == -1 ||
	    vcall_bool(call, "all", &all, e) == -1)
		return -1;
	if (names == NULL && !all && how == SELECT_SOME)
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "parameter 'names' is missing; or give all: true");
	if (yyjson_arr_size(names) > NAMES_MAX)
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "parameter 'names' has more than %d elements", NAMES_MAX);
	if (names == NULL) {
		if (add_all(out, e) == 0)
			return 0;
		goto failed;
	}
	yyjson_arr_iter_init(names, &it);
	while ((item = yyjson_arr_iter_next(&it)) != NULL)
		if (add_name(out, yyjson_get_str(item), how, e) == -1)
			goto failed;
	return 0;
failed:
	picks_release(out);
	return -1;
}

void
picks_release(struct picks *p)
{
	free(p->v);
	*p = (struct picks){ 0 };
}
