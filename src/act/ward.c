/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/ward.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "act/identity.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/scope.h"
#include "kernel/pidstat.h"
#include "kernel/pidstatus.h"
#include "kernel/procfile.h"
#include "kernel/tracer.h"

enum { LOOK_MS = 100, WAIT_FIRST_US = 50, WAIT_LAST_US = 5000 };

static const int64_t MS = 1000000;

/** A task that is traced. Its number is not used again while we are its tracer. */
struct traced {
	unsigned int pid, tid;
	bool settled; /**< it stands still, or has ended */
	bool ended;
};

/** The warden's own side. */
struct ward {
	int socket;
	pid_t parent;
	const unsigned int *beats;
	struct traced *tasks;
	size_t count;
};

static struct traced *find(struct ward *ward, unsigned int tid)
{
	for (size_t i = 0; i < ward->count; i++) {
		if (ward->tasks[i].tid == tid && !ward->tasks[i].ended)
			return &ward->tasks[i];
	}
	return NULL;
}

static int read_status(unsigned int pid, unsigned int tid, struct pidstatus *ret)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/%u/task/%u/status", pid, tid);
	return pidstatus_read(AT_FDCWD, name, ret);
}

/**
 * PTRACE_SEIZE was refused. A thread that has ended but not vanished needs no stop; one that was made
 * by somebody we trace is traced by us already.
 */
static int explain_refusal(unsigned int pid, unsigned int tid, bool *ours,
			   struct warden_answer *answer)
{
	struct pidstatus status;

	*ours = false;
	if (read_status(pid, tid, &status) || status.state == 'Z' || status.state == 'X')
		return 0;
	if (pidstatus_tracer(&status) == (unsigned int)getpid()) {
		*ours = true;
		return 0;
	}
	answer->tid = tid;
	answer->tracer = pidstatus_tracer(&status);
	return answer->tracer ? -EBUSY : -EPERM;
}

/** Become the tracer of a thread that is not ours yet. */
static int take(struct ward *ward, unsigned int pid, unsigned int tid, struct warden_answer *answer)
{
	bool ours = true;
	int rc = tracer_seize(tid);

	if (rc == -ESRCH)
		return 0;
	if (rc) {
		rc = explain_refusal(pid, tid, &ours, answer);
		if (rc || !ours)
			return rc;
	}
	tracer_interrupt(tid);
	memory_grow(&ward->tasks, ward->count, sizeof(*ward->tasks));
	ward->tasks[ward->count++] = (struct traced){ .pid = pid, .tid = tid };
	return 0;
}

/** Take every thread that is not ours yet; `*fresh` when there was one. */
static int take_threads(struct ward *ward, unsigned int pid, bool *fresh,
			struct warden_answer *answer)
{
	char name[32];
	unsigned int *tids;
	size_t count;
	struct arena arena;

	*fresh = false;
	snprintf(name, sizeof(name), "/proc/%u/task", pid);
	scope_fd dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? 0 : -errno;
	arena_init(&arena);
	int rc = procfile_numbers(dir, &arena, &tids, &count);
	if (rc == -ENOENT || rc == -ESRCH)
		rc = (int)(count = 0);
	for (size_t i = 0; i < count && !rc; i++) {
		size_t before = ward->count;

		if (find(ward, tids[i]))
			continue;
		rc = take(ward, pid, tids[i], answer);
		*fresh |= ward->count > before;
	}
	arena_end(&arena);
	return rc;
}

/** One look at one task. A vfork(2)ing one stops only when its child goes on, but it runs nothing. */
static void settle(struct traced *task, bool patient)
{
	struct pidstatus status;

	switch (tracer_look(task->tid)) {
	case TRACER_STOPPED:
		task->settled = true;
		return;
	case TRACER_ENDED:
		task->settled = task->ended = true;
		return;
	case TRACER_RUNS:
		break;
	}
	if (patient)
		return;
	/* A leader that has ended is not told of while it has threads: wait(2) keeps it back. */
	if (read_status(task->pid, task->tid, &status) || status.state == 'Z' ||
	    status.state == 'X')
		task->settled = task->ended = true;
	else if (status.state == 'D' && tracer_waits_for_child(task->tid))
		task->settled = true;
}

/** The first task that does not stand still, or NULL. */
static struct traced *first_moving(struct ward *ward, bool patient)
{
	struct traced *first = NULL;

	for (size_t i = 0; i < ward->count; i++) {
		if (!ward->tasks[i].settled)
			settle(&ward->tasks[i], patient);
		if (!ward->tasks[i].settled && !first)
			first = &ward->tasks[i];
	}
	return first;
}

static int wait_for_all(struct ward *ward, int64_t deadline_ns, struct warden_answer *answer)
{
	struct timespec pause = { .tv_nsec = WAIT_FIRST_US * 1000L };
	struct traced *moving;

	while ((moving = first_moving(ward, pause.tv_nsec < WAIT_LAST_US * 1000L))) {
		if (clock_ns(CLOCK_MONOTONIC) > deadline_ns) {
			struct pidstatus status = { 0 };

			read_status(moving->pid, moving->tid, &status);
			answer->tid = moving->tid;
			answer->state = status.state;
			return -ETIMEDOUT;
		}
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < WAIT_LAST_US * 1000L)
			pause.tv_nsec *= 2;
	}
	return 0;
}

