/*
 * GetService: what a custom service says, for the client, which builds and deploys it.
 */
#include <string.h>

#include "conf/service.h"
#include "core/core.h"
#include "ctl/methods.h"
#include "ctl/select.h"
#include "wire/json.h"

static bool
is_copy_of(const struct pgroup *g, const struct conf_service *s)
{
	const struct proc *p = TAILQ_FIRST(&g->procs);

	return p != NULL && p->conf->copy != NULL && strcmp(p->conf->section, s->section) == 0;
}

static void
put_list(struct buf *b, const struct strlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		json_str(b, l->v[i]);
}

/* The one whose environment stands for all; NULL: there is no copy. */
static const struct program *
first_program(const struct conf_service *s)
{
	const struct pgroup *g;

	TAILQ_FOREACH(g, &core.groups, link)
		if (is_copy_of(g, s) && TAILQ_FIRST(&g->procs)->conf->copy->number == 0)
			return TAILQ_FIRST(&g->procs)->conf;
	return NULL;
}

static void
put_copies(struct buf *b, const struct conf_service *s)
{
	const struct pgroup *g;
	const struct proc *p;
	struct buf name = { 0 };

	json_key(b, "copies");
	json_open(b, '[');
	TAILQ_FOREACH(g, &core.groups, link) {
		if (!is_copy_of(g, s) || g->ends ||
		    TAILQ_FIRST(&g->procs)->conf->copy->number < 0)
			continue;
		json_open(b, '{');
		json_kstr(b, "group", g->name);
		json_key(b, "processes");
		json_open(b, '[');
		TAILQ_FOREACH(p, &g->procs, link) {
			if (s->keys.postinstall != NULL && p == TAILQ_FIRST(&g->procs))
				continue;
			buf_clear(&name);
			proc_full_name(p, &name);
			json_str(b, buf_text(&name));
		}
		json_close(b, ']');
		json_close(b, '}');
	}
	json_close(b, ']');
	buf_release(&name);
}

static void
put_optional(struct buf *b, const char *key, const char *text)
{
	if (text != NULL)
		json_kstr(b, key, text);
}

static void
put_service(struct buf *b, const struct conf_service *s)
{
	const struct program *p = first_program(s);

	json_kstr(b, "name", s->name);
	json_kstr(b, "home", s->keys.home);
	json_kstr(b, "approot", s->keys.approot);
	put_optional(b, "profile", s->keys.profile);
	put_optional(b, "build", s->keys.build);
	json_kint(b, "build_timeout", s->keys.build_limit);
	put_optional(b, "postinstall", s->keys.postinstall);
	json_kint(b, "postinstall_timeout", s->keys.postinstall_limit);
	json_kstr(b, "user", p != NULL && p->user.set ? p->user.name : "");
	json_key(b, "variables");
	json_open(b, '[');
	put_list(b, &s->variables);
	json_close(b, ']');
	json_key(b, "environment");
	json_open(b, '[');
	if (p != NULL) {
		put_list(b, &p->copy->peers);
		put_list(b, &p->environment);
	}
	json_close(b, ']');
	put_copies(b, s);
}

int
do_get_service(struct client *c, const struct vcall *call, struct err *e)
{
	const struct config *config = core.reread != NULL ? core.reread : core.config;
	const struct conf_service *s;
	const char *name;

	if (need_string(call, "name", &name, e) == -1)
		return -1;
	s = conf_find_service(config, name);
	if (s == NULL)
		return err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", name);
	vreply_begin(&c->out);
	put_service(&c->out, s);
	vreply_end(&c->out, false);
	return 0;
}
