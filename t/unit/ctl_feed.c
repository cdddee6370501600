/*
 * The link to the logger: what it is told, in which order, also when its socket is
 * full or it is started anew; clients on their way there and back.
 */
#include "ctl_fake.h"

#include "wire/feed.h"

static int logger = -1, end = -1;
static struct buf got;		/* ops received, a blank after each */
static int got_fd = -1;
static char last[FEED_MAX + 1];

static const char tail_call[] =
	"{\"method\":\"org.supd.Log.Tail\",\"parameters\":{\"name\":\"web\"}}";

static void
new_logger(void)
{
	int pair[2];

	guest_ops[GUEST_LOGGER]->down();
	fd_close(&logger);
	fd_close(&end);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == -1)
		return;
	logger = pair[0];
	end = pair[1];
	guest_ops[GUEST_LOGGER]->up(logger);
	spin();
}

static void
unsent(struct stream *s)
{
	s->sent = false;
	TAILQ_INSERT_TAIL(&core.unsent, s, link);
	core_feed->kick();
}

/* Take one packet; false: none. */
static bool
take(void)
{
	ssize_t n;
	char op[40];

	spin();
	fd_close(&got_fd);
	n = fd_recv(end, last, FEED_MAX, &got_fd);
	if (n <= 0)
		return false;
	last[n] = '\0';
	if (sscanf(last, "{\"op\":\"%39[a-z]", op) == 1)
		buf_addf(&got, "%s ", op);
	return true;
}

static const char *
take_all(void)
{
	buf_clear(&got);
	while (take())
		continue;
	return buf_text(&got);
}

static void
test_streams(void)
{
	struct proc *p = core_find("web", NULL);
	int fd[2];

	if (pipe(fd) == -1)
		return;
	p->streams[0].rd = fd[0];
	p->streams[0].path = strdup("/var/log/web");
	p->conf->out = (struct conf_stream){ .kind = LOGFILE_AUTO, .maxbytes = 50, .backups = 2 };
	unsent(&p->streams[0]);
	core.main_log.id = FEED_MAIN_ID;
	core.main_log.rd = fd[1];
	core.main_log.path = strdup("/var/log/supd.log");
	unsent(&core.main_log);
	core_feed->removed(77);
	core.clean_auto = true;
	new_logger();
	ok(take(), "a new logger gets options first");
	is_str(last, "{\"op\":\"options\",\"identifier\":\"fake\",\"childlogdir\":"
	    "\"/var/log/fake\",\"cleanup\":true,\"strip_ansi\":false,\"stdout_format\":"
	    "\"raw\",\"ring\":0,\"own_stdout\":false,\"ident\":\"supd\"}", "these");
	ok(take() && got_fd != -1, "then a stream with its pipe");
	is_str(last, "{\"op\":\"add\",\"id\":6,\"name\":\"web\",\"group\":\"web\",\"channel\":"
	    "\"stdout\",\"file\":\"/var/log/web\",\"auto\":true,\"maxbytes\":50,"
	    "\"backups\":2,\"syslog\":false,\"policy\":\"block\",\"open\":true}", "as the program says");
	ok(take(), "and the main log");
	is_str(last, "{\"op\":\"add\",\"id\":1,\"name\":\"\",\"group\":\"\",\"channel\":"
	    "\"main\",\"file\":\"/var/log/supd.log\",\"auto\":false,\"maxbytes\":0,"
	    "\"backups\":0,\"syslog\":false,\"policy\":\"drop\",\"open\":true}", "which never blocks");
	ok(!take(), "an id that has gone before is nothing to it");
	ok(p->streams[0].sent && TAILQ_EMPTY(&core.unsent), "all are sent");

	fd_send(end, "{\"op\":\"again\",\"id\":6}", 21, -1);
	fd_send(end, "{\"op\":\"again\",\"id\":1}", 21, -1);
	fd_send(end, "{\"op\":\"again\",\"id\":77}", 22, -1);
	is_str(take_all(), "add add ", "what the logger has lost it gets again");

	core_feed->removed(5);
	core_feed->reopen();
	is_str(take_all(), "remove reopen ", "later changes");

	ok(core_feed->parting(&p->streams[0]), "what it has not been told of is kept for it");
	core_feed->removed(p->streams[0].id);
	is_str(take_all(), "add remove ", "and told before it is removed");
	ok(core_feed->parting(&(struct stream){ .id = 8, .rd = dup(0), .proc = p }), "another");
	core_feed->removed(8);
	new_logger();
	is_str(take_all(), "options add remove ", "the next logger gets it, if that one dies");
	core.state = SUP_SHUTDOWN;
	feed_event(&(struct event){ .type = EV_SUPERVISOR_STOPPING });
	is_str(take_all(), "shutdown ", "a shutdown");
	guest_ops[GUEST_LOGGER]->finish(1500);
	is_str(take_all(), "finish ", "the end");
	is_str(last, "{\"op\":\"finish\",\"ms\":1500}", "within a time");
	new_logger();
	is_str(take_all(), "options shutdown ", "the next logger hears of it, too");
	core.state = SUP_RUNNING;
	new_logger();
	ok(strcmp(take_all(), "options ") == 0 && strstr(last, "\"cleanup\":false") != NULL,
	    "it cleans nothing up");
}

static void
test_full(void)
{
	struct proc *p;
	int n = 0, fd;
	char name[32];

	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "many:p%d", i);
		p = add_proc(name);
		p->streams[0].rd = 0;
		unsent(&p->streams[0]);
	}
	spin();
	ok(!TAILQ_EMPTY(&core.unsent), "its socket is full");
	core_feed->removed(9);
	guest_ops[GUEST_LOGGER]->finish(1);
	while (take()) {
		fd = got_fd;
		if (strncmp(last, "{\"op\":\"add\"", 11) == 0)
			n += fd != -1;
	}
	is_int(n, 3000, "as it reads, all streams arrive");
	ok(strstr(last, "finish") != NULL, "and the end comes last");
	is_int((int64_t)fake_ntimers, 0, "no timer runs");
}

