/*
 * The section as a struct.
 */
#include "node/node.h"

#include <fcntl.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/op.h"
#include "serve/guest.h"

struct node node;

static const char *const kinds[] = {
	[KIND_ECHO] = "echo", [KIND_PROCESS] = "process", [KIND_DIRECTORY] = "directory",
	[KIND_COMMAND] = "command",
};

static const char *const hooks[HOOK_KINDS] = {
	[HOOK_PROVISION] = "provision", [HOOK_UNPROVISION] = "unprovision",
	[HOOK_BIND] = "bind", [HOOK_UNBIND] = "unbind", [HOOK_ENABLE] = "enable",
	[HOOK_DISABLE] = "disable", [HOOK_UPDATE] = "update",
};

const char *
node_kind_name(enum kind k)
{
	return kinds[k];
}

static void
load_monitor(void)
{
	const char *text = guest_text("monitor", "off");

	node.probes_tcp = strcmp(text, "tcp") == 0;
	if (!node.probes_tcp && strcmp(text, "off") != 0)
		node.hook[HOOK_MONITOR] = text;
	node.probe_ms = guest_number("monitor_interval", 10) * 1000;
	node.probes_to_fail = guest_number("monitor_failures", 3);
}

static int
load_owner(struct err *e)
{
	const char *name = guest_text("owner", NULL);
	struct passwd *pw;

	if (name == NULL)
		return 0;
	pw = getpwnam(name);
	if (pw == NULL && *name != '\0' && name[strspn(name, "0123456789")] == '\0')
		pw = getpwuid((uid_t)strtoul(name, NULL, 10));
	if (pw == NULL)
		return err_set(e, FAULT_FAILED, "owner: there is no user '%s'", name);
	node.chowns = true;
	node.uid = pw->pw_uid;
	node.gid = pw->pw_gid;
	return 0;
}

static int
load_places(struct err *e)
{
	const char *ports = guest_text("ports", "");

	if (sscanf(ports, "%d-%d", &node.first_port, &node.last_port) != 2)
		node.first_port = node.last_port = 0;
	node.base_dir = guest_text("base_dir", NULL);
	if (node.base_dir != NULL)
		return 0;
	if (asprintf(&node.own_base, "%s/instances", guest.directory) == -1)
		return err_set(e, FAULT_FAILED, "out of memory");
	node.base_dir = node.own_base;
	return 0;
}

static int
check(struct err *e)
{
	if (node.kind == KIND_COMMAND && node.hook[HOOK_PROVISION] == NULL)
		return err_set(e, FAULT_FAILED, "kind=command needs provision, the executable"
		    " that makes an instance");
	if (!node_has_version(node.default_version))
		return err_set(e, FAULT_FAILED, "default_version '%s' is none of versions",
		    node.default_version);
	return 0;
}

int
node_conf_load(struct err *e)
{
	const char *kind = guest_text("kind", "echo");

	node.service = guest_text("service", guest.name);
	node.plan = guest_text("plan", "free");
	node.host = guest_text("host", "127.0.0.1");
	node.template = guest_text("template", guest.name);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (strcmp(kind, kinds[k]) == 0)
			node.kind = (enum kind)k;
	node.capacity = guest_number("capacity", 100);
	node.quota = guest_number("quota", 0);
	node.versions = yyjson_obj_get(guest.keys, "versions");
	node.conf_template = yyjson_obj_get(guest.keys, "conf_template");
	node.credentials = yyjson_obj_get(guest.keys, "credentials");
	node.default_version = yyjson_get_str(yyjson_arr_get_first(node.versions));
	node.default_version = guest_text("default_version",
	    node.default_version != NULL ? node.default_version : "");
	for (int k = 0; k < HOOK_MONITOR; k++)
		node.hook[k] = guest_text(hooks[k], NULL);
	node.hook_ms = guest_number("hook_timeout", 30) * 1000;
	load_monitor();
	if (load_owner(e) == -1 || load_places(e) == -1)
		return -1;
	return check(e);
}

void
node_conf_release(void)
{
	free(node.own_base);
	node = (struct node){ 0 };
}

bool
node_has_version(const char *version)
{
	yyjson_val *item;
	size_t i, n;

	if (yyjson_arr_size(node.versions) == 0)
		return true;
	yyjson_arr_foreach(node.versions, i, n, item)
		if (strcmp(yyjson_get_str(item), version) == 0)
			return true;
	return false;
}

/* Its turn, the hook and the process, and the same once more to undo them. */
int64_t
node_limit_ms(void)
{
	int64_t ms = 0;

	for (int k = 0; k < HOOK_MONITOR; k++)
		if (node.hook[k] != NULL)
			ms = node.hook_ms;
	if (node.kind == KIND_PROCESS)
		ms += 2 * OP_CORE_MS;
	return OP_QUEUE_MS + 2 * ms;
}

/* ---- draining ---- */

static char *
marker(void)
{
	char *path;

	return asprintf(&path, "%s/disabled", guest.directory) == -1 ? NULL : path;
}

bool
node_is_draining(void)
{
	char *path = marker();
	bool is = path != NULL && access(path, F_OK) == 0;

	free(path);
	return is;
}

int
node_set_draining(bool drain, struct err *e)
{
	char *path = marker();
	int fd = 0, rc = -1;

	if (path != NULL && drain) {
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		rc = fd == -1 ? -1 : 0;
		if (fd != -1)
			close(fd);
	} else if (path != NULL)
		rc = unlink(path) == -1 && errno != ENOENT ? -1 : 0;
	if (rc == -1)
		err_set(e, FAULT_FAILED, "FAILED: cannot change '%s': %s",
		    path != NULL ? path : "disabled", strerror(errno));
	free(path);
	return rc;
}
