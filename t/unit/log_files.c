/*
 * Plain files: what comes in is in them, rotation, clearing, vanished names.
 */
#include "log_driver.h"

static void
written(void)
{
	struct log_stat st;
	uint32_t id;

	log_up();
	id = log_add("a", "stdout", log_path("a.log"), "");
	log_say(id, "one\ntwo");
	is_text(log_tail("a", "stdout", 100), "one\ntwo", "tail sees what was just written");
	is_file(log_path("a.log"), "one\ntwo", "and so does the file");
	log_say(id, "\n");
	st = log_stat("a");
	is_int(st.in, 8, "in counts all");
	is_int(st.written, 8, "all is written");
	log_write(id, "x\0y\n", 4);
	is_int(log_stat("a").written, 12, "a NUL is a byte");
	log_reset();
}

static void
rotated(void)
{
	uint32_t id;

	log_up();
	id = log_add("r", "stdout", log_path("r.log"), "\"maxbytes\":10,\"backups\":2");
	log_say(id, "1234567");
	is_int(log_stat("r").rotations, 0, "below maxbytes nothing happens");
	log_say(id, "890");
	is_int(log_stat("r").rotations, 1, "at maxbytes the file is rotated");
	is_file(log_path("r.log.1"), "1234567890", "what was written is in .1");
	is_file(log_path("r.log"), "", "a new file is there at once");
	log_say(id, "second-second");
	log_stat("r");
	log_say(id, "third-third");
	log_stat("r");
	is_file(log_path("r.log.1"), "third-third", "the newest is in .1");
	is_file(log_path("r.log.2"), "second-second", "the one before in .2");
	is_file(log_path("r.log.3"), "(none)", "no third with two backups");
	log_reset();

	log_up();
	id = log_add("z", "stdout", log_path("z.log"), "\"maxbytes\":10,\"backups\":0");
	log_say(id, "0123456789abc");
	log_stat("z");
	is_file(log_path("z.log"), "", "without backups the file is cut");
	log_say(id, "next");
	log_stat("z");
	is_file(log_path("z.log"), "next", "and written on from its begin");
	id = log_add("n", "stdout", log_path("n.log"), "\"maxbytes\":0,\"backups\":3");
	log_say(id, "0123456789abc");
	is_int(log_stat("n").rotations, 0, "maxbytes 0 never rotates");
	log_reset();
}

static void
two_flows_one_file(void)
{
	uint32_t a, b;

	log_up();
	a = log_add("p", "stdout", log_path("s.log"), "");
	b = log_add("p", "stderr", log_path("s.log"), "");
	for (int i = 0; i < 3; i++) {
		log_say(a, "out\n");
		log_stat("p");
		log_say(b, "err\n");
		log_stat("p");
	}
	is_file(log_path("s.log"), "out\nerr\nout\nerr\nout\nerr\n",
	    "two flows into one file overwrite nothing");
	log_reset();
}

static void
others_write(void)
{
	uint32_t id;
	int fd;

	log_up();
	id = log_add("o", "stdout", log_path("o.log"), "");
	log_say(id, "ours\n");
	log_stat("o");
	fd = open(log_path("o.log"), O_WRONLY | O_APPEND | O_CLOEXEC);
	if (write(fd, "theirs\n", 7) != 7)
		bail("write");
	log_say(id, "ours again\n");
	log_stat("o");
	is_file(log_path("o.log"), "ours\ntheirs\nours again\n", "another writer is kept");
	if (ftruncate(fd, 0) == -1)
		bail("ftruncate");
	log_say(id, "after\n");
	log_stat("o");
	is_file(log_path("o.log"), "after\n", "a file cut by others has no hole");
	close(fd);
	log_reset();

	log_up();
	id = log_add("t", "stdout", log_path("t.log"), "");
	log_say(id, "0123456789\n");
	log_stat("t");
	if (truncate(log_path("t.log"), 0) == -1)
		bail("truncate");
	log_say(id, "after\n");
	log_stat("t");
	is_file(log_path("t.log"), "after\n", "also where nobody else writes");
	log_reset();
}

