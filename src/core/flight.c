/*
 * The flight record.  Slots are found by a hash of the name, not by the order
 * in the config, so that a file edited meanwhile still finds its processes.
 */
#include "core/flight.h"

#include <sys/mman.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "core/health.h"
#include "core/hooks.h"
#include "core/listener.h"
#include "core/proc.h"
#include "core/ready.h"
#include "core/remember.h"
#include "core/retry.h"
#include "core/stdin.h"
#include "core/values.h"

#define FIRST_SLOTS 48	/* with the head one page */

static struct {
	int	 fd;
	struct flight_head *head;	/* NULL: none */
	size_t	 size;
	uint32_t next;		/* no free slot below */
} record = { .fd = -1 };

static struct {
	int	 fd;
	struct flight_head *head;	/* of the crashed image; NULL: none */
	size_t	 size;
} old = { .fd = -1 };
static int old_listener[FLIGHT_LISTENERS] = { [0 ... FLIGHT_LISTENERS - 1] = -1 };
static int old_notes = -1;
static enum supervisor_state old_state = SUP_RUNNING;	/* of the crashed image */

static size_t
size_for(uint32_t nslots)
{
	return sizeof(struct flight_head) + nslots * sizeof(struct flight_slot);
}

static struct flight_slot *
slots_of(struct flight_head *h)
{
	return (struct flight_slot *)(void *)(h + 1);
}

struct flight_head *
flight_head(void)
{
	return record.head;
}

struct flight_slot *
flight_slots(void)
{
	return slots_of(record.head);
}

int
flight_fd(void)
{
	return record.fd;
}

/* FNV-1a of "space:name"; neither 0 nor 1, which mark slots without a name. */
static uint64_t
hash(const char *space, const char *name)
{
	uint64_t h = 14695981039346656037ULL;

	for (const char *c = space; *c != '\0'; c++)
		h = (h ^ (unsigned char)*c) * 1099511628211ULL;
	h = (h ^ ':') * 1099511628211ULL;
	for (const char *c = name; *c != '\0'; c++)
		h = (h ^ (unsigned char)*c) * 1099511628211ULL;
	return h > 1 ? h : 2;
}

static uint64_t
hash_name(const struct proc *p)
{
	return hash(p->group->name, p->conf->name);
}

/* Groups have no slash in their names: no process is called like a socket. */
static uint64_t
hash_socket(const char *url)
{
	return hash("/socket", url);
}

static uint64_t
hash_role(const char *name)
{
	return hash("/role", name);
}

static int
map(uint32_t nslots)
{
	size_t size = size_for(nslots);
	void *at = sys->map(record.fd, record.head, record.size, size);

	if (at == NULL)
		return -1;
	record.head = at;
	record.size = size;
	record.head->nslots = nslots;
	return 0;
}

void
flight_init(void)
{
	record.fd = sys->memfd("supd-flight");
	if (record.fd == -1 || map(FIRST_SLOTS) == -1) {
		log_warn("no recovery after a crash: the kernel gives no memory for it");
		fd_close(&record.fd);
		record.head = NULL;
		return;
	}
	record.head->magic = FLIGHT_MAGIC;
	record.head->version = FLIGHT_VERSION;
	record.head->crashes = old.head != NULL ? old.head->crashes : 0;
	for (int i = 0; i < FLIGHT_LISTENERS; i++)
		record.head->listener[i] = -1;
	record.head->notes = -1;
	record.next = 0;
}

void
flight_release(void)
{
	old_state = SUP_RUNNING;
	if (record.head != NULL)
		sys->unmap(record.head, record.size);
	record.head = NULL;
	fd_close(&record.fd);
}

uint32_t
flight_take(void)
{
	uint32_t slot;

	if (record.head == NULL)
		return FLIGHT_NONE;
	for (slot = record.next; slot < record.head->nslots; slot++)
		if (flight_slots()[slot].name_hash == 0)
			break;
	if (slot == record.head->nslots && map(record.head->nslots * 2) == -1)
		return FLIGHT_NONE;
	record.next = slot + 1;
	flight_slots()[slot].name_hash = 1;
	return slot;
}

void
flight_give(uint32_t slot)
{
	if (slot == FLIGHT_NONE || record.head == NULL)
		return;
	flight_slots()[slot] = (struct flight_slot){ 0 };
	if (slot < record.next)
		record.next = slot;
}