static unsigned int count_still(const struct ward *ward, unsigned int pid)
{
	unsigned int count = 0;

	for (size_t i = 0; i < ward->count; i++)
		count += ward->tasks[i].pid == pid && !ward->tasks[i].ended;
	return count;
}

/** True when no thread of `pid` was passed over: the list may skip one while others end. */
static bool is_whole(const struct ward *ward, unsigned int pid)
{
	char name[32], buffer[PIDSTAT_MAX];
	struct pidstat stat;
	unsigned int known = 0;
	bool leader = false;

	snprintf(name, sizeof(name), "/proc/%u/stat", pid);
	ssize_t len = procfile_read(AT_FDCWD, name, buffer, sizeof(buffer));
	if (len < 0 || pidstat_parse((struct text){ buffer, (size_t)len }, &stat))
		return true;
	for (size_t i = 0; i < ward->count; i++) {
		known += ward->tasks[i].pid == pid;
		leader |= ward->tasks[i].tid == pid;
	}
	/* Those that ended are counted, too, until they are reaped, which we do not do. */
	return stat.threads <= known + (stat.state == 'Z' && !leader);
}

static void stop(struct ward *ward, const struct ward_request *request,
		 struct warden_answer *answer)
{
	bool again = true;

	while (again && !answer->rc) {
		answer->rc = take_threads(ward, request->pid, &again, answer);
		if (!answer->rc)
			answer->rc = wait_for_all(ward, request->deadline_ns, answer);
		again |= !is_whole(ward, request->pid);
		if (again && !answer->rc && clock_ns(CLOCK_MONOTONIC) > request->deadline_ns)
			answer->rc = -ETIMEDOUT;
	}
	answer->threads = count_still(ward, request->pid);
}

/** Nobody but us can let one of them run; somebody may have killed one. */
static void check(struct ward *ward, struct warden_answer *answer)
{
	for (size_t i = 0; i < ward->count; i++) {
		struct traced *task = &ward->tasks[i];

		task->settled = task->ended;
		if (!task->settled)
			settle(task, false);
		if (!task->settled)
			answer->rc = -ECHILD;
	}
}

/** Whoever made us was stopped, or asked to end and may be stuck where it cannot see that. */
static bool parent_is_out_of_action(const struct ward *ward)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGKILL };
	struct pidstatus status;
	char name[32];

	snprintf(name, sizeof(name), "/proc/%d/status", (int)ward->parent);
	if (pidstatus_read(AT_FDCWD, name, &status) || status.state == 'T')
		return true;
	for (size_t i = 0; i < 3; i++) {
		if (pidstatus_pending(&status) >> (signals[i] - 1) & 1)
			return true;
	}
	return false;
}

/** The next request; false when there will be none, or nobody moves. */
static bool next_request(const struct ward *ward, struct ward_request *ret)
{
	struct pollfd input = { .fd = ward->socket, .events = POLLIN };
	unsigned int beats = __atomic_load_n(ward->beats, __ATOMIC_RELAXED);
	int64_t since = clock_ns(CLOCK_MONOTONIC);

	while (poll(&input, 1, LOOK_MS) <= 0) {
		unsigned int now = __atomic_load_n(ward->beats, __ATOMIC_RELAXED);

		if (parent_is_out_of_action(ward))
			return false;
		if (now != beats)
			since = clock_ns(CLOCK_MONOTONIC);
		beats = now;
		if (clock_ns(CLOCK_MONOTONIC) - since > WARDEN_STALL_MS * MS)
			return false;
	}
	return recv(ward->socket, ret, sizeof(*ret), 0) == sizeof(*ret);
}

static void let_go(int signal)
{
	(void)signal;
	_exit(0);
}

/** Nothing of ours stays open: the file must not be ours to hold, nor the terminal. */
static void begin(int socket)
{
	static const int to_end[] = { SIGINT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGALRM };
	sigset_t none;

	prctl(PR_SET_NAME, "procowl-freeze");
	/* Who stops a job (`kill -STOP %1`) would stop us with it, and nobody were there to let go. */
	setpgid(0, 0);
	identity_return();
	if (dup2(socket, 0) < 0)
		_exit(1);
	close_range(1, ~0U, 0);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	for (size_t i = 0; i < sizeof(to_end) / sizeof(to_end[0]); i++) {
		if (signal(to_end[i], let_go) == SIG_IGN)
			signal(to_end[i], SIG_IGN);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn void ward_run(int socket, pid_t parent, const unsigned int *beats)
{
	struct ward ward = { .parent = parent, .beats = beats };
	struct ward_request request;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	begin(socket);
	while (next_request(&ward, &request)) {
		struct warden_answer answer = { 0 };

		if (request.pid)
			stop(&ward, &request, &answer);
		else
			check(&ward, &answer);
		if (send(ward.socket, &answer, sizeof(answer), 0) != sizeof(answer))
			break;
	}
	_exit(0);
}
