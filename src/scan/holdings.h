/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * All that one process holds open: descriptors, also of threads with a table of their own and of the
 * threads of a zombie leader, working and root directory, executable, mappings. Costs grow with what
 * is asked: a link for each descriptor, statx for candidates only, fdinfo where flags are wanted.
 */
#pragma once
#include "scan/source.h"
#include "scan/worker.h"

struct holdings {
	struct process process;
	int rc;                  /**< 0; -ESRCH, -ENOENT: gone; -EACCES, -EPERM: not ours to read */
	struct open_file *files; /**< of the process: free(3) */
	bool denied;      /**< some of it was not ours to read: root may lack what its init has */
	bool maps_missed; /**< its mappings could not be read to the end */
	unsigned int in_flight, rings;
	struct handle in_flight_at; /**< the first socket they wait in */
};

/** Read process `pid` as `look` asks; what is kept lies in the job's arena. */
void holdings_read(const struct source *source, const struct look *look, unsigned int pid,
		   struct job *job, struct holdings *out);
