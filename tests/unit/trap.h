/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A process that keeps the fdinfo of its epoll from everybody: its epoll_wait writes to memory where a
 * page fault waits for an answer that never comes, and holds the epoll's mutex meanwhile.
 */
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

struct trap {
	pid_t pid;
	unsigned int epoll; /**< which descriptor */
};

struct trap_wait {
	int epoll;
	void *page;
};

static inline void *trap_fall(void *closure)
{
	struct trap_wait *wait = closure;

	epoll_wait(wait->epoll, wait->page, 1, -1);
	return NULL;
}

/** A page whose faults can be read from the descriptor that is returned; -errno: not here. */
static inline int trap_page(void **page)
{
	/* One that blocks cannot be polled. */
	int fault = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	struct uffdio_api api = { .api = UFFD_API };
	size_t len = (size_t)sysconf(_SC_PAGESIZE);

	if (fault < 0 || ioctl(fault, UFFDIO_API, &api))
		return -errno;
	*page = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register range = { .range = { (uintptr_t)*page, len },
					 .mode = UFFDIO_REGISTER_MODE_MISSING };
	return ioctl(fault, UFFDIO_REGISTER, &range) ? -errno : fault;
}

/** In the child: -errno through the pipe, or the number of the epoll once its mutex is held. */
static inline _Noreturn void trap_be(int pipe_end)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct trap_wait wait = { .epoll = epoll_create1(EPOLL_CLOEXEC) };
	int said = trap_page(&wait.page);
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (said >= 0) {
		struct pollfd fault = { .fd = said, .events = POLLIN };

		epoll_ctl(wait.epoll, EPOLL_CTL_ADD, eventfd(1, EFD_CLOEXEC), &event);
		pthread_create(&thread, NULL, trap_fall, &wait);
		while (!(fault.revents & POLLIN))
			poll(&fault, 1, -1);
		said = wait.epoll;
	}
	if (write(pipe_end, &said, sizeof(said)) != sizeof(said))
		_exit(1);
	for (;;)
		pause();
}

static inline void trap_end(const struct trap *trap)
{
	kill(trap->pid, SIGKILL);
	assert_int_equal(waitpid(trap->pid, NULL, 0), trap->pid);
}

/** 0, or -errno where there is no userfaultfd that catches the kernel's faults. */
static inline int trap_begin(struct trap *trap)
{
	int ends[2], said = -1;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	trap->pid = fork();
	assert_true(trap->pid >= 0);
	if (!trap->pid)
		trap_be(ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], &said, sizeof(said)), sizeof(said));
	close(ends[0]);
	if (said < 0)
		trap_end(trap);
	trap->epoll = said < 0 ? 0 : (unsigned int)said;
	return said < 0 ? said : 0;
}
