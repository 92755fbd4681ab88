/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

#include "base/scope.h"
#include "kernel/procfile.h"

/** What is open only for a while: a process, its descriptors and mappings for each worker, a pidfd … */
enum { PASSING = 32 };

/** Those of whoever started us included. */
static size_t count_open(struct arena *arena)
{
	unsigned int *numbers;
	size_t count = 0;

	scope_fd dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0 && procfile_numbers(dir, arena, &numbers, &count))
		count = 0;
	return count;
}

int descriptors_allow(struct arena *arena, size_t count, uint64_t *most)
{
	struct rlimit limit = { 0 };
	rlim_t wanted = count + count_open(arena) + PASSING;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (wanted <= limit.rlim_cur)
		return 0;
	if (wanted <= limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	else
		limit.rlim_cur = limit.rlim_max = wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return 0;
	getrlimit(RLIMIT_NOFILE, &limit);
	*most = limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return -EMFILE;
}
