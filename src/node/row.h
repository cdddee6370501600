/*
 * What the node remembers: its SQLite file.
 */
#ifndef NODE_ROW_H
#define NODE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "node/node.h"
#include "serve/batch.h"

/* Numbers are in the file: never change one. */
enum phase { PHASE_PROVISIONING = 0, PHASE_READY = 1, PHASE_UNPROVISIONING = 2 };

/* An instance.  Texts are owned, and never NULL once it was read or made. */
struct row {
	char	*name, *plan, *version;
	enum phase phase;
	enum kind kind;		/* as it was made, whatever the section says now */
	bool	 disabled;
	int	 port;		/* 0: none */
	char	*directory;	/* "": none */
	char	*template;	/* "": no process */
	char	*secret;	/* its %(password)s */
	char	*parameters;	/* text of a JSON object */
	char	*credentials;	/* the same */
};

struct binding {
	char	*instance, *name;
	enum phase phase;
	char	*parameters, *credentials;
};

/*
 * All changes of a turn of the loop are one transaction (serve/batch.h).  changes: how many
 * there were so far; then: after the commit.
 */
unsigned node_rows_changes(void);
void	node_rows_then(struct batch_wait *w,
	    void (*fn)(struct batch_wait *w, const struct err *e));

int	node_rows_open(const char *path, struct err *e);
void	node_rows_close(void);

/* 1: found, to be released; 0: there is none; -1 and e. */
int	node_row_find(const char *name, struct row *r, struct err *e);
/* -1: with e; also when its port is another one's. */
int	node_row_insert(const struct row *r, struct err *e);
int	node_row_set_phase(const char *name, enum phase phase, struct err *e);
/* It is ready. */
int	node_row_settle(const char *name, const char *credentials, struct err *e);
/* What was asked for has changed, and perhaps the answer. */
int	node_row_change(const char *name, const char *parameters, const char *credentials,
	    struct err *e);
int	node_row_set_disabled(const char *name, bool disabled, struct err *e);
/* With its bindings. */
int	node_row_delete(const char *name, struct err *e);
void	node_row_release(struct row *r);

int	node_rows_count(int64_t *n, struct err *e);
/* Names in order, for a walk during which rows change; released with names_release(). */
struct names {
	char	**v;
	size_t	 n;
};
int	node_rows_names(struct names *out, struct err *e);
void	names_release(struct names *l);
/* used[port - first] of all rows. */
int	node_rows_ports(bool *used, int first, int last, struct err *e);

int	node_binding_find(const char *instance, const char *name, struct binding *b, struct err *e);
int	node_binding_insert(const struct binding *b, struct err *e);
int	node_binding_set_phase(const char *instance, const char *name, enum phase phase,
	    struct err *e);
int	node_binding_settle(const char *instance, const char *name, const char *credentials,
	    struct err *e);
int	node_binding_delete(const char *instance, const char *name, struct err *e);
void	node_binding_release(struct binding *b);
/* ready: only those that are; else also what is being made or removed. */
int	node_binding_names(const char *instance, bool ready, struct names *out, struct err *e);

#endif
