/*
 * Which node gets the next instance.
 */
#include "gateway/choose.h"

#include <string.h>

static bool
has_plan(const struct node *n, const char *plan)
{
	return *n->plan == '\0' || strcmp(n->plan, plan) == 0;
}

static bool
has_version(const struct node *n, const char *version)
{
	if (*version == '\0' || n->versions == NULL || n->versions[0] == NULL)
		return true;
	for (char **v = n->versions; *v != NULL; v++)
		if (strcmp(*v, version) == 0)
			return true;
	return false;
}

enum choice
choose_node(struct node *const *nodes, size_t n, const char *plan, const char *version,
    bool over, struct node **chosen)
{
	enum choice best = CHOICE_NO_NODE;

	*chosen = NULL;
	for (size_t i = 0; i < n; i++) {
		struct node *at = nodes[i];
		enum choice so_far = !at->known ? CHOICE_NO_NODE :
		    !has_plan(at, plan) ? CHOICE_NO_PLAN :
		    !has_version(at, version) ? CHOICE_NO_VERSION :
		    at->draining || (!over && at->free < at->unit) ? CHOICE_NO_CAPACITY :
		    CHOICE_OK;

		/* what came nearest is the reason that people want to read */
		if (so_far == CHOICE_OK) {
			if (*chosen == NULL || at->free > (*chosen)->free)
				*chosen = at;
		} else if (so_far > best)
			best = so_far;
	}
	return *chosen != NULL ? CHOICE_OK : best;
}

void
node_promise(struct node *n)
{
	n->outstanding++;
	n->free -= n->unit;
}

void
node_settle(struct node *n, bool made)
{
	n->outstanding--;
	if (!made)
		n->free += n->unit;
}

void
node_give_back(struct node *n)
{
	n->free += n->unit;
}

void
node_announce(struct node *n, int64_t units)
{
	if (n->outstanding == 0)
		n->free = units;
}
