/*
 * Sections about clients: servers, the RPC interface, supervisorctl.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/array.h"
#include "conf/load.h"
#include "conf/path.h"

#define STANDARD_FACTORY "supervisor.rpcinterface:make_main_rpcinterface"

/* Both or none. */
static int
check_login(struct loader *ld, const struct section_load *sl)
{
	bool user = ini_get(&ld->ini, sl->section, "username") != NULL;
	bool password = ini_get(&ld->ini, sl->section, "password") != NULL;
	struct origin o = load_origin(ld, sl, user ? "username" : "password");

	if (user == password)
		return 0;
	return report_error(&ld->report, &o, "Section [%s] contains incomplete"
	    " authentication: If a username or a password is specified, both the username"
	    " and password must be specified", sl->section->name);
}

static int
load_server(struct loader *ld, struct ini_section *section, const struct conf_table *t)
{
	struct config *c = ld->c;
	struct conf_server *servers, *s;
	struct section_load sl = { t, section, ld->scope, false };

	servers = array_room(c->servers, c->nservers, sizeof(*servers));
	if (servers == NULL)
		return report_nomem(&ld->report);
	c->servers = servers;
	s = &servers[c->nservers];
	*s = (struct conf_server){
		.is_unix = t == &conf_unix_table,
		.section = strdup(section->name),
		.chown = { (uid_t)-1, (gid_t)-1 },
	};
	if (s->section == NULL)
		return report_nomem(&ld->report);
	c->nservers++;
	for (size_t i = 0; i < t->nkeys; i++) {
		if (load_key(ld, &sl, &t->keys[i], s) == -1)
			return -1;
		if (strcmp(t->keys[i].name, "password") == 0 && check_login(ld, &sl) == -1)
			return -1;
	}
	return 0;
}

int
load_servers(struct loader *ld)
{
	const struct conf_table *const kinds[] = { &conf_inet_table, &conf_unix_table };
	struct ini_section *s;

	for (int i = 0; i < 2; i++)
		STAILQ_FOREACH(s, &ld->ini.sections, link)
			if (conf_table_find(s->name) == kinds[i] &&
			    load_server(ld, s, kinds[i]) == -1)
				return -1;
	return 0;
}

static int
load_interface(struct loader *ld, struct ini_section *s)
{
	struct section_load sl = { &conf_rpc_table, s, ld->scope, false };
	const char *key = sl.table->keys[0].name;
	struct origin o = load_origin(ld, &sl, key);
	struct single_key factory = { 0 };
	int rc = load_keys(ld, &sl, false, &factory);

	if (rc == 0 && factory.value == NULL)
		rc = report_error(&ld->report, &o, "section [%s] does not specify a %s",
		    s->name, key);
	else if (rc == 0 && strcmp(factory.value, STANDARD_FACTORY) != 0)
		/* supervisord would end; but who can do without it shall not be kept out */
		rc = report_note(&ld->report, &o, LOG_WARN, "[%s] names %s, which is written"
		    " for supervisord in Python and cannot be loaded: the methods that it adds"
		    " do not exist, all others do", s->name, factory.value);
	else if (rc == 0 && strcmp(s->name, "rpcinterface:supervisor") == 0)
		ld->c->rpcinterface = true;
	conf_release(sl.table, &factory);
	return rc;
}

int
load_interfaces(struct loader *ld)
{
	struct ini_section *s;

	STAILQ_FOREACH(s, &ld->ini.sections, link)
		if (conf_table_find(s->name) == &conf_rpc_table && load_interface(ld, s) == -1)
			return -1;
	return 0;
}

/* unix://PATH with PATH made absolute. */
static int
fix_url(char **url)
{
	char *path, *whole;
	struct buf out = { 0 };

	if (*url == NULL || strncmp(*url, "unix://", 7) != 0)
		return 0;
	path = path_expand_user(*url + 7);
	whole = path != NULL ? path_absolute(path) : NULL;
	free(path);
	if (whole == NULL)
		return -1;
	buf_addf(&out, "unix://%s", whole);
	free(whole);
	free(*url);
	*url = buf_steal(&out);
	return *url != NULL ? 0 : -1;
}

int
load_ctl(struct loader *ld)
{
	struct section_load sl = {
		.table = &conf_ctl_table,
		.section = ini_find(&ld->ini, conf_ctl_table.section),
		.scope = ld->scope,
	};

	if (load_keys(ld, &sl, false, &ld->c->ctl) == -1)
		return -1;
	return fix_url(&ld->c->ctl.serverurl) == 0 ? 0 : report_nomem(&ld->report);
}
