/*
 * [program:x], and the same keys in the sections that extend it, to processes.
 */
#include <bsd/stdlib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/array.h"
#include "conf/hole.h"
#include "conf/load.h"
#include "conf/words.h"

void
program_init(struct program *p)
{
	*p = (struct program){
		.umask = -1, .sockets_owner = { (uid_t)-1, (gid_t)-1 },
	};
}

void
program_free(struct program *p)
{
	if (p == NULL)
		return;
	if (p->env != NULL)
		strlist_release(&p->env->account);
	if (p->config != NULL)
		strlist_release(&p->config->paths);
	conf_release(&conf_program_table, p);
	fcgi_free(p->fcgi);
	conf_instance_free(p->instance);
	service_copy_free(p->copy);
	free(p->name);
	free(p->section);
	free(p->file);
	free(p);
}

void
program_list_release(struct program_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		program_free(l->v[i]);
	free(l->v);
	*l = (struct program_list){ 0 };
}

int
program_list_add(struct program_list *l, struct program *p)
{
	struct program **v = array_room(l->v, l->n, sizeof(*v));

	if (v == NULL)
		return -1;
	l->v = v;
	v[l->n++] = p;
	return 0;
}

/* type=notify is ready=notify, and RUNNING waits for it. */
static int
check_type(struct loader *ld, const struct section_load *sl, struct program *p)
{
	struct origin o = load_origin(ld, sl, "ready");

	if (p->type != TYPE_NOTIFY || p->ready.kind == READY_NOTIFY)
		return 0;
	if (ini_get(&ld->ini, sl->section, "ready") != NULL)
		return report_error(&ld->report, &o, "type=notify means ready=notify, and"
		    " nothing else");
	p->ready.kind = READY_NOTIFY;
	return 0;
}

/* Keys about restarts that do nothing without another, or say two things. */
static int
check_retry(struct loader *ld, const struct section_load *sl, const struct program *p)
{
	static const char *const pauses[] = { "backoff_factor", "backoff_max", "backoff_jitter" };
	struct origin o;

	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		if (p->retry->backoff != 0 || ini_get(&ld->ini, sl->section, pauses[i]) == NULL)
			continue;
		o = load_origin(ld, sl, pauses[i]);
		if (report_note(&ld->report, &o, LOG_WARN, "For [%s], %s does nothing without"
		    " backoff", o.section, pauses[i]) == -1)
			return -1;
	}
	for (size_t i = 0; i < p->retry->permanent_exitcodes.n; i++)
		for (size_t j = 0; j < p->exitcodes.n; j++) {
			if (p->exitcodes.v[j] != p->retry->permanent_exitcodes.v[i])
				continue;
			o = load_origin(ld, sl, "permanent_exitcodes");
			if (report_error(&ld->report, &o, "%d is one of exitcodes, too",
			    p->exitcodes.v[j]) == -1)
				return -1;
		}
	return 0;
}

static bool
is_given(struct loader *ld, const struct section_load *sl, const char *key)
{
	return ini_get(&ld->ini, sl->section, key) != NULL;
}

/* What is started by the clock is a task, unless something else is said. */
static void
schedule_defaults(struct loader *ld, const struct section_load *sl, struct program *p)
{
	p->autostart = p->when->schedule.cron.kind == CRON_START;
	if (!is_given(ld, sl, "type"))
		p->type = TYPE_ONESHOT;
	if (!is_given(ld, sl, "autorestart"))
		p->autorestart = RESTART_NEVER;
	if (!is_given(ld, sl, "startsecs"))
		p->startsecs = 0;
}

/* Of what is done besides, too: a time of nothing, and two ways of which one counts. */
static int
check_acts(struct loader *ld, const struct section_load *sl)
{
	static const char *const hooks[] = { "pre_start", "post_start", "pre_stop", "post_exit",
		"reload_command" };
	struct ini_section *s = sl->section;
	struct origin o;
	bool any = false;

	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++)
		any = any || ini_get(&ld->ini, s, hooks[i]) != NULL;
	o = load_origin(ld, sl, "hook_timeout");
	if (!any && ini_get(&ld->ini, s, "hook_timeout") != NULL && report_note(&ld->report, &o,
	    LOG_WARN, "For [%s], hook_timeout does nothing without a hook", s->name) == -1)
		return -1;
	o = load_origin(ld, sl, "reload_signal");
	if (ini_get(&ld->ini, s, "reload_signal") == NULL ||
	    ini_get(&ld->ini, s, "reload_command") == NULL)
		return 0;
	return report_note(&ld->report, &o, LOG_WARN, "For [%s], reload_signal does nothing"
	    " beside reload_command", s->name);
}

