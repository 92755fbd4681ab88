/* SPDX-License-Identifier: GPL-2.0-or-later */
/** Threads, processes, who they are, and how they end. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"

/** Where a child writes one byte when it is ready; in the environment, so that it outlives exec. */
static const char sync_name[] = "ACTOR_SYNC";

static void *sleep_on(void *closure)
{
	sem_t *begun = closure;

	dprintf(STDOUT_FILENO, "thread %d\n", gettid());
	sem_post(begun);
	for (;;)
		pause();
	return NULL;
}

static pthread_t start(void *(*run)(void *), void *closure)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, closure))
		errx(1, "cannot start a thread");
	return thread;
}

static void op_thread(struct actor *actor, char **arg)
{
	sem_t begun;

	(void)actor;
	(void)arg;
	sem_init(&begun, 0, 0);
	start(sleep_on, &begun);
	while (sem_wait(&begun) && errno == EINTR)
		;
}

struct unshared {
	struct actor actor;
	sem_t begun;
};

static void *unshared_run(void *closure)
{
	struct unshared *unshared = closure;

	check(unshare(CLONE_FILES), "cannot unshare", "the descriptors");
	script_run(&unshared->actor);
	return sleep_on(&unshared->begun);
}

static void op_unshare_thread(struct actor *actor, char **arg)
{
	struct unshared *unshared = calloc(1, sizeof(*unshared));

	(void)arg;
	if (!unshared)
		err(1, "out of memory");
	unshared->actor = *actor;
	sem_init(&unshared->begun, 0, 0);
	start(unshared_run, unshared);
	while (sem_wait(&unshared->begun) && errno == EINTR)
		;
	script_skip(actor);
}

/* Not by reading: the input's lines are for the parent. */
static void wait_for_hangup(void)
{
	struct pollfd input = { .fd = STDIN_FILENO };

	while (poll(&input, 1, -1) < 0 || !(input.revents & (POLLHUP | POLLERR | POLLNVAL)))
		;
}

static void child_ready(const char *sync)
{
	int fd = atoi(sync);

	write_all(fd, "", 1);
	close(fd);
	unsetenv(sync_name);
}

void life_say_ready(void)
{
	const char *sync = getenv(sync_name);

	if (sync)
		child_ready(sync);
}

static _Noreturn void child_hold(struct actor *actor)
{
	if (actor->stop)
		raise(SIGSTOP);
	wait_for_hangup();
	actor_exit(actor);
}

static _Noreturn void child_run(struct actor *actor, int sync)
{
	char number[16];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	actor->children = 0;
	snprintf(number, sizeof(number), "%d", sync);
	setenv(sync_name, number, 1);
	script_run(actor);
	child_ready(number);
	child_hold(actor);
}

static void op_fork(struct actor *actor, char **arg)
{
	int ends[2], status;
	pid_t pid;
	char byte;

	(void)arg;
	if (actor->children == ACTOR_CHILDREN)
		errx(1, "too many children");
	check(pipe(ends), "cannot make", "a pipe");
	pid = fork();
	check(pid, "cannot", "fork");
	if (!pid) {
		close(ends[0]);
		child_run(actor, ends[1]);
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1) {
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : 1);
	}
	close(ends[0]);
	dprintf(STDOUT_FILENO, "child %d\n", pid);
	actor->child[actor->children++] = pid;
	script_skip(actor);
}

/* Its name is alive for as long as it is; the other is deleted from the start. */
static _Noreturn void live_briefly(const char *path)
{
	char *doomed;

	if (asprintf(&doomed, "%s.%d", path, getpid()) < 0 || open(path, O_RDONLY) < 0 ||
	    open(doomed, O_WRONLY | O_CREAT, 0644) < 0 || unlink(doomed))
		_exit(1);
	_exit(0);
}

/** A child that goes on making children, each of which opens PATH, a deleted file, and ends. */
static void op_churn(struct actor *actor, char **arg)
{
	pid_t pid = fork();

	check(pid, "cannot", "fork");
	if (pid) {
		actor->child[actor->children++] = pid;
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		pid_t child = fork();

		if (!child)
			live_briefly(arg[0]);
		waitpid(child, NULL, 0);
	}
}

/** What vfork(2) waits for: a child that has not run another program. */
static int keep_waiting(void *closure)
{
	int *end = closure;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	write_all(*end, "", 1);
	for (;;)
		pause();
	return 0;
}

