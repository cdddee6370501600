/*
 * Begin and end: AUTO files and their clean-up, streams that are removed, an orderly
 * finish, a core that dies, many streams in little memory, silence.
 */
#include "log_driver.h"

static void
auto_files(void)
{
	char options[300];
	struct stat st;
	uint32_t id;

	close(open(log_path("x-stdout---me-abcd0123.log"), O_CREAT | O_CLOEXEC, 0600));
	close(open(log_path("x-stdout---me-abcd0123.log.3"), O_CREAT | O_CLOEXEC, 0600));
	close(open(log_path("x-stdout---you-abcd0123.log"), O_CREAT | O_CLOEXEC, 0600));
	snprintf(options, sizeof(options), "\"cleanup\":true,\"identifier\":\"me\","
	    "\"childlogdir\":\"%s\"", log_dir());
	lg.options = "";
	log_up();
	snprintf(options, sizeof(options), "{\"op\":\"options\",\"cleanup\":true,"
	    "\"identifier\":\"me\",\"childlogdir\":\"%s\"}", log_dir());
	log_send(options, -1);
	id = log_add("x", "stdout", log_path("x-stdout---me-new00000.log"),
	    "\"auto\":true,\"maxbytes\":10,\"backups\":3");
	log_stat("x");
	is_int(log_size(log_path("x-stdout---me-abcd0123.log")), -1, "old AUTO files go");
	is_int(log_size(log_path("x-stdout---me-abcd0123.log.3")), -1, "and their backups");
	is_int(log_size(log_path("x-stdout---you-abcd0123.log")), 0, "those of others stay");
	is_int(stat(log_path("x-stdout---me-new00000.log"), &st), 0, "a new one is made");
	is_int(st.st_mode & 07777, 0600, "which nobody else can read");
	log_say(id, "0123456789");
	log_stat("x");
	stat(log_path("x-stdout---me-new00000.log"), &st);
	is_int(st.st_mode & 07777, 0600, "also after a rotation");
	log_say(id, "tail");
	log_send("{\"op\":\"remove\",\"id\":1}", -1);
	has_text(log_call("Tail", "{\"name\":\"x\"}"), "BAD_NAME", "a removed stream is gone");
	is_int(log_size(log_path("x-stdout---me-new00000.log")), -1, "with its AUTO file");
	is_int(log_size(log_path("x-stdout---me-new00000.log.1")), -1, "and the backup");
	log_reset();
}

static void
removed(void)
{
	uint32_t id;

	log_up();
	id = log_add("a", "stdout", log_path("a.log"), "");
	log_say(id, "the last words");
	log_send("{\"op\":\"remove\",\"id\":1}", -1);
	has_text(log_call("Tail", "{\"name\":\"a\"}"), "BAD_NAME", "it is removed");
	is_file(log_path("a.log"), "the last words", "what was in the pipe is in the file");
	log_reset();
}

static void
new_rules(void)
{
	char text[400];
	uint32_t id;

	log_up();
	id = log_add("r", "stdout", log_path("old.log"), "");
	log_say(id, "old\n");
	snprintf(text, sizeof(text), "{\"op\":\"add\",\"id\":1,\"name\":\"r\",\"group\":\"r\","
	    "\"channel\":\"stdout\",\"file\":\"%s\",\"maxbytes\":4,\"backups\":1}",
	    log_path("new.log"));
	log_stat("r");
	log_send(text, -1);
	log_stat("r");
	log_say(id, "new\n");
	is_int(log_stat("r").rotations, 1, "new rules are in force");
	is_file(log_path("old.log"), "old\n", "the old file has what came before");
	is_file(log_path("new.log.1"), "new\n", "the new one what comes after");
	is_int(log_stat("r").in, 8, "the counters go on");
	log_reset();
}

static void
finished(void)
{
	static char data[60000];
	uint32_t id[20];
	char name[20];
	int whole = 0;

	memset(data, 'f', sizeof(data));
	log_up();
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "f%d.log", i);
		id[i] = log_add("f", "stdout", log_path(name), "");
	}
	log_stat("f");
	for (int i = 0; i < 20; i++)
		log_write(id[i], data, sizeof(data));
	is_int(log_finish(5000), 0, "told to finish, it exits with 0");
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "f%d.log", i);
		whole += log_size(log_path(name)) == (off_t)sizeof(data);
	}
	is_int(whole, 20, "and everything is written");
	log_reset();

	mkfifo(log_path("stuck"), 0600);
	log_up();
	id[0] = log_add("s", "stdout", log_path("stuck"), "");
	log_write(id[0], data, sizeof(data));
	log_stat("s");
	log_write(id[0], data, sizeof(data));
	log_stat("s");
	is_int(log_finish(300), 0, "a stuck sink does not hold it beyond its time");
	log_reset();
}

