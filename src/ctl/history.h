/*
 * The events of the past, for who comes late or reads slowly: bounded in number and
 * in bytes.  Of each that is forgotten it is still known for a good while what kind it
 * was, so a reader can be told how many of its events are missing, and where.
 */
#ifndef CTL_HISTORY_H
#define CTL_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

struct event;
struct note;

#define HISTORY_EVENTS	1024	/* remembered of most kinds */
#define HISTORY_BULK	256	/* of those with data, and ticks */
#define HISTORY_BYTES	(1024 * 1024)	/* of data */

/* Begin with the next event; those before are unknown. */
void	history_open(void);
void	history_close(void);
/* Serial of the first event since history_open(). */
uint64_t history_begin(void);
void	history_add(const struct event *ev);
/* ev is EV_GONE: what is told of its process must not need it any more. */
void	history_gone(const struct event *ev);

/* One remembered event. */
struct told {
	uint64_t serial;
	int64_t	 wall_ms;
	struct note *note;	/* a reference for the caller */
};

/*
 * The first event of these kinds with this serial or a later one; false: none is
 * remembered.
 */
bool	history_next(uint64_t from, uint32_t kinds, struct told *out);
/*
 * How many events of these kinds have serials from..to-1.  Where the kind of one is
 * forgotten as well, it counts.
 */
uint64_t history_count(uint64_t from, uint64_t to, uint32_t kinds);

#endif
