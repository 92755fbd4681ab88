/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * /proc/PID/status and /proc/PID/task/TID/status: proc_pid_status(5). Unknown lines are passed over,
 * so that those of later kernels do no harm; which of the numbers were there is in `known`.
 */
#pragma once
#include <stdint.h>

#include "base/text.h"

enum { PIDSTATUS_MAX = 16384 };

/** The lines that hold one number. Kernel threads and zombies have none of memory. */
enum pidstatus_line {
	PIDSTATUS_UMASK,   /**< Linux 4.7 */
	PIDSTATUS_TGID,    /**< thread group */
	PIDSTATUS_TRACER,  /**< who traces it (TracerPid); 0: nobody */
	PIDSTATUS_FDSIZE,  /**< slots of the descriptor table */
	PIDSTATUS_KTHREAD, /**< 1: a kernel thread; Linux 6.9 */
	/* Bytes. */
	PIDSTATUS_VM_PEAK,
	PIDSTATUS_VM_SIZE,
	PIDSTATUS_VM_LCK,
	PIDSTATUS_VM_PIN,
	PIDSTATUS_VM_HWM,
	PIDSTATUS_VM_RSS,
	PIDSTATUS_RSS_ANON, /**< Linux 4.5, and the next two */
	PIDSTATUS_RSS_FILE,
	PIDSTATUS_RSS_SHMEM,
	PIDSTATUS_VM_DATA,
	PIDSTATUS_VM_STK,
	PIDSTATUS_VM_EXE,
	PIDSTATUS_VM_LIB,
	PIDSTATUS_VM_PTE,
	PIDSTATUS_VM_SWAP, /**< anonymous memory only, no shmem */
	PIDSTATUS_HUGETLB,
	PIDSTATUS_CORE_DUMPING, /**< Linux 4.15 */
	PIDSTATUS_THREADS,
	/* Signals: bit N - 1 is signal N. */
	PIDSTATUS_SIG_PENDING,    /**< SigPnd: waits for the thread */
	PIDSTATUS_SHARED_PENDING, /**< ShdPnd: and for the process */
	PIDSTATUS_SIG_BLOCKED,
	PIDSTATUS_SIG_IGNORED,
	PIDSTATUS_SIG_CAUGHT,
	/* Capabilities: bit N is CAP_ number N. */
	PIDSTATUS_CAP_INHERITABLE,
	PIDSTATUS_CAP_PERMITTED,
	PIDSTATUS_CAP_EFFECTIVE,
	PIDSTATUS_CAP_BOUNDING,
	PIDSTATUS_CAP_AMBIENT,     /**< Linux 4.3 */
	PIDSTATUS_NO_NEW_PRIVS,    /**< Linux 4.10 */
	PIDSTATUS_SECCOMP,         /**< 0 off, 1 strict, 2 filter */
	PIDSTATUS_SECCOMP_FILTERS, /**< Linux 5.9 */
	PIDSTATUS_VOLUNTARY,       /**< context switches, because it waited */
	PIDSTATUS_NONVOLUNTARY,    /**< because its time was up */
	PIDSTATUS_COUNT,
};

struct pidstatus {
	char state;                       /**< R S D T t X Z P I */
	uint64_t known;                   /**< one bit an enum pidstatus_line */
	uint64_t number[PIDSTATUS_COUNT]; /**< by enum pidstatus_line; 0 where not known */
	unsigned int
		inner_pid; /**< its number in its own PID namespace: the last of NSpid (Linux 4.1) */
	unsigned int uid[4], gid[4]; /**< real, effective, saved, for files; with `has_ids` */
	bool has_ids;
	bool has_queue;
	uint64_t queued,
		queue_limit; /**< SigQ: signals waiting of all of the user's, and allowed */
	/* Into the text that was parsed; pidstatus_read does not keep them. */
	struct text name;   /**< as the kernel escapes it: a newline is two characters */
	struct text groups; /**< numbers, parted by blanks; empty: none */
	struct text nspid;  /**< from the reader's PID namespace to its own, parted by tabs */
	struct text cpus;   /**< Cpus_allowed_list: "0-3,8" */
	struct text mems;   /**< Mems_allowed_list */
};

/** True when the line was there. */
static inline bool pidstatus_has(const struct pidstatus *status, enum pidstatus_line line)
{
	return status->known >> line & 1;
}

/** Who traces it; 0: nobody. */
static inline unsigned int pidstatus_tracer(const struct pidstatus *status)
{
	return (unsigned int)status->number[PIDSTATUS_TRACER];
}

/** Signals that wait for the thread or for its process. */
static inline uint64_t pidstatus_pending(const struct pidstatus *status)
{
	return status->number[PIDSTATUS_SIG_PENDING] | status->number[PIDSTATUS_SHARED_PENDING];
}

/** Parse the file's text; a line that was cut off is left out. 0, or -EINVAL and `out` untouched. */
int pidstatus_parse(struct text text, struct pidstatus *out);

/** Read and parse DIRFD/NAME; the texts are left empty. 0 or -errno. */
int pidstatus_read(int dirfd, const char *name, struct pidstatus *out);
