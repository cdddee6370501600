/*
 * expat says what begins, what ends and which text stands between; a table says which
 * element may stand in which.  The elements that are open lie on a stack.  A value's
 * text is collected behind that of the value before: decoded text never takes
 * more bytes than its XML, so the room for it is made once.
 */
#include "web/xmlrpc_read.h"

#include <assert.h>
#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "web/xmlrpc_scalar.h"

#define CHUNK_VALUES	64
#define KEEP_BYTES	(64 * 1024)	/* of text, for the next call */

struct xchunk {
	struct xchunk *next;
	size_t	 used;
	struct xvalue v[CHUNK_VALUES];
};

/* ---- the elements ---- */

enum kind {
	EL_NONE, EL_CALL, EL_METHOD, EL_PARAMS, EL_PARAM, EL_VALUE, EL_ARRAY, EL_DATA,
	EL_STRUCT, EL_MEMBER, EL_NAME, EL_STRING, EL_INT, EL_BOOL, EL_DOUBLE, EL_DATE,
	EL_BASE64,
};

#define IN(kind) (1U << (kind))

static const struct element {
	const char *name;
	enum kind kind;
	unsigned inside;	/* of these */
} elements[] = {
	{ "value", EL_VALUE, IN(EL_PARAM) | IN(EL_DATA) | IN(EL_MEMBER) },
	{ "string", EL_STRING, IN(EL_VALUE) },
	{ "param", EL_PARAM, IN(EL_PARAMS) },
	{ "int", EL_INT, IN(EL_VALUE) },
	{ "member", EL_MEMBER, IN(EL_STRUCT) },
	{ "name", EL_NAME, IN(EL_MEMBER) },
	{ "methodCall", EL_CALL, IN(EL_NONE) },
	{ "methodName", EL_METHOD, IN(EL_CALL) },
	{ "params", EL_PARAMS, IN(EL_CALL) },
	{ "struct", EL_STRUCT, IN(EL_VALUE) },
	{ "array", EL_ARRAY, IN(EL_VALUE) },
	{ "data", EL_DATA, IN(EL_ARRAY) },
	{ "boolean", EL_BOOL, IN(EL_VALUE) },
	{ "i4", EL_INT, IN(EL_VALUE) },
	{ "i8", EL_INT, IN(EL_VALUE) },
	{ "double", EL_DOUBLE, IN(EL_VALUE) },
	{ "base64", EL_BASE64, IN(EL_VALUE) },
	{ "dateTime.iso8601", EL_DATE, IN(EL_VALUE) },
};

/* Those that hold any number of the same. */
#define MANY (IN(EL_PARAMS) | IN(EL_DATA) | IN(EL_STRUCT))

#define NELEMENTS (sizeof(elements) / sizeof(elements[0]))

/* Those whose text counts. */
#define TEXTS (IN(EL_METHOD) | IN(EL_NAME) | IN(EL_VALUE) | IN(EL_STRING) | IN(EL_INT) | \
	IN(EL_BOOL) | IN(EL_DOUBLE) | IN(EL_DATE) | IN(EL_BASE64))

/* An element that is open. */
struct level {
	enum kind kind;
	struct xvalue *value;	/* that it is, or is part of; of a member: its value */
	const char *name;	/* EL_MEMBER */
	size_t	 from;		/* where its text begins */
	unsigned seen;		/* IN() of what it holds */
};

struct reading {
	XML_Parser parser;
	struct xcall *call;
	size_t	 nvalues;
	size_t	 used;		/* of call->text */
	struct level stack[XMLRPC_DEPTH];
	size_t	 depth;		/* stack[0] is EL_NONE */
	struct err *e;		/* what is wrong: code is set */
};

/* The first thing that is wrong counts. */
__attribute__((format(printf, 2, 3))) static int
refuse(struct reading *r, const char *fmt, ...)
{
	char why[160];
	va_list ap;

	if (r->e->code != FAULT_NONE)
		return -1;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	XML_StopParser(r->parser, XML_FALSE);
	return err_set(r->e, FAULT_INCORRECT_PARAMETERS, "%s", why);
}

static struct level *
top(struct reading *r)
{
	return &r->stack[r->depth];
}

static const struct element *
element_find(const char *name)
{
	for (size_t i = 0; i < NELEMENTS; i++)
		if (strcmp(elements[i].name, name) == 0)
			return &elements[i];
	return NULL;
}

