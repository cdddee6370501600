/*
 * A copy goes into the main log like what comes through its pipe: after what is there
 * already, so that a program speaks behind the line that says it was started.
 */
#include "log/debug.h"

#include <time.h>

#include "base/sys.h"
#include "base/utf8.h"
#include "log/flow.h"
#include "log/logger.h"

bool
debug_wants(const struct flow *f)
{
	return logger.copies_output && f->channel != CHANNEL_MAIN;
}

/* "2026-11-21 03:51:00,500 DEBG 'web' stdout output:" */
static void
put_head(struct buf *b, const struct flow *f)
{
	int64_t now = sys->wall_ms();
	time_t seconds = (time_t)(now / 1000);
	char text[24] = "";
	struct tm tm;

	if (localtime_r(&seconds, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	buf_addf(b, "%s,%03d DEBG '", text, (int)(now % 1000));
	buf_adds(b, f->name);
	buf_adds(b, "' ");
	buf_adds(b, flow_channel_name(f));
	buf_adds(b, " output:\n");
}

void
debug_output(const struct flow *f, const char *data, size_t len)
{
	struct flow *log = flow_by_id(FEED_MAIN_ID);
	struct buf b = { 0 };

	if (log == NULL || len == 0)
		return;
	put_head(&b, f);
	if (utf8_is_valid(data, len)) {
		buf_add(&b, data, len);
	} else {
		buf_adds(&b, "Undecodable: ");
		utf8_put_repr(&b, data, len);
	}
	buf_addc(&b, '\n');
	if (!b.failed) {
		flow_drain(log, FLOW_BATCH);
		flow_arrived(log, b.data, b.len);
	}
	buf_release(&b);
}