static void
orphaned(void)
{
	uint32_t id;
	int status;

	log_up();
	id = log_add("o", "stdout", log_path("o.log"), "");
	log_stat("o");
	fd_close(&lg.feed);
	log_say(id, "after the core\n");
	fd_close(&lg.pipe[0].wr);
	fd_close(&lg.pipe[0].rd);
	waitpid(lg.pid, &status, 0);
	lg.pid = 0;
	is_int(status, 0, "without a core it ends when the pipes have ended");
	is_file(log_path("o.log"), "after the core\n", "and has written what still came");
	log_reset();
}

/* Fewer descriptors than files: those not in use are closed and opened again. */
static void
few_descriptors(void)
{
	enum { FLOWS = 40 };
	char name[20], want[40];
	int good = 0;

	lg.nofile = 64;
	log_up();
	for (int i = 0; i < FLOWS; i++) {
		snprintf(name, sizeof(name), "few%d", i);
		log_add(name, "stdout", log_path(name), "\"maxbytes\":10,\"backups\":1");
	}
	for (int round = 0; round < 3; round++)
		for (uint32_t i = 0; i < FLOWS; i++) {
			snprintf(name, sizeof(name), "few%u", i);
			log_say(i + 1, round == 1 ? "half" : "1234567");
			log_stat(name);
		}
	for (uint32_t i = 0; i < FLOWS; i++) {
		char *text, *old;

		snprintf(name, sizeof(name), "few%u", i);
		text = log_slurp(log_path(name), NULL);
		snprintf(want, sizeof(want), "few%u.1", i);
		old = log_slurp(log_path(want), NULL);
		good += strcmp(old, "1234567half") == 0 && strcmp(text, "1234567") == 0;
		free(text);
		free(old);
	}
	is_int(good, FLOWS, "64 descriptors are enough for 40 streams with files");
	log_reset();
	lg.nofile = 0;
}

/* A counter of another logger's status file: "VmRSS" in KiB, "voluntary_ctxt_switches". */
static long
status_of(const char *key)
{
	char path[64], *text, *at;
	long n = -1;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)lg.pid,
	    key[0] == 'P' ? "smaps_rollup" : "status");
	text = log_slurp(path, NULL);
	at = strstr(text, key);
	if (at != NULL)
		n = strtol(at + strlen(key) + 1, NULL, 10);
	free(text);
	return n;
}

static void
many(void)
{
	enum { MANY = 2000 };
	long base, used, before;
	char name[40];

	signal(SIGPIPE, SIG_IGN);
	{
		unsigned long long soft, hard;

		fd_raise_limit(20000, &soft, &hard);
		if (hard < 3 * MANY) {
			printf("# only %llu descriptors: not tested with many\n", hard);
			return;
		}
	}
	log_up();
	log_add("first", "stdout", log_path("first.log"), "");
	log_say(1, "x\n");
	log_stat("first");
	base = status_of("Private_Dirty");
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "program%d", i);
		log_add(name, i % 2 ? "stderr" : "stdout", log_path(name), "");
	}
	for (uint32_t i = 0; i < MANY; i++)
		log_say(i + 2, "a line of a program that starts\n");
	for (int i = 0; i < MANY; i += 2) {
		snprintf(name, sizeof(name), "program%d", i);
		if (log_stat(name).written != 32)
			ok(false, "%s is written", name);
	}
	log_stat("first");
	used = status_of("Private_Dirty");
#ifdef __SANITIZE_ADDRESS__	/* which takes most of it for itself */
	printf("# %d streams: %ld KiB private, %ld with one\n", MANY, used, base);
#else
	if (getenv("EMULATED") != NULL)	/* the emulator's own memory counts as ours */
		used -= base;
	ok(used > 0 && used < 2048, "%d streams: %ld KiB private, %ld with one", MANY, used,
	    base);
#endif
	do {	/* it may still wait for more after the last line */
		before = status_of("voluntary_ctxt_switches");
		poll(NULL, 0, 20);
	} while (status_of("voluntary_ctxt_switches") != before);
	poll(NULL, 0, 300);	/* it is the silence that is looked at */
	is_int(status_of("voluntary_ctxt_switches"), before, "silence wakes nobody");
	log_reset();
}

int
main(void)
{
	log_dir();
	auto_files();
	removed();
	new_rules();
	finished();
	orphaned();
	few_descriptors();
	many();
	return tap_done();
}