static void
vanished(void)
{
	uint32_t id;
	char command[600];

	log_up();
	id = log_add("v", "stdout", log_path("v.log"), "");
	log_say(id, "one\n");
	log_stat("v");
	unlink(log_path("v.log"));
	log_say(id, "two\n");
	log_stat("v");
	is_file(log_path("v.log"), "two\n", "a deleted file comes back with the next write");
	rename(log_path("v.log"), log_path("v.old"));
	log_op("reopen");
	log_stat("v");
	log_say(id, "three\n");
	log_stat("v");
	is_file(log_path("v.log"), "three\n", "reopen goes by name");
	is_file(log_path("v.old"), "two\n", "what was moved away stays as it was");
	rename(log_path("v.log"), log_path("v.old"));
	for (int64_t end = log_ms() + 5000; log_size(log_path("v.log")) <= 0 &&
	    log_ms() < end; poll(NULL, 0, 10)) {
		log_say(id, ".");
		log_stat("v");
	}
	ok(log_size(log_path("v.log")) > 0, "without reopen it is noticed by itself");

	mkdir(log_path("d"), 0755);
	id = log_add("w", "stdout", log_path("d/w.log"), "");
	log_say(id, "one\n");
	log_stat("w");
	snprintf(command, sizeof(command), "rm -r %s", log_path("d"));
	if (system(command) != 0)
		bail("rm");
	log_say(id, "two\n");
	is_int(log_stat("w").in, 4, "without its folder the bytes stay in the pipe");
	has_text(log_event(), "d/w.log': no such file or directory; the program waits",
	    "the core is told once");
	mkdir(log_path("d"), 0755);
	log_say(id, "three\n");
	log_stat("w");
	is_file(log_path("d/w.log"), "two\nthree\n", "nothing is lost when it is back");
	has_text(log_event(), "takes output again", "the core is told of the end");
	is_int(log_stat("w").written, 14, "and all is counted");
	log_reset();
}

static void
cleared(void)
{
	struct stat before, after;
	uint32_t id;

	log_up();
	id = log_add("c", "stdout", log_path("c.log"), "\"maxbytes\":5,\"backups\":1");
	log_say(id, "old old\n");
	log_stat("c");
	log_say(id, "abc");
	log_stat("c");
	stat(log_path("c.log"), &before);
	free(log_call("Clear", "{\"name\":\"c\"}"));
	stat(log_path("c.log"), &after);
	is_int(after.st_size, 0, "a cleared file is empty");
	ok(before.st_ino != after.st_ino || before.st_ctim.tv_nsec != after.st_ctim.tv_nsec,
	    "it is another file");
	is_file(log_path("c.log.1"), "old old\n", "backups stay");
	log_say(id, "xyz");
	log_stat("c");
	is_file(log_path("c.log"), "xyz", "and it is written on");
	log_add("q", "stdout", "", "");
	log_add("e", "stdout", "/dev/null", "");
	is_text(log_member(log_call("Clear", "{\"name\":\"e\"}"), "name"), "FAILED",
	    "what is no plain file is not cleared");
	is_text(log_call("ClearEach", "{\"names\":[\"c\",\"g:zz\",\"q\"]}"),
	    "{\"parameters\":{\"results\":[{\"name\":\"c\",\"group\":\"c\",\"status\":80,"
	    "\"description\":\"OK\"},{\"name\":\"zz\",\"group\":\"g\",\"status\":10,"
	    "\"description\":\"BAD_NAME: g:zz\"},{\"name\":\"q\",\"group\":\"q\",\"status\":80,"
	    "\"description\":\"OK\"}]}}", "several, each with its result");
	is_file(log_path("c.log"), "", "cleared as well");
	log_reset();
}

int
main(void)
{
	log_dir();
	written();
	rotated();
	two_flows_one_file();
	others_write();
	vanished();
	cleared();
	return tap_done();
}