void
flight_save(const struct proc *p)
{
	struct flight_slot *f;

	if (record.head == NULL || p->slot == FLIGHT_NONE)
		return;
	f = &flight_slots()[p->slot];
	if (f->name_hash <= 1)
		f->name_hash = hash_name(p);
	f->pid = p->pid;
	f->fails = p->fsm.fails;
	f->status = p->status;
	f->stdin_fd = stdin_fd(p);
	for (int i = 0; i < 2; i++) {
		f->rd[i] = p->streams[i].rd;
		f->wr[i] = p->streams[i].wr;
	}
	f->box = p->box;
	f->loose = p->loose;
	f->listener_fd = listener_fd(p);
	if (p->listener != NULL) {
		f->listener_state = (uint8_t)p->listener->said.st;
		f->listener_clean = listener_is_clean(p);
	}
	f->state = (uint8_t)p->fsm.st;
	f->want_up = p->want_up;
	f->started = p->started;
	f->stopped_by_person = p->stopped_by_person;
	f->has_status = p->has_status;
	f->expected = p->expected;
	f->is_guest = p->group == core.guests;
	f->is_ready = proc_is_ready(p);
	f->due_again = p->fsm.st == P_FATAL && proc_restart_due(p);
	f->row = (uint8_t)retry_row(p);
	f->stop_step = p->stop_step;
	f->hook = (uint8_t)hooks_now(p);
	f->hook_pid = hooks_pid(p);
	f->prepared = hooks_prepared(p);
	f->killed = p->killed;
	f->health = (uint8_t)proc_health(p);
	f->values = values_sum(p);
	f->start_ms = p->start_ms;
	f->start_wall_ms = p->start_wall_ms;
	f->stop_wall_ms = p->stop_wall_ms;
}

void
flight_save_socket(uint32_t slot, const char *url, int fd)
{
	if (record.head == NULL || slot == FLIGHT_NONE)
		return;
	flight_slots()[slot] = (struct flight_slot){
		.name_hash = fd != -1 ? hash_socket(url) : 1,
		.stdin_fd = fd, .rd = { -1, -1 }, .wr = { -1, -1 },
	};
}

void
flight_save_role(uint32_t slot, const char *name, int word)
{
	if (record.head == NULL || slot == FLIGHT_NONE)
		return;
	flight_slots()[slot] = (struct flight_slot){
		.name_hash = hash_role(name), .fails = word,
		.stdin_fd = -1, .listener_fd = -1, .rd = { -1, -1 }, .wr = { -1, -1 },
	};
}

void
flight_save_core(void)
{
	struct flight_head *h = record.head;

	if (h == NULL)
		return;
	h->supervisor_state = core.state;
	h->main_rd = core.main_log.rd;
	h->main_wr = core.main_log.wr;
	h->counters = core.counters;
	h->memory = remember_fd();
	h->nofile_soft = core.nofile_soft;
	h->nofile_hard = core.nofile_hard;
	memcpy(h->run_id, core.run_id, sizeof(core.run_id));
}

void
flight_save_serials(void)
{
	if (record.head == NULL)
		return;
	record.head->event_serial = core.event_serial;
	record.head->accepted_serial = core.accepted_serial;
}

void
flight_keep_listener(size_t i, int fd)
{
	if (record.head != NULL && i < FLIGHT_LISTENERS)
		record.head->listener[i] = fd;
}

void
flight_keep_notes(int fd)
{
	if (record.head != NULL)
		record.head->notes = fd;
}

/* ---- the next image ---- */

int
flight_open_old(int fd)
{
	struct stat st;
	struct flight_head *h;

	if (fstat(fd, &st) == -1 || (size_t)st.st_size < sizeof(*h))
		return -1;
	h = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (h == MAP_FAILED)
		return -1;
	if (h->magic != FLIGHT_MAGIC || h->version != FLIGHT_VERSION ||
	    size_for(h->nslots) > (size_t)st.st_size) {
		munmap(h, (size_t)st.st_size);
		return -1;
	}
	old.fd = fd;
	old.head = h;
	old.size = (size_t)st.st_size;
	core.main_log.rd = h->main_rd;
	core.main_log.wr = h->main_wr;
	core.counters = h->counters;
	remember_recall(h->memory);
	core.nofile_soft = h->nofile_soft;
	core.nofile_hard = h->nofile_hard;
	core.event_serial = h->event_serial;
	core.accepted_serial = h->accepted_serial;
	memcpy(core.run_id, h->run_id, sizeof(core.run_id));
	for (uint32_t i = 0; i < h->nslots; i++)	/* new ones get other cgroups */
		if (slots_of(h)[i].box > core.last_id)
			core.last_id = slots_of(h)[i].box;
	for (int i = 0; i < FLIGHT_LISTENERS; i++)
		old_listener[i] = h->listener[i];
	old_notes = h->notes;
	if (h->supervisor_state == SUP_SHUTDOWN || h->supervisor_state == SUP_RESTARTING)
		old_state = (enum supervisor_state)h->supervisor_state;
	return 0;
}

