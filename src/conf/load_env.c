/*
 * struct conf_env: the rules between its keys and others, and what they name.
 */
#include "conf/load.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "conf/account.h"
#include "conf/dotenv.h"
#include "conf/words.h"

/* Files are read again at every start; what is wrong with them now is said now. */
static int
check_env_files(struct loader *ld, const struct section_load *sl, const struct program *p)
{
	struct origin o = load_origin(ld, sl, "env_file");

	for (size_t i = 0; i < p->env->env_file.n; i++) {
		const struct conf_env_file *f = &p->env->env_file.v[i];
		struct dotenv d;
		struct err e;

		if (dotenv_read(f->path, &d, &e) == 0)
			dotenv_release(&d);
		else if ((errno != ENOENT || !f->optional) &&
		    report_error(&ld->report, &o, "%s", e.msg) == -1)
			return -1;
	}
	return 0;
}

/* The secrets of a machine need not be where its file is checked. */
static void
check_secrets(struct loader *ld, const struct section_load *sl, const struct program *p)
{
	struct buf key = { 0 };

	for (size_t i = 0; i < p->env->secrets.n; i++) {
		const char *entry = p->env->secrets.v[i];
		size_t len = strcspn(entry, "=");
		const char *path = conf_secret_path(entry);
		struct origin o;

		buf_clear(&key);
		buf_addf(&key, "secret.%.*s", (int)len, entry);
		o = load_origin(ld, sl, buf_text(&key));
		if (access(path, R_OK) == -1)
			report_hint(&ld->report, &o, "cannot read %s: %s", path,
			    strerror(errno));
	}
	buf_release(&key);
}

static int
load_account(struct loader *ld, const struct section_load *sl, struct program *p)
{
	struct origin o = load_origin(ld, sl, "user_env");
	struct buf text = { 0 };
	uid_t uid = p->user.set ? p->user.uid : geteuid();
	int rc = 0;

	if (account_variables(uid, &text) == -1 && errno == ENOMEM)
		rc = report_nomem(&ld->report);
	else if (text.failed)
		rc = report_nomem(&ld->report);
	else if (text.len == 0)
		rc = report_error(&ld->report, &o, "no user has the number %lu",
		    (unsigned long)uid);
	for (const char *s = text.data; rc == 0 && text.len > 0 && s < text.data + text.len;
	    s += strlen(s) + 1)
		if (strlist_add(&p->env->account, strdup(s)) == -1)
			rc = report_nomem(&ld->report);
	buf_release(&text);
	return rc;
}

int
load_env(struct loader *ld, const struct section_load *sl, struct program *p)
{
	if (check_env_files(ld, sl, p) == -1)
		return -1;
	if (ld->report.checking)
		check_secrets(ld, sl, p);
	return p->env->user_env ? load_account(ld, sl, p) : 0;
}
