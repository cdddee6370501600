/*
 * What a request means for the row that it is about.
 */
#include "gateway/decide.h"

enum verdict
decide_create(enum row_state state, bool same)
{
	switch (state) {
	case ROW_NONE:
	case ROW_FAILED:
	case ROW_GONE:
		return V_BEGIN;
	case ROW_CREATING:
		return same ? V_JOIN : V_DIFFERS;
	case ROW_READY:
		return same ? V_DONE : V_DIFFERS;
	case ROW_UPDATING:
	case ROW_DELETING:
		return V_BUSY;
	}
	return V_BUSY;
}

enum verdict
decide_update(enum row_state state, bool same)
{
	switch (state) {
	case ROW_NONE:
	case ROW_FAILED:
	case ROW_GONE:
		return V_NONE;
	case ROW_READY:
		return same ? V_DONE : V_BEGIN;
	case ROW_UPDATING:
		return same ? V_JOIN : V_BUSY;
	case ROW_CREATING:
	case ROW_DELETING:
		return V_BUSY;
	}
	return V_BUSY;
}

enum verdict
decide_delete(enum row_state state)
{
	switch (state) {
	case ROW_NONE:
	case ROW_GONE:
		return V_GONE;
	case ROW_FAILED:
		return V_FORGET;
	case ROW_CREATING:
		return V_CANCEL;
	case ROW_READY:
		return V_BEGIN;
	case ROW_UPDATING:
		return V_BUSY;
	case ROW_DELETING:
		return V_JOIN;
	}
	return V_BUSY;
}

enum verdict
decide_fetch(enum row_state state)
{
	switch (state) {
	case ROW_READY:
		return V_DONE;
	case ROW_UPDATING:
		return V_BUSY;
	case ROW_NONE:
	case ROW_CREATING:
	case ROW_DELETING:
	case ROW_FAILED:
	case ROW_GONE:
		return V_NONE;
	}
	return V_NONE;
}

enum verdict
decide_parent(enum row_state state)
{
	switch (state) {
	case ROW_READY:
		return V_DONE;
	case ROW_CREATING:
	case ROW_UPDATING:
	case ROW_DELETING:
		return V_BUSY;
	case ROW_NONE:
	case ROW_FAILED:
	case ROW_GONE:
		return V_NONE;
	}
	return V_NONE;
}

bool
decide_async(enum async_rule rule, bool accepts, bool *async)
{
	*async = rule != ASYNC_NEVER && accepts;
	return rule != ASYNC_REQUIRED || accepts;
}
