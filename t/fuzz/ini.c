/*
 * Any bytes as a configuration file: loaded, checked and shown; compared with itself
 * it has not changed.
 */
#include <stdlib.h>

#include "../sim/kernel.h"
#include "../sim/sim.h"
#include "conf/conf.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char path[] = "/sim/supd.conf";
	struct conf_args args = { .configuration = path };
	struct buf out = { 0 };
	struct config *a, *b;
	struct err e = { 0 };
	char *text;

	/* many programs are not what we look for, and each costs memory */
	text = fuzz_text(data, len);
	if (fuzz_has_long_number(text)) {
		raw_free(text);
		return -1;
	}
	sim_aborts = true;
	sys = &sys_sim;
	if (table[0] == NULL)
		kernel_reset();
	kernel_set_config(text);
	raw_free(text);
	a = conf_load(path, &args, &e);
	if (a == NULL && e.msg[0] == '\0')
		abort();
	b = conf_load(path, &args, NULL);
	if ((a == NULL) != (b == NULL))
		abort();
	for (size_t i = 0; a != NULL && i < a->ngroups; i++)
		if (!conf_group_equal(a->groups[i], b->groups[i]))
			abort();
	if (a != NULL)
		conf_free(a);
	if (b != NULL)
		conf_free(b);
	conf_check(path, &args, &out);
	buf_clear(&out);
	conf_show(path, &args, NULL, &out, &e);
	buf_release(&out);
	return 0;
}
