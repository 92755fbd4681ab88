/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/openat2.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

int openat2_open(int dirfd, const char *path, int flags, unsigned long long resolve)
{
	struct open_how how = { .flags = (unsigned int)flags | O_CLOEXEC, .resolve = resolve };
	long fd;

	do /* EAGAIN: something was renamed meanwhile, and it could not be proved that it stayed inside */
		fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
	while (fd < 0 && (errno == EINTR || (errno == EAGAIN && !(resolve & RESOLVE_CACHED))));
	return fd < 0 ? -errno : (int)fd;
}
