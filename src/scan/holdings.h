/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * All that one process holds open: descriptors, also of threads with a table of their own and of the
 * threads of a zombie leader, working and root directory, executable, mappings. Costs grow with what
 * is asked: a link for each descriptor, statx for candidates only, fdinfo where flags are wanted.
 */
#pragma once
#include "scan/hints.h"
#include "scan/known.h"
#include "scan/source.h"
#include "scan/told.h"
#include "scan/worker.h"

/** What the kernel itself does for the reading. */
struct guide {
	const struct hints *hints; /**< only what they name is looked at; NULL: everything */
	struct teller *teller;     /**< of LOOK_ALL: asked first for what a table has; or NULL */
	struct known *known;       /**< what is mapped by many; or NULL */
};

struct holdings {
	struct process process;
	int rc;                  /**< 0; -ESRCH, -ENOENT: gone; -EACCES, -EPERM: not ours to read */
	struct open_file *files; /**< of the process: free(3) */
	bool denied;      /**< some of it was not ours to read: root may lack what its init has */
	bool maps_missed; /**< its mappings could not be read to the end */
	struct flight *flights; /**< the sockets with descriptors in flight: free(3) */
	size_t flight_count;
	unsigned int rings, busy_rings;
	struct handle busy_ring_at; /**< the first of these */
};

/** A socket that descriptors wait in; several processes may have it. */
struct flight {
	uint64_t ino; /**< of the socket */
	uint32_t count;
	struct handle at;
};

/**
 * Read process `pid` as `look` asks; what is kept lies in the job's arena. With a guide as far as it
 * knows the process; the rows are the same.
 */
void holdings_read(const struct source *source, const struct look *look, const struct guide *guide,
		   unsigned int pid, struct job *job, struct holdings *out);
