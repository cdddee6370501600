/*
 * The gateway by HTTP: the broker API under /v2, the older routes under /gateway/v1 and
 * /service/internal/v1.
 */
#ifndef GATEWAY_FACE_H
#define GATEWAY_FACE_H

#include "base/err.h"
#include "gateway/offer.h"

struct request;

#define FACE_DEPTH 14	/* of a body: it becomes part of a call, see VARLINK_MAX_DEPTH */

/* Bind what the key listen says; as long as there are rights for it.  -1 and e. */
int	face_bind(struct err *e);
/* Begin to serve.  -1 and e. */
int	face_open(const struct offer *o, struct err *e);
void	face_finish(int64_t ms);
void	face_close(void);

/* ---- osb.c ---- */

#define OSB_PATH "/v2/"
#define OSB_MINOR_LEAST	13
#define OSB_MINOR_MOST	17

void	osb_open(const struct offer *o);
void	osb_close(void);
/* The head of a request is here: refuse a version that we do not speak. */
void	osb_admit(struct request *r);
void	osb_serve(struct request *r);
/* A refusal as the broker API says it.  word: "AsyncRequired"; NULL: none. */
void	osb_refuse(struct request *r, unsigned status, const char *word, const char *text);

/* ---- v1.c ---- */

#define V1_PATH "/gateway/v1/"
#define V1_INTERNAL "/service/internal/v1/"

void	v1_open(const struct offer *o);
/* The head is here: media type, token. */
void	v1_admit(struct request *r);
void	v1_serve(struct request *r);
void	v1_internal(struct request *r);
void	v1_refuse(struct request *r, unsigned status, int code, const char *text);
/* Refusals of the server itself: 400, 404, 413. */
void	v1_fail(struct request *r, unsigned status, const char *text);

#endif
