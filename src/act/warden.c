/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/warden.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act/ward.h"
#include "base/clock.h"

/** How much longer than the deadline an answer may take. */
enum { PATIENCE_MS = 1000 };

static const int64_t MS = 1000000;

static void *share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

int warden_start(struct warden *ret)
{
	int ends[2];
	pid_t self = getpid();

	*ret = (struct warden){ .socket = -1, .beats = share(sizeof(*ret->beats)) };
	if (!ret->beats || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	ret->pid = fork();
	if (ret->pid == 0)
		ward_run(ends[1], self, ret->beats);
	int rc = ret->pid < 0 ? -errno : 0;
	close(ends[1]);
	ret->socket = ends[0];
	if (rc)
		ret->pid = 0;
	return rc;
}

/** Ask, and wait for the answer until it is overdue. */
static int ask(struct warden *warden, const struct ward_request *request, int64_t until_ns,
	       struct warden_answer *ret)
{
	struct pollfd input = { .fd = warden->socket, .events = POLLIN };
	int64_t left = until_ns;

	if (!warden->pid ||
	    send(warden->socket, request, sizeof(*request), MSG_NOSIGNAL) != sizeof(*request))
		return -ECHILD;
	while ((left = until_ns - clock_ns(CLOCK_MONOTONIC)) > 0) {
		int ready = poll(&input, 1, (int)(left / MS) + 1);

		if (ready > 0)
			return recv(warden->socket, ret, sizeof(*ret), 0) == sizeof(*ret) ? 0 :
											    -ECHILD;
		if (ready < 0 && errno != EINTR)
			return -ECHILD;
	}
	/* Stuck: between it and a thread that changes its program each waits for the other. */
	return -ETIMEDOUT;
}

void warden_stop(struct warden *warden, unsigned int pid, int64_t deadline_ns,
		 struct warden_answer *ret)
{
	struct ward_request request = { pid, deadline_ns };

	*ret = (struct warden_answer){ 0 };
	int rc = ask(warden, &request, deadline_ns + PATIENCE_MS * MS, ret);
	if (rc)
		*ret = (struct warden_answer){ .rc = rc };
}

bool warden_holds(struct warden *warden)
{
	struct ward_request request = { 0 };
	struct warden_answer answer = { 0 };
	int64_t until = clock_ns(CLOCK_MONOTONIC) + PATIENCE_MS * MS;

	return ask(warden, &request, until, &answer) == 0 && answer.rc == 0;
}

void warden_end(struct warden *warden)
{
	siginfo_t info;

	if (warden->pid &&
	    waitid(P_PID, (id_t)warden->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
		/* Not asked to, as it may be stuck; the kernel lets go before wait(2) returns. */
		kill(warden->pid, SIGKILL);
		while (waitpid(warden->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (warden->socket >= 0)
		close(warden->socket);
	if (warden->beats)
		munmap(warden->beats, sizeof(*warden->beats));
	*warden = (struct warden){ .socket = -1 };
}
