/*
 * Packets of the core for its guests, as wire/feed.h and wire/web.h describe them.
 */
#include "ctl/packet.h"

#include <string.h>

#include "base/secret.h"
#include "conf/events.h"
#include "core/core.h"
#include "ctl/access.h"
#include "core/fence.h"
#include "core/stream.h"
#include "ctl/client.h"
#include "ctl/listen.h"
#include "wire/json.h"

static void
begin(struct buf *b, const char *op)
{
	buf_clear(b);
	json_open(b, '{');
	json_kstr(b, "op", op);
}

/* As supervisord's lines come from "supervisord", whoever filters by it. */
static const char *
started_as(void)
{
	const char *name = core.argv != NULL && core.argv[0] != NULL ? core.argv[0] : "supd";
	const char *slash = strrchr(name, '/');

	return slash != NULL ? slash + 1 : name;
}

void
packet_options(struct buf *b)
{
	static const char *const formats[] = {
		[STDOUT_RAW] = "raw", [STDOUT_TAGGED] = "tagged", [STDOUT_JSON] = "json",
	};
	const struct config *c = core.config;

	begin(b, "options");
	json_kstr(b, "identifier", c->supervisord.identifier);
	json_kstr(b, "childlogdir", c->supervisord.childlogdir);
	json_kbool(b, "cleanup", core.clean_auto);
	json_kbool(b, "strip_ansi", c->supervisord.strip_ansi);
	json_kstr(b, "stdout_format", formats[c->supd.stdout_format]);
	json_kint(b, "ring", c->supd.log_ring);
	json_kbool(b, "own_stdout", core.own_stdout);
	if (c->supervisord.loglevel >= LOG_DEBG)
		json_kbool(b, "copies_output", true);
	json_kstr(b, "ident", started_as());
	json_close(b, '}');
}

static void
put_rules(struct buf *b, const struct stream *s, const struct conf_stream *rules,
    const char *policy)
{
	json_kstr(b, "file", s->path);
	json_kbool(b, "auto", rules->kind == LOGFILE_AUTO);
	json_kint(b, "maxbytes", rules->maxbytes);
	json_kint(b, "backups", rules->backups);
	json_kbool(b, "syslog", rules->syslog);
	json_kstr(b, "policy", policy);
}

/* As supervisord: an AUTO file is made with its group, others at the first start. */
static bool
has_file_now(const struct proc *p, const struct conf_stream *rules)
{
	return rules->kind == LOGFILE_AUTO || p->conf->autostart || p->start_wall_ms != 0;
}

static bool
is_echoed(const struct stream *s, const struct conf_stream *rules)
{
	return rules->events_enabled && (core.config->echo &
	    KIND_BIT(s->is_err ? KIND_LOG_STDERR : KIND_LOG_STDOUT)) != 0;
}

static void
put_ready(struct buf *b, const struct proc *p)
{
	uint32_t fence;
	const char *regex = p != NULL ? fence_regex(p, &fence) : NULL;

	if (regex == NULL)
		return;
	json_kstr(b, "ready", regex);
	json_kint(b, "fence", fence);
}

void
packet_stream(struct buf *b, const struct stream *s)
{
	const struct conf_supervisord *own = &core.config->supervisord;
	const struct conf_stream main_rules = {
		.kind = LOGFILE_FILE, .maxbytes = own->logfile_maxbytes,
		.backups = own->logfile_backups,
	};
	const struct proc *p = s->proc;
	const struct conf_stream *rules = p == NULL ? &main_rules :
	    s->is_err ? &p->conf->err : &p->conf->out;

	begin(b, "add");
	json_kint(b, "id", s->id);
	json_kstr(b, "name", p != NULL ? p->conf->name : "");
	json_kstr(b, "group", p != NULL ? p->group->name : "");
	json_kstr(b, "channel", p == NULL ? "main" : s->is_err ? "stderr" : "stdout");
	put_rules(b, s, rules,
	    p == NULL || p->conf->log_policy == POLICY_DROP ? "drop" : "block");
	if (is_echoed(s, rules))
		json_kbool(b, "echo", true);
	json_kbool(b, "open", p == NULL || has_file_now(p, rules));
	put_ready(b, p);
	if (stream_is_told(s)) {
		json_kbool(b, "events", rules->events_enabled);
		json_kint(b, "capture", rules->capture_maxbytes);
		json_kint(b, "proc", p->id);
		json_kint(b, "ended", p->dead_pid);
	}
	json_close(b, '}');
}

void
packet_removed(struct buf *b, uint32_t id)
{
	begin(b, "remove");
	json_kint(b, "id", id);
	json_close(b, '}');
}

void
packet_client(struct buf *b, const struct client *c)
{
	begin(b, "client");
	json_key(b, "data");
	json_bytes(b, c->in.data, c->in.len);
	json_close(b, '}');
}

void
packet_word(struct buf *b, const char *op)
{
	begin(b, op);
	json_close(b, '}');
}

void
packet_finish(struct buf *b, int64_t ms)
{
	begin(b, "finish");
	json_kint(b, "ms", ms);
	json_close(b, '}');
}

void
packet_web_options(struct buf *b)
{
	begin(b, "options");
	json_kstr(b, "identifier", core.config->supervisord.identifier);
	json_kint(b, "loglevel", core.config->supervisord.loglevel);
	json_kint(b, "calls", (int64_t)clients_share(CLIENT_GUEST));
	json_kbool(b, "rpcinterface", core.config->rpcinterface);
	json_close(b, '}');
}

void
packet_server(struct buf *b, const struct served *s)
{
	const struct access *a = s->access;
	char hidden[SECRET_SHA_SIZE];

	begin(b, "server");
	json_kint(b, "id", a->id);
	json_kstr(b, "name", s->name);
	json_kbool(b, "unix", s->is_unix);
	if (a->username != NULL) {
		/* who answers the network need not know the word itself */
		secret_hide(a->password, hidden);
		json_kstr(b, "username", a->username);
		json_kstr(b, "password", hidden);
	}
	json_close(b, '}');
}

void
packet_connection(struct buf *b, int64_t server)
{
	begin(b, "connection");
	json_kint(b, "server", server);
	json_close(b, '}');
}
