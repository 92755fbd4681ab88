/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/lease.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/**
 * Not SIGIO, which kills by default and merges with others. The handler runs while the writer waits:
 * all it does is to let go, which fcntl(2) may do in a handler. With F_SETSIG the kernel tells which
 * descriptor.
 */
static void let_go(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	fcntl(info->si_fd, F_SETLEASE, F_UNLCK);
}

int lease_take(struct lease *lease, int fd)
{
	struct sigaction action = { .sa_sigaction = let_go, .sa_flags = SA_SIGINFO | SA_RESTART };
	struct f_owner_ex self = { F_OWNER_TID, (pid_t)syscall(SYS_gettid) };
	int signal = SIGRTMIN + 1;

	lease->fd = -1;
	sigset_t own;

	sigemptyset(&own);
	sigaddset(&own, signal);
	sigemptyset(&action.sa_mask);
	if (sigaction(signal, &action, &lease->before))
		return -errno;
	if (fcntl(fd, F_SETSIG, signal) || fcntl(fd, F_SETLEASE, F_RDLCK) ||
	    fcntl(fd, F_SETOWN_EX, &self)) {
		int rc = -errno;

		fcntl(fd, F_SETLEASE, F_UNLCK);
		sigaction(signal, &lease->before, NULL);
		return rc;
	}
	/* Whoever started us may have blocked it, and a writer waits. */
	sigprocmask(SIG_UNBLOCK, &own, NULL);
	lease->fd = fd;
	return 0;
}

bool lease_holds(const struct lease *lease)
{
	return lease->fd >= 0 && fcntl(lease->fd, F_GETLEASE) == F_RDLCK;
}

bool lease_end(struct lease *lease)
{
	bool held = lease_holds(lease);

	if (lease->fd < 0)
		return false;
	fcntl(lease->fd, F_SETLEASE, F_UNLCK);
	fcntl(lease->fd, F_SETSIG, 0);
	sigaction(SIGRTMIN + 1, &lease->before, NULL);
	lease->fd = -1;
	return held;
}
