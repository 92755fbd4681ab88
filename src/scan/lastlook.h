/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Processes and what they had open when they were last looked at, so that it can be said what is
 * different.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "kernel/pidstat.h"

struct lastlook_fd {
	unsigned int fd;
	bool writes;
	char *link; /**< NULL: it could not be read */
};

struct lastlook_process {
	unsigned int pid;
	unsigned int look; /**< at which it was seen */
	uint64_t start;
	char comm[32];
	char *exe;
	struct lastlook_fd *fds; /**< ascending */
	size_t fd_count;
	bool told; /**< what it had open at first is no news */
};

struct lastlook {
	struct lastlook_process **processes; /**< by pid, ascending */
	size_t count;
};

/** A text of its own. */
char *lastlook_copy(struct text text);

/** The process as it was kept; another one that has its number now is a new one. */
struct lastlook_process *lastlook_find(struct lastlook *kept, unsigned int pid,
				       const struct pidstat *stat);

/** Descriptors may be told of, and taken over, one after the other. */
void lastlook_free_fds(struct lastlook_fd *fds, size_t count);
void lastlook_free(struct lastlook_process *process);
void lastlook_end(struct lastlook *kept);