/* Rules between the keys that all processes of a section share. */
static int
check_shared(struct loader *ld, const struct section_load *sl, struct program *p)
{
	struct origin o;

	if ((p->retry != NULL && check_retry(ld, sl, p) == -1) ||
	    (p->acts != NULL && check_acts(ld, sl) == -1))
		return -1;
	if (p->when != NULL && p->when->schedule.cron.kind != CRON_NONE)
		schedule_defaults(ld, sl, p);
	if (ini_get(&ld->ini, sl->section, "killasgroup") == NULL)
		p->killasgroup = p->stopasgroup;
	if (p->numprocs > 1 && strstr(p->process_name, "%(process_num)") == NULL) {
		o = load_origin(ld, sl, "process_name");
		if (report_error(&ld->report, &o, "%%(process_num) must be present within"
		    " process_name when numprocs > 1") == -1)
			return -1;
	}
	if (p->stopasgroup && !p->killasgroup) {
		o = load_origin(ld, sl, "killasgroup");
		if (report_error(&ld->report, &o,
		    "Cannot set stopasgroup=true and killasgroup=false") == -1)
			return -1;
	}
	return 0;
}

/* One of stdout and stderr: the old word syslog, and files without an end. */
static int
check_stream(struct loader *ld, const struct section_load *sl, struct conf_stream *s,
    const char *key)
{
	struct origin o = load_origin(ld, sl, key);

	if (s->kind == LOGFILE_NONE && s->logfile != NULL) {
		free(s->logfile);
		s->logfile = NULL;
		s->syslog = true;
		return report_note(&ld->report, &o, LOG_WARN, "For [%s], %s=syslog but this"
		    " is deprecated and will be removed.  Use %.6s_syslog=true to enable"
		    " syslog instead.", sl->section->name, key, key);
	}
	if (s->kind == LOGFILE_AUTO && s->maxbytes == 0)
		return report_note(&ld->report, &o, LOG_WARN, "For [%s], AUTO logging used"
		    " for %s without rollover, set maxbytes > 0 to avoid filling up"
		    " filesystem unintentionally", sl->section->name, key);
	return 0;
}

/* Values of the store: which, and that there are some where a change of them would do something. */
static int
check_values(struct loader *ld, const struct section_load *sl, struct program *p)
{
	struct origin o = load_origin(ld, sl, "on_config_change");

	if (hole_collect(p) == -1)
		return report_nomem(&ld->report);
	if (p->config == NULL || p->config->paths.n > 0)
		return 0;
	return report_note(&ld->report, &o, LOG_WARN, "For [%s], on_config_change does nothing:"
	    " it names no value of the store", o.section);
}

/* Rules between the keys of one process. */
static int
check_process(struct loader *ld, const struct section_load *sl, struct program *p)
{
	struct origin o;

	if (check_type(ld, sl, p) == -1)
		return -1;
	if (check_stream(ld, sl, &p->out, "stdout_logfile") == -1 ||
	    check_stream(ld, sl, &p->err, "stderr_logfile") == -1)
		return -1;
	if (p->redirect_stderr && p->err.kind == LOGFILE_FILE) {
		o = load_origin(ld, sl, "stderr_logfile");
		if (report_note(&ld->report, &o, LOG_WARN, "For [%s], redirect_stderr=true but"
		    " stderr_logfile has also been set to a filename, the filename has been"
		    " ignored", sl->section->name) == -1)
			return -1;
		free(p->err.logfile);
		p->err.logfile = NULL;
	}
	if (p->redirect_stderr)
		p->err.kind = LOGFILE_NONE;
	if (p->env != NULL && load_env(ld, sl, p) == -1)
		return -1;
	if (check_values(ld, sl, p) == -1)
		return -1;
	if (ini_get(&ld->ini, sl->section, "command") != NULL)
		return 0;
	o = load_origin(ld, sl, NULL);
	return report_error(&ld->report, &o,
	    "program section %s does not specify a command", sl->section->name);
}

