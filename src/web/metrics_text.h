/*
 * The text format of metrics: families, each with its head and its samples together.
 */
#ifndef WEB_METRICS_TEXT_H
#define WEB_METRICS_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum metric_type { METRIC_GAUGE, METRIC_COUNTER, METRIC_SUMMARY, METRIC_INFO };

struct metrics_out {
	struct buf b;
	bool	 is_open;	/* OpenMetrics, not Prometheus' own format */
	const char *name;	/* of the family that is being written; borrowed */
	enum metric_type type;
	bool	 has_label;	/* this sample has one already */
};

/* unit: the last word of name when it is one ("seconds"), else NULL.  No "_total". */
void	metrics_family(struct metrics_out *o, enum metric_type type, const char *name,
	    const char *unit, const char *help);
/* A sample: its labels, then its value.  suffix: "_sum", "_count" of a summary; or NULL. */
void	metrics_sample(struct metrics_out *o, const char *suffix);
void	metrics_label(struct metrics_out *o, const char *key, const char *value);
void	metrics_int(struct metrics_out *o, int64_t n);
void	metrics_num(struct metrics_out *o, double n);
void	metrics_end(struct metrics_out *o);

#endif
