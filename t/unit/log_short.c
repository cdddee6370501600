/*
 * A logger with fewer descriptors than there are streams: what finds no place is asked
 * for again, and written when others have gone; nothing that was said is lost.
 */
#include "log_driver.h"

#define FLOWS	40
#define GONE	30		/* of them are removed */
#define NOFILE	24

static bool asked[FLOWS + 1];
static unsigned events;

/* What the logger says to the core: answer it as the core does. */
static bool
hear(int wait_ms, bool answer)
{
	struct pollfd p = { .fd = lg.feed, .events = POLLIN };
	char data[4096];
	yyjson_doc *doc;
	yyjson_val *root;
	const char *op;
	uint32_t id;
	ssize_t n;

	if (poll(&p, 1, wait_ms) != 1 || (n = recv(lg.feed, data, sizeof(data), 0)) <= 0)
		return false;
	doc = yyjson_read(data, (size_t)n, 0);
	root = yyjson_doc_get_root(doc);
	op = yyjson_get_str(yyjson_obj_get(root, "op"));
	id = (uint32_t)yyjson_get_int(yyjson_obj_get(root, "id"));
	if (op != NULL && strcmp(op, "event") == 0)
		events++;
	if (op != NULL && strcmp(op, "again") == 0 && id >= 1 && id <= FLOWS) {
		asked[id] = true;
		if (answer)
			log_send(lg.pipe[id - 1].add, lg.pipe[id - 1].rd);
	}
	yyjson_doc_free(doc);
	return true;
}

static unsigned
count_asked(void)
{
	unsigned n = 0;

	for (uint32_t id = 1; id <= FLOWS; id++)
		n += asked[id];
	return n;
}

static bool
has_said(uint32_t id)
{
	char name[16], data[64] = "", want[64];
	int fd;
	ssize_t n = 0;

	snprintf(name, sizeof(name), "%u.log", id);
	snprintf(want, sizeof(want), "I am %u\n", id);
	fd = open(log_path(name), O_RDONLY | O_CLOEXEC);
	if (fd != -1) {
		n = read(fd, data, sizeof(data) - 1);
		close(fd);
	}
	return n > 0 && strcmp(data, want) == 0;
}

static bool
all_have_said(void)
{
	for (uint32_t id = GONE + 1; id <= FLOWS; id++)
		if (!has_said(id))
			return false;
	return true;
}

int
main(void)
{
	char name[16], path[32], text[64];
	int64_t end;

	lg.nofile = NOFILE;
	log_up();
	for (uint32_t id = 1; id <= FLOWS; id++) {
		snprintf(name, sizeof(name), "p%u", id);
		snprintf(path, sizeof(path), "%u.log", id);
		log_add(name, "stdout", log_path(path), "");
		snprintf(text, sizeof(text), "I am %u\n", id);
		log_say(id, text);
	}
	end = log_ms() + LOG_DEADLINE_MS;
	while (count_asked() < FLOWS - NOFILE && log_ms() < end)
		hear(100, false);
	ok(count_asked() >= FLOWS - NOFILE, "what found no place is asked for");
	ok(!asked[1], "what found one is not");
	is_int(events, 1, "the core learns of it once");

	for (uint32_t id = 1; id <= GONE; id++) {
		snprintf(text, sizeof(text), "{\"op\":\"remove\",\"id\":%u}", id);
		log_send(text, -1);
	}
	/* what was asked before is answered now; what is lost again is asked again */
	for (uint32_t id = GONE + 1; id <= FLOWS; id++)
		log_send(lg.pipe[id - 1].add, lg.pipe[id - 1].rd);
	end = log_ms() + LOG_DEADLINE_MS;
	while (!all_have_said() && log_ms() < end)
		hear(20, true);
	ok(all_have_said(), "all that was said is written when there is room again");
	is_int(log_finish(5000), 0, "an orderly end");
	return tap_done();
}
