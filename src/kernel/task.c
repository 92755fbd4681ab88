/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/task.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* include/uapi/linux/pidfd.h, Linux 6.9 */
#endif

static int checked(long rc)
{
	return rc < 0 ? -errno : (int)rc;
}

int task_pidfd(unsigned int pid)
{
	return checked(syscall(SYS_pidfd_open, pid, 0));
}

int task_pidfd_thread(unsigned int tid)
{
	return checked(syscall(SYS_pidfd_open, tid, PIDFD_THREAD));
}

int task_getfd(int pidfd, unsigned int fd)
{
	return checked(syscall(SYS_pidfd_getfd, pidfd, fd, 0));
}

int task_compare_files(unsigned int tid, unsigned int other)
{
	return checked(syscall(SYS_kcmp, tid, other, KCMP_FILES, 0, 0));
}