/* The name that process_name stands for. */
static int
name_process(struct loader *ld, const struct section_load *sl, struct program *p)
{
	struct origin o;
	struct err e;
	struct buf name = { 0 };

	if (strchr(p->process_name, '%') == NULL) {
		buf_adds(&name, p->process_name);
	} else if (scope_expand(&sl->scope, p->process_name, "process_name", &name, &e) == -1) {
		buf_release(&name);
		o = load_origin(ld, sl, "process_name");
		if (report_error(&ld->report, &o, "%s", e.msg) == -1)
			return -1;
	}
	p->name = buf_steal(&name);
	p->section = strdup(sl->section->name);
	p->file = strdup(sl->section->file);
	p->line = sl->section->line;
	if (p->name == NULL || p->section == NULL || p->file == NULL)
		return report_nomem(&ld->report);
	return 0;
}

/* Fill the p that holds the shared keys already: process number num. */
static int
load_process(struct loader *ld, const struct section_load *shared, struct program *p,
    int64_t num)
{
	struct section_load sl = *shared;

	p->process_num = num;
	sl.scope.numbered = true;
	sl.scope.process_num = num;
	sl.scope.numprocs = p->numprocs;
	sl.scope.env[0] = &p->environment;	/* empty until that key is parsed */
	if (load_keys(ld, &sl, true, p) == -1 || check_process(ld, &sl, p) == -1)
		return -1;
	return name_process(ld, &sl, p);
}

static int
compare_programs(const void *a, const void *b)
{
	const struct program *p = *(struct program *const *)a;
	const struct program *q = *(struct program *const *)b;

	if (p->priority != q->priority)
		return p->priority < q->priority ? -1 : 1;
	return strcmp(p->name, q->name);
}

int
program_list_sort(struct program_list *l, size_t first)
{
	if (l->n - first < 2)
		return 0;
	return mergesort(l->v + first, l->n - first, sizeof(*l->v), compare_programs);
}

struct program *
load_instance(struct loader *ld, const struct section_load *sl, int64_t num)
{
	struct program *p = malloc(sizeof(*p));
	struct origin o;

	if (p == NULL) {
		report_nomem(&ld->report);
		return NULL;
	}
	program_init(p);
	if (load_keys(ld, sl, false, p) == 0 && check_shared(ld, sl, p) == 0 &&
	    load_process(ld, sl, p, num) == 0 && p->numprocs == 1)
		return p;
	if (p->numprocs != 1) {
		o = load_origin(ld, sl, "numprocs");
		report_error(&ld->report, &o, "a template has as many processes as instances:"
		    " numprocs cannot be %jd", (intmax_t)p->numprocs);
	}
	program_free(p);
	return NULL;
}

int
load_processes(struct loader *ld, struct ini_section *s, const char *group,
    struct program_list *l)
{
	struct section_load sl = {
		.table = &conf_program_table,
		.section = s,
		.scope = ld->scope,
		.program = true,
	};
	size_t first = l->n, before = ld->report.errors;
	struct program *p;
	int64_t n = 0;

	sl.scope.program_name = s->title;
	sl.scope.group_name = group;
	do {
		p = malloc(sizeof(*p));
		if (p == NULL)
			return report_nomem(&ld->report);
		program_init(p);
		if (load_keys(ld, &sl, false, p) == -1 ||
		    load_scale(ld, s, &p->numprocs) == -1 || check_shared(ld, &sl, p) == -1)
			goto failed;
		if (p->numprocs == 0) {		/* checked all the same */
			program_free(p);
			break;
		}
		if (load_process(ld, &sl, p, p->numprocs_start + n) == -1)
			goto failed;
		if (program_list_add(l, p) == -1) {
			report_nomem(&ld->report);
			goto failed;
		}
		n++;
		/* the errors of one process are those of all */
	} while (n < p->numprocs && ld->report.errors == before);
	return program_list_sort(l, first) == -1 ? report_nomem(&ld->report) : 0;
failed:
	program_free(p);
	return -1;
}
