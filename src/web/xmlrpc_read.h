/*
 * A call of XML-RPC, read from its XML into a tree of values.
 *
 * Only what the format knows is read: other elements, a document type and with it
 * every entity of its own, and nil are refused.  Bytes, depth and number of values are
 * bounded, and nothing is allocated beyond what the bytes of the call need.
 */
#ifndef WEB_XMLRPC_READ_H
#define WEB_XMLRPC_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define XMLRPC_BYTES	(1024 * 1024)	/* of a call */
#define XMLRPC_VALUES	50000		/* in a call */
#define XMLRPC_DEPTH	64		/* of elements; a value in a value takes three */

enum xvalue_type { XV_STRING, XV_INT, XV_BOOL, XV_DOUBLE, XV_DATE, XV_ARRAY, XV_STRUCT };

struct xvalue {
	enum xvalue_type type;
	const char *name;	/* in a struct; else NULL */
	struct xvalue *next;	/* in its array or struct */
	union {
		int64_t	 n;	/* XV_INT: the nearest that fits */
		bool	 yes;
		double	 d;	/* finite */
		struct {	/* XV_STRING, XV_DATE: UTF-8, may hold NULs, ends with one */
			const char *text;
			size_t	 len;
		};
		struct {	/* XV_ARRAY, XV_STRUCT */
			struct xvalue *first, *last;
			size_t	 count;
		};
	};
};

/* One call.  Zeroed it is empty; its memory serves call after call. */
struct xcall {
	const char *method;	/* not empty */
	struct xvalue params;	/* an array */
	struct xchunk *chunks;	/* owned: the values, and... */
	char	*text;		/* ... owned: their texts */
	size_t	 text_size;
};

/*
 * Read a call; what c held before is gone.  -1 and e, with a line number, for what is
 * no call.
 */
int	xcall_read(struct xcall *c, const char *xml, size_t len, struct err *e);
void	xcall_release(struct xcall *c);

/* Member of a struct, the last one of that name; NULL: v has none, or is no struct. */
const struct xvalue *xvalue_member(const struct xvalue *v, const char *name);
/*
 * The number that v is or says: a double is cut, a string may hold one.  False when
 * there is none.
 */
bool	xvalue_int(const struct xvalue *v, int64_t *n);
/* Is it true, in Python's sense?  0, "" and what is empty is not. */
bool	xvalue_truth(const struct xvalue *v);
/* As supervisord prints it in a fault: 1, True, 1.5, ['a'], {'a': 1}. */
void	xvalue_print(const struct xvalue *v, struct buf *out);

#endif
