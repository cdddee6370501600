/*
 * Answers.
 */
#include "gateway/ask.h"

const char *
ask_text(enum result r)
{
	static const char *const texts[] = {
		[R_DONE] = "done",
		[R_MADE] = "done",
		[R_ACCEPTED] = "in progress",
		[R_BAD] = "the request is malformed",
		[R_BAD_PLAN] = "there is no such service or plan",
		[R_BAD_PARAMETERS] = "the parameters are not valid",
		[R_NOT_FOUND] = "there is no such instance or binding",
		[R_GONE] = "there is no such instance or binding (any more)",
		[R_DIFFERS] = "there is one of this id already, with other attributes",
		[R_BUSY] = "another operation on it is in progress",
		[R_ASYNC_ONLY] = ("this plan needs a client that accepts asynchronous operations"
		    " (accepts_incomplete=true)"),
		[R_MAINTENANCE] = "the maintenance version is not that of the catalog",
		[R_NOT_BINDABLE] = "instances of this plan cannot be bound",
		[R_NOT_POSSIBLE] = "the instance cannot be changed like this",
		[R_NO_VERSION] = "no node has this version",
		[R_NO_NODE] = "no node has this plan",
		[R_NO_CAPACITY] = "no node has room for another instance",
		[R_UNAVAILABLE] = "a node of this service does not answer",
		[R_FAILED] = "the node has refused",
		[R_TIMEOUT] = "the node has not answered in time",
		[R_BROKEN] = "the gateway cannot write its database",
	};

	return texts[r];
}

void
ask_answer(struct ask *a, enum result result, const struct row *row, const char *text,
    int code)
{
	const struct answer answer = { result, row, text, code };

	a->done(a, &answer);
}