/** A child that waits for its own child as in vfork(2), which never runs another program. */
static void op_vfork(struct actor *actor, char **arg)
{
	static char stack[1 << 16] __attribute__((aligned(16)));
	int ends[2];
	char byte;

	(void)arg;
	check(pipe(ends), "cannot make", "a pipe");
	pid_t pid = fork();
	check(pid, "cannot", "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		clone(keep_waiting, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD,
		      &ends[1]);
		_exit(1);
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		errx(1, "cannot vfork");
	close(ends[0]);
	dprintf(STDOUT_FILENO, "child %d\n", pid);
	actor->child[actor->children++] = pid;
}

static void *end_at_once(void *closure)
{
	return closure;
}

static void *make_threads(void *closure)
{
	for (;;) {
		pthread_join(start(end_at_once, closure), NULL);
		usleep(1000); /* hundreds of these are no reason for the machine to stand still */
	}
	return NULL;
}

/** N threads, each of which goes on making threads that end. */
static void op_churn_threads(struct actor *actor, char **arg)
{
	(void)actor;
	for (off_t n = size_parse(arg[0]); n > 0; n--)
		start(make_threads, NULL);
}

static void op_leader_exit(struct actor *actor, char **arg)
{
	(void)arg;
	actor->leader_exit = true;
}

static void op_stop(struct actor *actor, char **arg)
{
	(void)arg;
	actor->stop = true;
}

/** As a login would; a process that changed its user is not dumpable, until it says so. */
static void op_setuid(struct actor *actor, char **arg)
{
	gid_t gid = strtoul(arg[1], NULL, 10);
	uid_t uid = strtoul(arg[0], NULL, 10);

	(void)actor;
	check(setgroups(0, NULL), "cannot leave", "the groups");
	check(setresgid(gid, gid, gid), "cannot become group", arg[1]);
	check(setresuid(uid, uid, uid), "cannot become user", arg[0]);
	prctl(PR_SET_DUMPABLE, 1);
	if (getenv(sync_name))
		prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void op_nodumpable(struct actor *actor, char **arg)
{
	(void)actor;
	(void)arg;
	prctl(PR_SET_DUMPABLE, 0);
}

static void op_comm(struct actor *actor, char **arg)
{
	(void)actor;
	prctl(PR_SET_NAME, arg[0]);
}

static void copy_self(const char *path)
{
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	ssize_t n;

	check(in, "cannot open", "/proc/self/exe");
	check(out, "cannot create", path);
	while ((n = sendfile(out, in, NULL, 1 << 24)) > 0)
		;
	check(n < 0 ? -1 : 0, "cannot write", path);
	check(close(out), "cannot write", path);
	close(in);
}

/** Go on with the script as a copy of this program at PATH. The slots stay open and lose their number. */
static void op_exec(struct actor *actor, char **arg)
{
	char **rest = actor->arg + actor->at;

	copy_self(arg[0]);
	rest[-1] = arg[0];
	/* The words run to the end of argv, which is null-terminated; a line's array is, too. */
	execv(arg[0], rest - 1);
	err(1, "cannot run %s", arg[0]);
}

static bool leader_is_gone(void)
{
	char line[512], *after;
	ssize_t n = -1;
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		n = read(fd, line, sizeof(line) - 1);
	if (n <= 0)
		err(1, "cannot read /proc/self/stat");
	close(fd);
	line[n] = '\0';
	after = strrchr(line, ')');
	return after && after[2] == 'Z';
}

static _Noreturn void hold(struct actor *actor)
{
	dprintf(STDOUT_FILENO, "ready %d\n", getpid());
	if (actor->stop)
		raise(SIGSTOP);
	actor_wait(actor);
	actor_exit(actor);
}

static void *hold_without_leader(void *closure)
{
	while (!leader_is_gone())
		sched_yield();
	hold(closure);
}

void life_begin(struct actor *actor)
{
	const char *sync = getenv(sync_name);

	if (sync) {
		child_ready(sync);
		child_hold(actor);
	}
	if (actor->leader_exit) {
		start(hold_without_leader, actor);
		pthread_exit(NULL);
	}
	hold(actor);
}

/* clang-format off */
const struct op life_ops[] = {
	{ "thread",         0, 0, op_thread },
	{ "unshare-thread", 0, 0, op_unshare_thread },
	{ "fork",           0, 0, op_fork },
	{ "churn",          1, 1, op_churn },
	{ "vfork",          0, 0, op_vfork },
	{ "churn-threads",  1, 1, op_churn_threads },
	{ "leader-exit",    0, 0, op_leader_exit },
	{ "stop",           0, 0, op_stop },
	{ "setuid",         2, 2, op_setuid },
	{ "nodumpable",     0, 0, op_nodumpable },
	{ "comm",           1, 1, op_comm },
	{ "exec",           1, 1, op_exec },
	{ NULL, 0, 0, NULL },
};
/* clang-format on */
