/*
 * Types of base/attrs.h: limits, numbers that may be left alone, priorities of disk access,
 * sets of processors and of capabilities.
 */
#include "conf/types.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/keys.h"
#include "conf/text.h"

/* ---- limits: 1024, 1MB:4MB, 100:infinity ---- */

static bool
is_infinity(const char *text)
{
	return strcasecmp(text, "infinity") == 0 || strcasecmp(text, "unlimited") == 0;
}

static int
take_limit(const char *text, uint64_t *n, struct conf_parse *p)
{
	struct conf_parse plain = { .e = p->e };
	int64_t value = 0;
	int rc;

	if (is_infinity(text)) {
		*n = ATTR_INFINITY;
		return 0;
	}
	rc = conf_bytes.parse(&value, text, &plain);
	if (rc == -1 && p->e->code == FAULT_FAILED)
		return -1;		/* no memory */
	if (rc == -1 || value < 0)
		return err_set(p->e, FAULT_CANT_REREAD, "'%s' is no limit: a number, perhaps"
		    " with KB, MB or GB, or infinity; or two of them as soft:hard", text);
	*n = (uint64_t)value;
	return 0;
}

static int
parse_rlimit(void *field, const char *text, struct conf_parse *p)
{
	struct attr_limit **limit = field, l;
	const char *colon = strchr(text, ':');
	char *soft = strndup(text, colon != NULL ? (size_t)(colon - text) : strlen(text));
	int rc;

	if (soft == NULL)
		return err_no_memory(p->e);
	rc = take_limit(soft, &l.soft, p);
	free(soft);
	l.hard = l.soft;
	if (rc == 0 && colon != NULL)
		rc = take_limit(colon + 1, &l.hard, p);
	if (rc == 0 && l.soft > l.hard)
		rc = err_set(p->e, FAULT_CANT_REREAD,
		    "'%s': the soft limit is above the hard one", text);
	if (rc == -1)
		return -1;
	*limit = malloc(sizeof(**limit));
	if (*limit == NULL)
		return err_no_memory(p->e);
	**limit = l;
	return 0;
}

static void
print_one_limit(uint64_t n, struct buf *out)
{
	if (n == ATTR_INFINITY)
		buf_adds(out, "infinity");
	else
		buf_addf(out, "%llu", (unsigned long long)n);
}

static void
print_rlimit(const void *field, struct buf *out)
{
	const struct attr_limit *l = *(struct attr_limit *const *)field;

	if (l == NULL)
		return;
	print_one_limit(l->soft, out);
	if (l->soft == l->hard)
		return;
	buf_addc(out, ':');
	print_one_limit(l->hard, out);
}

static bool
equal_rlimit(const void *a, const void *b)
{
	const struct attr_limit *l = *(struct attr_limit *const *)a;
	const struct attr_limit *m = *(struct attr_limit *const *)b;

	if (l == NULL || m == NULL)
		return l == m;
	return l->soft == m->soft && l->hard == m->hard;
}

static void
release_rlimit(void *field)
{
	struct attr_limit **l = field;

	free(*l);
	*l = NULL;
}

const struct conf_type conf_rlimit = {
	"limit", NULL, parse_rlimit, print_rlimit, equal_rlimit, release_rlimit
};

/* ---- numbers ---- */

static int
parse_maybe(void *field, const char *text, struct conf_parse *p)
{
	struct attr_number *n = field;
	int64_t value;

	if (conf_integer.parse(&value, text, p) == -1)
		return -1;
	*n = (struct attr_number){ true, (int)value };
	return 0;
}

static void
print_maybe(const void *field, struct buf *out)
{
	const struct attr_number *n = field;

	if (n->set)
		buf_addf(out, "%d", n->n);
}

static bool
equal_maybe(const void *a, const void *b)
{
	const struct attr_number *m = a, *n = b;

	return m->set == n->set && m->n == n->n;
}

const struct conf_type conf_maybe = {
	"number", NULL, parse_maybe, print_maybe, equal_maybe, NULL
};

/* ---- ionice: idle, best-effort:4, realtime:0 ---- */

#define IO_CLASS_SHIFT	13	/* linux/ioprio.h */
#define IO_LEVELS	8
#define IO_LEVEL	4	/* unless said, as ionice(1) */

static const struct {
	const char *name;
	int	 class;
} io_classes[] = { { "realtime", 1 }, { "best-effort", 2 }, { "idle", 3 } };

#define IO_CLASSES (sizeof(io_classes) / sizeof(io_classes[0]))

static int
parse_ionice(void *field, const char *text, struct conf_parse *p)
{
	struct attr_number *n = field;
	size_t len = strcspn(text, ":");
	int64_t level = IO_LEVEL;

	for (size_t i = 0; i < IO_CLASSES; i++) {
		bool idle = io_classes[i].class == 3;

		if (strlen(io_classes[i].name) != len ||
		    strncasecmp(io_classes[i].name, text, len) != 0)
			continue;
		if (idle)
			level = 0;
		if (text[len] != '\0' && (idle || text_int(text + len + 1, 10, &level) == -1 ||
		    level < 0 || level >= IO_LEVELS))
			break;
		*n = (struct attr_number){ true,
			io_classes[i].class << IO_CLASS_SHIFT | (int)level };
		return 0;
	}
	return err_set(p->e, FAULT_CANT_REREAD,
	    "'%s' is none of realtime:0 to 7, best-effort:0 to 7 and idle", text);
}

