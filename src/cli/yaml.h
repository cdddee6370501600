/*
 * The part of YAML that people write settings in: block maps and lists, plain, 'single' and
 * "double" quoted scalars on one line, comments, and JSON, or [a, b] and {a: b}, on one line in
 * place of any value.  Plain words
 * are what YAML 1.2 says: null, true, false and numbers, everything else is a string.
 * Anchors, tags, several documents and scalars over several lines are refused.
 */
#ifndef CLI_YAML_H
#define CLI_YAML_H

#include <yyjson.h>

#include "base/err.h"

/* The caller frees it; NULL and e, which names the line. */
yyjson_mut_doc *yaml_read(const char *text, struct err *e);

#endif