static void
test_client(void)
{
	struct peer a = peer_new(NULL);
	struct buf back = { 0 };

	peer_call(&a, CALL("GetState", "{}"));
	peer_call(&a, tail_call);
	peer_call(&a, CALL("GetState", "{\"x\":\"after\"}"));
	peer_send(&a, "{\"half", 6);
	buf_clear(&got);
	while (take() && strstr(last, "client") == NULL)
		continue;
	ok(got_fd != -1, "a call for the log: the connection goes to the logger");
	is_str(last, "{\"op\":\"client\",\"data\":\"{\\\"method\\\":\\\"org.supd.Log.Tail\\\","
	    "\\\"parameters\\\":{\\\"name\\\":\\\"web\\\"}}\\u0000{\\\"method\\\":"
	    "\\\"org.supd.Control.GetState\\\",\\\"parameters\\\":{\\\"x\\\":\\\"after\\\"}}"
	    "\\u0000{\\\"half\"}", "with all that was read from it");
	is_int((int64_t)clients_count(), 0, "and is not ours any more");
	ok(strstr(peer_reply(&a), "pid") != NULL, "the call before it was answered");
	send(got_fd, "{}", 3, 0);
	is_str(peer_reply(&a), "{}", "the logger answers");
	/* and back, with a call and a half */
	buf_adds(&back, "{\"op\":\"client\",\"data\":\"{\\\"method\\\":"
	    "\\\"org.supd.Control.GetState\\\"}\\u0000{\\\"meth\"}");
	fd_send(end, back.data, back.len, got_fd);
	fd_close(&got_fd);
	ok(strstr(peer_reply(&a), "pid") != NULL, "it comes back with what is not answered");
	peer_send(&a, "od\":\"org.supd.Control.GetState\"}", 33);
	ok(strstr(peer_reply(&a), "pid") != NULL, "and goes on");
	peer_free(&a);
	buf_release(&back);
	is_int((int64_t)clients_count(), 0, "no client is left");
}

static void
test_no_logger(void)
{
	struct peer a = peer_new(NULL), b = peer_new(NULL), c = peer_new(NULL), many[80];
	int refused = 0;

	guest_ops[GUEST_LOGGER]->down();
	peer_call(&a, tail_call);
	peer_call(&a, CALL("GetState", "{}"));
	is_str(peer_reply(&a), "", "no logger: the call waits");
	pass_ms(3000);
	peer_call(&b, tail_call);
	peer_call(&c, tail_call);
	spin();
	peer_free(&c);
	pass_ms(2500);
	ok(strstr(peer_reply(&a), "{\"error\":\"org.supd.Log.Fault\",\"parameters\":{"
	    "\"code\":30,\"name\":\"FAILED\",\"text\":\"FAILED: the logger is being "
	    "restarted\"}}") != NULL, "for some seconds");
	ok(strstr(peer_reply(&a), "pid") != NULL, "the next call is answered");
	is_str(peer_reply(&b), "", "another one waits still");
	fd_close(&logger);
	core.guest[GUEST_LOGGER].proc->exec_ok = false;
	new_logger();
	is_str(take_all(), "options ", "a logger that has not reached exec gets no client");
	core.guest[GUEST_LOGGER].proc->exec_ok = true;
	pass_ms(10);
	is_str(take_all(), "client ", "until there is a logger");
	is_int((int64_t)clients_count(), 1, "which has it now");
	guest_ops[GUEST_LOGGER]->down();
	fd_close(&logger);
	for (int i = 0; i < 80; i++) {
		many[i] = peer_new(NULL);
		peer_call(&many[i], tail_call);
		spin();
	}
	for (int i = 0; i < 80; i++)
		refused += strstr(peer_reply(&many[i]), "many wait") != NULL;
	is_int(refused, 16, "not more than 64 wait");
	peer_free(&many[3]);
	pass_ms(6000);
	for (int i = 0; i < 80; i++)
		peer_free(&many[i]);
	peer_free(&a);
	peer_free(&b);
	is_int((int64_t)clients_count(), 0, "no client is left");
}

static void
test_trouble(void)
{
	struct peer a = peer_new(NULL);
	static const char event[] = "{\"op\":\"event\",\"id\":4,\"text\":\"web stdout: disk "
	    "full\"}", other[] = "{\"op\":\"later\"}", bad[] = "nonsense";

	new_logger();
	peer_call(&a, CALL_MORE("Subscribe", "{\"types\":[\"PROCESS_LOG\"]}"));
	spin();
	send(end, other, sizeof(other) - 1, 0);
	send(end, bad, sizeof(bad) - 1, 0);
	send(end, event, sizeof(event) - 1, 0);
	ok(strstr(peer_reply(&a), "\"event\":\"PROCESS_LOG_TROUBLE\"") != NULL,
	    "trouble with a log is an event");
	fd_close(&end);
	spin();
	ok(!loop_io_active(fake_io[logger] ? fake_io[logger] : &(struct loop_io){ 0 }),
	    "a dead logger is not watched");
	peer_free(&a);
}

int
main(void)
{
	fake_open();
	add_proc("web");
	test_streams();
	test_full();
	test_client();
	test_no_logger();
	test_trouble();
	guest_ops[GUEST_LOGGER]->down();
	fd_close(&logger);
	fd_close(&end);
	fake_close();
	is_int((int64_t)fake_ntimers, 0, "no timer is left");
	return tap_done();
}