static void
print_ionice(const void *field, struct buf *out)
{
	const struct attr_number *n = field;

	for (size_t i = 0; n->set && i < IO_CLASSES; i++)
		if (io_classes[i].class == n->n >> IO_CLASS_SHIFT)
			buf_adds(out, io_classes[i].name);
	if (n->set && n->n >> IO_CLASS_SHIFT != 3)
		buf_addf(out, ":%d", n->n & (IO_LEVELS - 1));
}

const struct conf_type conf_ionice = {
	"class", NULL, parse_ionice, print_ionice, equal_maybe, NULL
};

/* ---- cpu_affinity: 0,2-3 ---- */

#define CPUS_MOST 1024		/* as many as the C library's cpu_set_t has */

/* "2" or "2-3" into the mask. */
static int
add_cpus(const char *item, unsigned char *mask)
{
	int64_t first, last;
	char *end;

	first = last = strtol(item, &end, 10);
	if (end == item || !isdigit((unsigned char)*item))
		return -1;
	if (*end == '-' && isdigit((unsigned char)end[1]))
		last = strtol(end + 1, &end, 10);
	if (*end != '\0' || first > last || last >= CPUS_MOST)
		return -1;
	for (; first <= last; first++)
		mask[first / 8] |= (unsigned char)(1U << first % 8);
	return 0;
}

static int
parse_cpus(void *field, const char *text, struct conf_parse *p)
{
	struct attr_cpus *c = field;
	struct strlist items = { 0 };
	int rc = conf_list.parse(&items, text, p);

	if (rc == 0 && (c->mask = calloc(1, CPUS_MOST / 8)) == NULL)
		rc = err_no_memory(p->e);
	c->len = CPUS_MOST / 8;
	if (rc == 0 && items.n == 0)
		rc = err_set(p->e, FAULT_CANT_REREAD, "no processor is named");
	for (size_t i = 0; rc == 0 && i < items.n; i++)
		if (add_cpus(items.v[i], c->mask) == -1)
			rc = err_set(p->e, FAULT_CANT_REREAD, "'%s' is no processor below %d,"
			    " and no range of them like 2-3", items.v[i], CPUS_MOST);
	conf_list.release(&items);
	if (rc == -1) {
		free(c->mask);
		*c = (struct attr_cpus){ 0 };
	}
	return rc;
}

static bool
has_cpu(const struct attr_cpus *c, size_t i)
{
	return i < c->len * 8 && (c->mask[i / 8] & 1U << i % 8) != 0;
}

static void
print_cpus(const void *field, struct buf *out)
{
	const struct attr_cpus *c = field;
	const char *comma = "";

	for (size_t i = 0; c->mask != NULL && i < c->len * 8; i++) {
		size_t first = i;

		if (!has_cpu(c, i))
			continue;
		while (has_cpu(c, i + 1))
			i++;
		buf_addf(out, i > first ? "%s%zu-%zu" : "%s%zu", comma, first, i);
		comma = ",";
	}
}

static bool
equal_cpus(const void *a, const void *b)
{
	const struct attr_cpus *c = a, *d = b;

	if (c->mask == NULL || d->mask == NULL)
		return c->mask == d->mask;
	return memcmp(c->mask, d->mask, c->len) == 0;
}

static void
release_cpus(void *field)
{
	struct attr_cpus *c = field;

	free(c->mask);
	*c = (struct attr_cpus){ 0 };
}

const struct conf_type conf_cpus = {
	"processors", NULL, parse_cpus, print_cpus, equal_cpus, release_cpus
};

/* ---- capabilities ---- */

/* By number, linux/capability.h. */
static const char *const caps[] = {
	"chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid",
	"setuid", "setpcap", "linux_immutable", "net_bind_service", "net_broadcast",
	"net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio",
	"sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
	"sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write",
	"audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm",
	"block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore",
};

#define CAPS (sizeof(caps) / sizeof(caps[0]))

static int
add_cap(const char *name, uint64_t *keep)
{
	if (strncasecmp(name, "CAP_", 4) == 0)
		name += 4;
	for (size_t i = 0; i < CAPS; i++)
		if (strcasecmp(caps[i], name) == 0) {
			*keep |= UINT64_C(1) << i;
			return 0;
		}
	return -1;
}

static int
parse_caps(void *field, const char *text, struct conf_parse *p)
{
	struct attr_caps *c = field;
	struct strlist names = { 0 };
	int rc = conf_list.parse(&names, text, p);

	*c = (struct attr_caps){ .set = true };
	if (names.n == 1 && strcasecmp(names.v[0], "none") == 0)
		names.v[0][0] = '\0';
	for (size_t i = 0; rc == 0 && i < names.n; i++)
		if (names.v[i][0] != '\0' && add_cap(names.v[i], &c->keep) == -1)
			rc = err_set(p->e, FAULT_CANT_REREAD, "'%s' is no capability, such as"
			    " net_bind_service; none is for an empty set", names.v[i]);
	conf_list.release(&names);
	return rc;
}

static void
print_caps(const void *field, struct buf *out)
{
	const struct attr_caps *c = field;
	const char *comma = "";

	if (c->set && c->keep == 0)
		buf_adds(out, "none");
	for (size_t i = 0; i < CAPS; i++)
		if ((c->keep & UINT64_C(1) << i) != 0) {
			buf_addf(out, "%s%s", comma, caps[i]);
			comma = ",";
		}
}

static bool
equal_caps(const void *a, const void *b)
{
	const struct attr_caps *c = a, *d = b;

	return c->set == d->set && c->keep == d->keep;
}

const struct conf_type conf_caps = {
	"names", NULL, parse_caps, print_caps, equal_caps, NULL
};
