/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/task.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/pidstat.h"
#include "kernel/procfile.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* include/uapi/linux/pidfd.h, Linux 6.9 */
#endif

static int checked(long rc)
{
	return rc < 0 ? -errno : (int)rc;
}

bool task_waits(unsigned int tid)
{
	char name[48], buffer[PIDSTAT_MAX];
	struct pidstat stat;

	snprintf(name, sizeof(name), "/proc/%u/stat", tid);
	ssize_t len = procfile_read(AT_FDCWD, name, buffer, sizeof(buffer));
	if (len < 0 || pidstat_parse((struct text){ buffer, (size_t)len }, &stat))
		return true;
	return stat.state != 'R';
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