static struct xvalue *
new_value(struct reading *r)
{
	struct xchunk *c = r->call->chunks;

	if (r->nvalues++ == XMLRPC_VALUES) {
		refuse(r, "more values than one call may have");
		return NULL;
	}
	if (c == NULL || c->used == CHUNK_VALUES) {
		c = malloc(sizeof(*c));
		if (c == NULL) {
			refuse(r, "out of memory");
			return NULL;
		}
		c->used = 0;
		c->next = r->call->chunks;
		r->call->chunks = c;
	}
	c->v[c->used] = (struct xvalue){ .type = XV_STRING };
	return &c->v[c->used++];
}

static void
append(struct xvalue *list, struct xvalue *v)
{
	if (list->last != NULL)
		list->last->next = v;
	else
		list->first = v;
	list->last = v;
	list->count++;
}

/* ---- an element begins ---- */

/* May it stand here, and is it the first where one is all there may be? */
static int
check_place(struct reading *r, const char *name, const struct element *el)
{
	const struct level *in = top(r);
	unsigned before = in->kind == EL_VALUE ? in->seen :
	    (IN(in->kind) & MANY) != 0 ? 0 : in->seen & IN(el != NULL ? el->kind : 0);

	if (el == NULL)
		return refuse(r, "unknown element '%s'", name);
	if ((el->inside & IN(in->kind)) == 0)
		return refuse(r, "element '%s' is out of place", name);
	if (before != 0)
		return refuse(r, "one too many: '%s'", name);
	if (r->depth + 1 == XMLRPC_DEPTH)
		return refuse(r, "too deep at '%s'", name);
	return 0;
}

static void
on_start(void *arg, const char *name, const char **attributes)
{
	struct reading *r = arg;
	const struct element *el = element_find(name);
	struct level *in = top(r), *l = in + 1;

	(void)attributes;
	if (r->e->code != FAULT_NONE || check_place(r, name, el) == -1)
		return;
	in->seen |= IN(el->kind);
	/* Text before it, in the same value, was layout. */
	if (in->kind == EL_VALUE)
		r->used = in->from;
	*l = (struct level){ .kind = el->kind, .value = in->value, .from = r->used };
	if (el->kind == EL_VALUE && (l->value = new_value(r)) == NULL)
		return;
	if (el->kind == EL_ARRAY || el->kind == EL_STRUCT)
		*l->value = (struct xvalue){
			.type = el->kind == EL_ARRAY ? XV_ARRAY : XV_STRUCT };
	r->depth++;
}

/* ---- text ---- */

static void
on_text(void *arg, const char *data, int len)
{
	struct reading *r = arg;
	struct level *l = top(r);

	if (r->e->code != FAULT_NONE || (IN(l->kind) & TEXTS) == 0 || l->seen != 0)
		return;
	assert((size_t)len < r->call->text_size - r->used);
	memcpy(r->call->text + r->used, data, (size_t)len);
	r->used += (size_t)len;
}

/* The text of l, ended with a NUL. */
static const char *
take_text(struct reading *r, const struct level *l, size_t *len)
{
	char *text = r->call->text + l->from;

	assert(r->used < r->call->text_size);
	*len = r->used - l->from;
	text[*len] = '\0';
	r->used++;
	return text;
}

/* ---- an element ends ---- */

static int
set_scalar(struct reading *r, struct level *l)
{
	struct xvalue *v = l->value;
	char *text = r->call->text + l->from;
	size_t len;

	take_text(r, l, &len);
	switch (l->kind) {
	case EL_INT:
		v->type = XV_INT;
		return scalar_int(text, &v->n) ? 0 : refuse(r, "'%s' is no integer", text);
	case EL_BOOL:
		v->type = XV_BOOL;
		return scalar_bool(text, &v->yes) ? 0 :
		    refuse(r, "'%s' is no boolean: 0 or 1", text);
	case EL_DOUBLE:
		v->type = XV_DOUBLE;
		return scalar_double(text, &v->d) ? 0 : refuse(r, "'%s' is no number", text);
	case EL_DATE:
		v->type = XV_DATE;
		if (!scalar_is_date(text))
			return refuse(r, "'%s' is no date like 20261121T23:59:59", text);
		break;
	case EL_BASE64:
		if (!scalar_base64(text, &len))
			return refuse(r, "bytes in base64 that are no text");
		break;
	default:
		break;
	}
	v->text = text;
	v->len = len;
	return 0;
}

static int
end_value(struct reading *r, struct level *l, struct level *in)
{
	if (l->seen == 0)
		l->value->text = take_text(r, l, &l->value->len);
	if (in->kind == EL_DATA)
		append(in->value, l->value);
	else
		in->value = l->value;
	return 0;
}

