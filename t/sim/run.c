/*
 * run --seed N [--trace]	replay one history
 * run --seeds FROM COUNT [--jobs N]	many, each in a process of its own
 * run --soak SECONDS		new seeds until the time is over
 * run --graphs ...		of dependencies only, without accidents
 *
 * Prints each failing seed with what went wrong; exits 1 when there was one.
 */
#include <sys/wait.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

#define HANG_SECONDS 20		/* real ones, for one history */

#define JOBS_MAX 64

static unsigned long done, failed;
static struct { pid_t pid; uint64_t seed; } working[JOBS_MAX];

/* What libc remembers for ever must not look like a leak. */
static void
warm_up(void)
{
	time_t now = 0;
	struct tm tm;

	localtime_r(&now, &tm);
}

static int
replay(uint64_t seed)
{
	sim_history(seed);
	printf("seed %llu: ok, %lu turns, %lu allocations, trace %016llx\n",
	    (unsigned long long)seed, sim.turns, memory_allocations(),
	    (unsigned long long)sim.hash);
	return 0;
}

static void
begin(uint64_t seed)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == -1) {
		perror("fork");
		exit(2);
	}
	if (pid == 0) {
		alarm(HANG_SECONDS);
		sim_history(seed);
		_exit(0);
	}
	for (int i = 0; i < JOBS_MAX; i++)
		if (working[i].pid == 0) {
			working[i].pid = pid;
			working[i].seed = seed;
			return;
		}
}

/* One ends; what it died of when it could not say so itself. */
static void
end_one(void)
{
	int status, i = 0;
	pid_t pid = wait(&status);

	if (pid == -1)
		return;
	while (i < JOBS_MAX - 1 && working[i].pid != pid)
		i++;
	working[i].pid = 0;
	done++;
	if (status == 0)
		return;
	failed++;
	if (WIFSIGNALED(status))
		printf("seed %llu: ended with signal %d%s\n",
		    (unsigned long long)working[i].seed, WTERMSIG(status),
		    WTERMSIG(status) == SIGALRM ? ": it turns for ever" : "");
}

static int
many(uint64_t from, uint64_t count, int jobs, double seconds)
{
	struct timespec start, now;
	int running = 0;
	double spent;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (uint64_t i = 0; i < count; i++) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		spent = (double)(now.tv_sec - start.tv_sec) +
		    (double)(now.tv_nsec - start.tv_nsec) / 1e9;
		if (seconds > 0 && spent > seconds)
			break;
		if (running == jobs)
			end_one();
		else
			running++;
		begin(from + i);
	}
	while (running-- > 0)
		end_one();
	clock_gettime(CLOCK_MONOTONIC, &now);
	spent = (double)(now.tv_sec - start.tv_sec) +
	    (double)(now.tv_nsec - start.tv_nsec) / 1e9;
	printf("%lu histories, %lu failed, %.0f a second\n", done, failed,
	    (double)done / (spent > 0 ? spent : 1));
	return failed > 0;
}

int
main(int argc, char **argv)
{
	uint64_t seed = 0, from = 0, count = 0;
	bool one = false;
	double seconds = 0;
	int jobs = 2;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--trace") == 0)
			sim.trace = true;
		else if (strcmp(argv[i], "--graphs") == 0)
			sim.graphs = true;
		else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
			seed = strtoull(argv[++i], NULL, 10);
			one = true;
		} else if (strcmp(argv[i], "--seeds") == 0 && i + 2 < argc) {
			from = strtoull(argv[++i], NULL, 10);
			count = strtoull(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--jobs") == 0 && i + 1 < argc)
			jobs = atoi(argv[++i]) < JOBS_MAX ? atoi(argv[i]) : JOBS_MAX;
		else if (strcmp(argv[i], "--soak") == 0 && i + 1 < argc) {
			seconds = atof(argv[++i]);
			from = (uint64_t)time(NULL) << 20;
			count = UINT64_MAX;
		} else {
			fprintf(stderr, "usage: run [--graphs] --seed N [--trace] | "
			    "--seeds FROM COUNT | --soak SECONDS [--jobs N]\n");
			return 2;
		}
	}
	warm_up();
	return one ? replay(seed) : many(from, count, jobs, seconds);
}
