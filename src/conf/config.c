/*
 * The loaded tree as others use it: free, find, take.
 */
#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"
#include "conf/load.h"
#include "conf/service.h"

void
conf_free(struct config *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->ngroups; i++)
		group_free(c->groups[i]);
	free(c->groups);
	free(c->by_name);
	for (size_t i = 0; i < c->nservers; i++) {
		free(c->servers[i].section);
		conf_release(c->servers[i].is_unix ? &conf_unix_table : &conf_inet_table,
		    &c->servers[i]);
	}
	free(c->servers);
	for (size_t i = 0; i < c->nguests; i++)
		guest_section_free(&c->guests[i]);
	free(c->guests);
	for (size_t i = 0; i < c->nroles; i++)
		conf_role_release(&c->roles[i]);
	free(c->roles);
	for (size_t i = 0; i < c->nrolegroups; i++)
		conf_rolegroup_release(&c->rolegroups[i]);
	free(c->rolegroups);
	for (size_t i = 0; i < c->nnotes; i++)
		free(c->notes[i].text);
	free(c->notes);
	templates_free(c->templates);
	strlist_release(&c->scales);
	for (size_t i = 0; i < c->nservices; i++)
		conf_service_free(&c->services[i]);
	free(c->services);
	conf_release(&conf_supervisord_table, &c->supervisord);
	conf_release(&conf_supd_table, &c->supd);
	conf_release(&conf_ctl_table, &c->ctl);
	free(c->path);
	free(c);
}

static int
compare_name(const void *name, const void *group)
{
	return strcmp(name, (*(struct group *const *)group)->name);
}

struct group *
conf_find_group(const struct config *c, const char *name)
{
	struct group **found = c->ngroups == 0 ? NULL :
	    bsearch(name, c->by_name, c->ngroups, sizeof(*found), compare_name);

	return found != NULL ? *found : NULL;
}

const struct conf_guest *
conf_find_guest(const struct config *c, enum guest_section kind, const char *name)
{
	for (size_t i = 0; i < c->nguests; i++)
		if (c->guests[i].kind == kind && strcmp(c->guests[i].name, name) == 0)
			return &c->guests[i];
	return NULL;
}

struct program *
conf_take_program(struct group *g, size_t i)
{
	struct program *p = i < g->nprograms ? g->programs[i] : NULL;

	if (p != NULL)
		g->programs[i] = NULL;
	return p;
}

struct conf_listener *
conf_take_listener(struct group *g)
{
	struct conf_listener *l = g->listener;

	g->listener = NULL;
	return l;
}

void
conf_listener_free(struct conf_listener *l)
{
	if (l == NULL)
		return;
	conf_release(&conf_listener_table, l);
	free(l);
}

void
conf_give_program(struct group *g, struct program *p)
{
	for (size_t i = 0; g != NULL && i < g->nprograms; i++)
		if (g->programs[i] == NULL) {
			g->programs[i] = p;
			return;
		}
	program_free(p);
}