enum supervisor_state
flight_old_state(void)
{
	return old_state;
}

int
flight_take_listener(size_t i)
{
	int fd = i < FLIGHT_LISTENERS ? old_listener[i] : -1;

	if (fd != -1)
		old_listener[i] = -1;
	return fd;
}

int
flight_take_notes(void)
{
	int fd = old_notes;

	old_notes = -1;
	return fd;
}

void
flight_close_listeners(void)
{
	fd_close(&old_notes);
	for (int i = 0; i < FLIGHT_LISTENERS; i++)
		fd_close(&old_listener[i]);
}

bool
flight_recovering(void)
{
	return old.head != NULL;
}

static struct flight_slot *
find_old(uint64_t name_hash)
{
	for (uint32_t i = 0; old.head != NULL && i < old.head->nslots; i++)
		if (slots_of(old.head)[i].name_hash == name_hash)
			return &slots_of(old.head)[i];
	return NULL;
}

int
flight_recall_socket(const char *url)
{
	struct flight_slot *f = old.head != NULL ? find_old(hash_socket(url)) : NULL;

	if (f == NULL)
		return -1;
	f->name_hash = 0;
	return f->stdin_fd;
}

int
flight_recall_role(const char *name)
{
	struct flight_slot *f = old.head != NULL ? find_old(hash_role(name)) : NULL;

	if (f == NULL)
		return -1;
	f->name_hash = 0;
	return f->fails;
}

/* Take the pipe of the crashed image in place of none. */
static void
take_pipe(struct stream *s, const struct flight_slot *f, int i)
{
	if (f->rd[i] == -1 || s->id == 0)
		return;
	s->rd = f->rd[i];
	s->wr = f->wr[i];
}

bool
flight_recall(struct proc *p)
{
	struct flight_slot *f = find_old(hash_name(p));
	int in;

	if (f == NULL || f->is_guest)
		return false;
	take_pipe(&p->streams[0], f, 0);
	take_pipe(&p->streams[1], f, 1);
	p->box = f->box;
	p->loose = f->loose;
	p->want_up = f->want_up;
	p->started = f->started;
	p->stopped_by_person = f->stopped_by_person;
	p->has_status = f->has_status;
	p->expected = f->expected;
	p->status = f->status;
	p->start_ms = f->start_ms;
	p->start_wall_ms = f->start_wall_ms;
	p->stop_wall_ms = f->stop_wall_ms;
	in = f->stdin_fd;
	retry_recall(p, f->row);
	p->stop_step = f->stop_step;
	hooks_recall(p, (enum hook)f->hook, f->hook_pid, f->prepared);
	p->killed = f->killed;
	if (f->state < P_NSTATES)
		proc_adopt(p, (enum pstate)f->state, f->fails, f->pid, f->due_again);
	if (in != -1 && f->pid > 0)
		stdin_take(p, in);
	if (f->pid > 0)
		ready_recall(p, f->is_ready);
	if (f->pid > 0)
		values_recall(p, f->values);
	if (f->pid > 0)
		health_recall(p, (enum health)f->health);
	if (f->listener_fd != -1)
		listener_adopt(p, f->listener_fd, f->listener_state, f->listener_clean);
	f->name_hash = 0;
	return true;
}

void
flight_close_old(void)
{
	if (old.head == NULL)
		return;
	for (uint32_t i = 0; i < old.head->nslots; i++) {
		struct flight_slot *f = &slots_of(old.head)[i];

		if (f->name_hash <= 1)
			continue;
		/* the old logger makes room for a new one; a program that is in no
		 * file any more has nobody to look after it */
		if (f->pid > 0)
			sys->kill(f->pid, f->is_guest ? SIGKILL : SIGTERM);
		if (f->hook_pid > 0)
			sys->kill(-f->hook_pid, SIGKILL);
		fd_close(&f->stdin_fd);
		fd_close(&f->listener_fd);
		for (int j = 0; j < 2; j++) {
			fd_close(&f->rd[j]);
			fd_close(&f->wr[j]);
		}
	}
	munmap(old.head, old.size);
	old.head = NULL;
	fd_close(&old.fd);
}
