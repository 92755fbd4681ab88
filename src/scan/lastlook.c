/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/lastlook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

char *lastlook_copy(struct text text)
{
	char *ret = memory_resize(NULL, text.len + 1, 1);

	memcpy(ret, text.bytes, text.len);
	ret[text.len] = 0;
	return ret;
}

void lastlook_free_fds(struct lastlook_fd *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(fds[i].link);
	free(fds);
}

void lastlook_free(struct lastlook_process *process)
{
	lastlook_free_fds(process->fds, process->fd_count);
	free(process->exe);
	free(process);
}

void lastlook_end(struct lastlook *kept)
{
	for (size_t i = 0; i < kept->count; i++)
		lastlook_free(kept->processes[i]);
	free(kept->processes);
}

/** Where it is among them, or belongs. */
static size_t place_of(const struct lastlook *kept, unsigned int pid)
{
	size_t low = 0, high = kept->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (kept->processes[middle]->pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct lastlook_process *make(unsigned int pid)
{
	struct lastlook_process *process = memory_resize(NULL, 1, sizeof(*process));

	*process = (struct lastlook_process){ .pid = pid };
	return process;
}

static void add(struct lastlook *kept, size_t at, unsigned int pid)
{
	memory_grow(&kept->processes, kept->count, sizeof(struct lastlook_process *));
	memmove(kept->processes + at + 1, kept->processes + at,
		(kept->count - at) * sizeof(struct lastlook_process *));
	kept->processes[at] = make(pid);
	kept->count++;
}

struct lastlook_process *lastlook_find(struct lastlook *kept, unsigned int pid,
				       const struct pidstat *stat)
{
	size_t at = place_of(kept, pid);

	if (at == kept->count || kept->processes[at]->pid != pid) {
		add(kept, at, pid);
	} else if (kept->processes[at]->start != stat->start) {
		lastlook_free(kept->processes[at]);
		kept->processes[at] = make(pid);
	}
	struct lastlook_process *process = kept->processes[at];
	process->start = stat->start;
	snprintf(process->comm, sizeof(process->comm), "%.*s", (int)stat->comm.len,
		 stat->comm.bytes);
	return process;
}
