/*
 * A subset of JSON Schema for parameters: type, enum, properties, required,
 * additionalProperties, items, minimum, maximum, minLength, maxLength, pattern (a POSIX
 * extended regular expression), minItems, maxItems.  $schema, $id, $comment, title,
 * description, default, examples and readOnly say nothing about validity and are passed
 * over.  A schema with any other keyword is refused when it is loaded: nobody shall believe
 * that it is checked.
 */
#ifndef GATEWAY_SCHEMA_H
#define GATEWAY_SCHEMA_H

#include <yyjson.h>

#include "base/err.h"

#define SCHEMA_MAX	(64 * 1024)	/* bytes of a schema: the broker API's limit */
#define SCHEMA_DEPTH	16		/* of schemas in schemas */

/* Is it a schema that we can check?  -1 and e, which names the place: "properties.port". */
int	schema_check(yyjson_val *schema, struct err *e);
/* Does value fit?  -1 and e: "parameters.port: 70000 is more than 65535". */
int	schema_match(yyjson_val *schema, yyjson_val *value, struct err *e);

#endif
