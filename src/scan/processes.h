/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What /proc tells of a process, or of one of its threads, beside its files. Only what is needed is
 * read, all of it through one descriptor on its directory: facts of two processes that had the same
 * number never mix. What may have to wait for the process (its command line lies in its own memory, on
 * whatever that is backed by) is read in a helper process that can be abandoned: then that is a gap.
 */
#pragma once
#include <errno.h>

#include "kernel/limits.h"
#include "kernel/namespaces.h"
#include "kernel/pidio.h"
#include "kernel/pidstat.h"
#include "kernel/pidstatus.h"
#include "kernel/rollup.h"
#include "kernel/schedstat.h"
#include "kernel/statm.h"
#include "model/process.h"
#include "scan/source.h"

/** Texts live as long as the callback that was given them. */
struct process_facts {
	unsigned int pid;
	unsigned int tid; /**< a thread of it, whose facts these are; 0: the process as a whole */
	int64_t at_ns;    /**< when it was read: CLOCK_BOOTTIME */
	int rc; /**< 0; -ESRCH: it is gone; else not even its stat could be read: -EACCES, -EPERM */
	/**
	 * What became of each: 0, -ENODATA (was not asked, or does not apply: kernel threads have no
	 * command line), -ETIMEDOUT (did not answer), -EFBIG (too big to be looked at), or what the
	 * kernel said.
	 */
	int rcs[PROCESS_FILE_COUNT];
	uint32_t uid, gid;     /**< PROCESS_OWNER: effective */
	struct pidstat stat;   /**< PROCESS_STAT: always read */
	uint64_t ran_ns;       /**< on a processor, so far: where the kernel told it; else 0 */
	struct statm statm;    /**< PROCESS_STATM */
	uint64_t fds;          /**< PROCESS_FDS: how many descriptors it has open */
	int64_t oom_score;     /**< PROCESS_OOM_SCORE */
	int64_t oom_score_adj; /**< PROCESS_OOM_ADJ: -1000 to 1000 */
	struct schedstat schedstat;
	struct pidio io;
	struct rollup rollup;
	struct namespaces namespaces;
	struct pidstatus status;
	struct limits limits;
	struct text cgroup; /**< PROCESS_CGROUP: the whole file, for kernel/cgroup.h */
	struct text wchan; /**< PROCESS_WCHAN: kernel function it sleeps in; "0": none, or hidden */
	struct text exe;   /**< PROCESS_EXE, as the kernel writes it, " (deleted)" included */
	struct text cwd;   /**< PROCESS_CWD, likewise */
	struct text root;  /**< PROCESS_ROOT, likewise */
	struct text maps;  /**< PROCESS_MAPS: the whole file, for kernel/maps.h */
	struct text cmdline; /**< PROCESS_CMDLINE: words ended by NUL; empty for zombies */
	struct text environ; /**< PROCESS_ENVIRON: variables ended by NUL, as they were at exec */
};

/** True when this was asked and read. */
static inline bool facts_have(const struct process_facts *facts, enum process_file file)
{
	return facts->rcs[file] == 0;
}

/** True when it is there, but was kept from us. */
static inline bool facts_were_denied(const struct process_facts *facts, enum process_file file)
{
	return facts->rcs[file] == -EACCES || facts->rcs[file] == -EPERM ||
	       facts->rcs[file] == -ETIMEDOUT || facts->rcs[file] == -EFBIG;
}

static inline bool facts_are_of_kernel(const struct process_facts *facts)
{
	return facts->stat.flags & PIDSTAT_KTHREAD;
}

struct processes_look {
	uint64_t needs;           /**< enum process_needs; PROCESS_STAT is always read */
	const unsigned int *pids; /**< only these; NULL: all but ourselves */
	size_t pid_count;
	bool threads;          /**< each thread instead of each process */
	uint64_t rollup_limit; /**< of whom has more in RAM no rollup is read: bytes; 0: of all */
	size_t room_together;  /**< bytes for texts above 8 KiB of one batch together; 0: 256 MiB */
	/**
	 * Called on the calling thread, in order of pid and tid. Also for who could not be read (`rc`),
	 * but not for who is gone.
	 */
	void (*found)(void *context, const struct process_facts *facts);
	void *context;
	const bool *enough; /**< set by `found`: no more processes are wanted; or NULL */
};

/** Look at processes; adds to `tally`. 0, or -errno and a message. */
int processes_look(const struct source *source, const struct processes_look *look,
		   struct tally *tally, struct error *err);
