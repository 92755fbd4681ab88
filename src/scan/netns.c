/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/scope.h"

struct visit {
	int namespace;
	struct mnl_socket *diag;
	int rc;
};

static void *visit_run(void *argument)
{
	struct visit *visit = argument;

	if (setns(visit->namespace, CLONE_NEWNET))
		visit->rc = -errno;
	else
		visit->rc = sockdiag_open(&visit->diag);
	return NULL;
}

/** Signals are the caller's business. Without a thread nobody enters: we could not come back for sure. */
static int visit_in_a_thread(struct visit *visit)
{
	sigset_t all, before;
	pthread_t thread;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&thread, NULL, visit_run, visit);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc)
		return -rc;
	pthread_join(thread, NULL);
	return visit->rc;
}

int netns_diag(int dir, uint64_t ino, uint64_t own, struct mnl_socket **ret)
{
	struct stat stat;

	if (ino == own)
		return sockdiag_open(ret);
	scope_fd namespace = openat(dir, "ns/net", O_RDONLY | O_CLOEXEC);
	if (namespace < 0 || fstat(namespace, &stat))
		return -errno;
	if (stat.st_ino != ino)
		return -ESRCH;
	struct visit visit = { .namespace = namespace };
	int rc = visit_in_a_thread(&visit);
	*ret = visit.diag;
	return rc;
}

void netns_diag_end(struct mnl_socket *diag)
{
	if (diag)
		mnl_socket_close(diag);
}
