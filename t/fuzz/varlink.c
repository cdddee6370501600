/*
 * Any bytes as a stream of varlink calls: cut into frames, parsed, asked for
 * parameters of every type.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire/varlink.h"

static void
ask_all(const struct vcall *c)
{
	const char *text = "";
	bool truth = false;
	int64_t number = 0;
	yyjson_val *list = NULL;
	struct err e;

	if (vcall_string(c, "name", &text, &e) == 0)
		(void)strlen(text);
	vcall_int(c, "timeout", &number, &e);
	vcall_bool(c, "wait", &truth, &e);
	if (vcall_strings(c, "names", &list, &e) == 0 && list != NULL)
		for (size_t i = 0; i < yyjson_arr_size(list); i++)
			if (!yyjson_is_str(yyjson_arr_get(list, i)))
				abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len > 0 ? len : 1);	/* exactly so long: a look beyond shows */
	size_t at = 0;
	struct vcall c;
	struct err e = { 0 };
	ssize_t n;

	if (text == NULL)
		return -1;
	memcpy(text, data, len);
	while ((n = varlink_frame(text + at, len - at)) != -1) {
		if ((size_t)n >= len - at || text[at + (size_t)n] != '\0')
			abort();
		if (vcall_parse(&c, text + at, (size_t)n, &e) == 0) {
			ask_all(&c);
			vcall_release(&c);
		} else if (e.msg[0] == '\0')
			abort();
		at += (size_t)n + 1;
	}
	free(text);
	return 0;
}