static int
end_member(struct reading *r, struct level *l, struct level *in)
{
	if (l->name == NULL || (l->seen & IN(EL_VALUE)) == 0)
		return refuse(r, "a member needs a name and a value");
	l->value->name = l->name;
	append(in->value, l->value);
	return 0;
}

static int
end_element(struct reading *r, struct level *l, struct level *in)
{
	size_t len;

	switch (l->kind) {
	case EL_METHOD:
		r->call->method = take_text(r, l, &len);
		return *r->call->method != '\0' ? 0 : refuse(r, "no method is named");
	case EL_PARAM:
		if (l->seen == 0)
			return refuse(r, "a parameter without value");
		append(&r->call->params, l->value);
		return 0;
	case EL_VALUE:
		return end_value(r, l, in);
	case EL_NAME:
		in->name = take_text(r, l, &len);
		return 0;
	case EL_MEMBER:
		return end_member(r, l, in);
	case EL_ARRAY:
		return l->seen != 0 ? 0 : refuse(r, "an array without data");
	case EL_CALL:
		return r->call->method != NULL ? 0 : refuse(r, "no method is named");
	case EL_NONE:
	case EL_PARAMS:
	case EL_DATA:
	case EL_STRUCT:
		return 0;
	default:
		return set_scalar(r, l);
	}
}

static void
on_end(void *arg, const char *name)
{
	struct reading *r = arg;
	struct level *l = top(r);

	(void)name;
	if (r->e->code == FAULT_NONE && end_element(r, l, l - 1) == 0)
		r->depth--;
}

static void
on_doctype(void *arg, const char *name, const char *system, const char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	refuse(arg, "a call has no document type");
}

/* ---- a call ---- */

/*
 * One parser for all calls: each is read in one go.  Its salt against chosen hash
 * collisions is drawn once; expat by itself would ask the kernel for each call.
 */
static XML_Parser
get_parser(void)
{
	static XML_Parser parser;
	static unsigned long salt;

	if (parser == NULL) {
		parser = XML_ParserCreate("UTF-8");
		if (getrandom(&salt, sizeof(salt), 0) != sizeof(salt))
			salt = (unsigned long)(uintptr_t)&salt;
	} else {
		XML_ParserReset(parser, "UTF-8");
	}
	if (parser != NULL) {
		XML_SetHashSalt(parser, salt | 1);
		XML_SetElementHandler(parser, on_start, on_end);
		XML_SetCharacterDataHandler(parser, on_text);
		XML_SetStartDoctypeDeclHandler(parser, on_doctype);
	}
	return parser;
}

/* Empty c, with room for the texts of len bytes of XML. */
static int
make_room(struct xcall *c, size_t len)
{
	struct xchunk *chunk = c->chunks;

	while (chunk != NULL && chunk->next != NULL) {
		c->chunks = chunk->next;
		free(chunk);
		chunk = c->chunks;
	}
	if (chunk != NULL)
		chunk->used = 0;
	c->method = NULL;
	c->params = (struct xvalue){ .type = XV_ARRAY };
	if (c->text_size > len && (c->text_size <= KEEP_BYTES || len > KEEP_BYTES))
		return 0;
	free(c->text);
	c->text_size = len + 1 > 1024 ? len + 1 : 1024;
	c->text = malloc(c->text_size);
	if (c->text == NULL)
		c->text_size = 0;
	return c->text != NULL ? 0 : -1;
}

static int
out_of_memory(struct err *e)
{
	return err_set(e, FAULT_FAILED, "FAILED: out of memory");
}

int
xcall_read(struct xcall *c, const char *xml, size_t len, struct err *e)
{
	static struct reading r;

	e->code = FAULT_NONE;
	e->msg[0] = '\0';
	if (len > XMLRPC_BYTES)
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "a call has at most %d bytes", XMLRPC_BYTES);
	r = (struct reading){ .parser = get_parser(), .call = c, .e = e };
	if (r.parser == NULL || make_room(c, len) == -1)
		return out_of_memory(e);
	XML_SetUserData(r.parser, &r);
	if (XML_Parse(r.parser, xml, (int)len, 1) == XML_STATUS_OK)
		return 0;
	if (e->code == FAULT_NONE)
		err_set(e, FAULT_INCORRECT_PARAMETERS, "%s",
		    XML_ErrorString(XML_GetErrorCode(r.parser)));
	return err_add(e, "line %lu", (unsigned long)XML_GetCurrentLineNumber(r.parser));
}

void
xcall_release(struct xcall *c)
{
	struct xchunk *chunk;

	while ((chunk = c->chunks) != NULL) {
		c->chunks = chunk->next;
		free(chunk);
	}
	free(c->text);
	*c = (struct xcall){ 0 };
}
