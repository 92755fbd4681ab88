/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A process, or a thread of it: what is known of it, and its columns.
 */
#pragma once
#include "base/arena.h"
#include "row/column.h"

/** What there is in /proc/PID, in the order it is read: those that may wait for it come last. */
enum process_file {
	PROCESS_OWNER, /**< the directory itself: effective user and group */
	PROCESS_STAT,
	PROCESS_STATUS,
	PROCESS_STATM,
	PROCESS_LIMITS,
	PROCESS_SCHEDSTAT,
	PROCESS_OOM_SCORE,
	PROCESS_OOM_ADJ, /**< oom_score_adj */
	PROCESS_FDS,     /**< the size of /proc/PID/fd */
	PROCESS_CGROUP,
	PROCESS_WCHAN,
	PROCESS_EXE,
	PROCESS_CWD,
	PROCESS_ROOT,
	PROCESS_NAMESPACES, /**< the links of /proc/PID/ns */
	PROCESS_IO,
	PROCESS_ROLLUP, /**< smaps_rollup */
	PROCESS_MAPS,
	PROCESS_ENVIRON,
	PROCESS_CMDLINE,
	PROCESS_FILE_COUNT,
};

/** The bit that says that this file is needed. */
#define PROCESS_NEED(file) (UINT64_C(1) << (file))

/** What must be found out for a column beside files. */
enum process_needs {
	PROCESS_NEED_USER =
		PROCESS_FILE_COUNT, /**< a name for the user; a bit as above, and so on */
	PROCESS_NEED_GROUP,
	PROCESS_NEED_CONTAINER,
	PROCESS_NEED_RATES, /**< two looks */
};

struct process_row {
	struct facts facts;
	uint64_t pid;
	struct text user, state;
	uint64_t cpu, rss, threads, time;
	struct text command;
	uint64_t tid;
	struct text handle;
	uint64_t ppid;
	int64_t pgid, sid;
	struct text tty;
	uint64_t depth, uid, ruid, suid, gid, rgid;
	struct text group;
	struct texts groups;
	int64_t start;
	uint64_t elapsed;
	int64_t nice, priority;
	struct text policy;
	uint64_t rtprio;
	struct text cpus;
	uint64_t lastcpu, minflt, majflt, voluntary, nonvoluntary, delay, iowait, vsz, vpeak, peak,
		anon, file, shmem, swap, pss, uss, swappss, data, stack, code, lib, pagetables,
		locked, pinned, read, write, rchar, wchar, read_rate, write_rate, fds, fdlimit;
	int64_t oom, oom_adj;
	struct text wchan;
	struct texts pending, blocked, ignored, caught, caps, permitted, inheritable, ambient,
		bounding;
	struct text seccomp, no_new_privs;
	uint64_t tracer;
	struct texts nspid;
	uint64_t umask;
	struct text cgroup, unit, container;
	struct texts namespaces;
	struct text comm, args, exe;
	struct texts cmdline;
	struct text cwd, root, limit;
	uint64_t limit_used;
	struct text error;
};

enum process_column {
	PROCESS_COLUMN_PID,
	PROCESS_COLUMN_USER,
	PROCESS_COLUMN_STATE,
	PROCESS_COLUMN_CPU,
	PROCESS_COLUMN_RSS,
	PROCESS_COLUMN_THREADS,
	PROCESS_COLUMN_TIME,
	PROCESS_COLUMN_COMMAND,
	PROCESS_COLUMN_TID,
	PROCESS_COLUMN_HANDLE,
	PROCESS_COLUMN_PPID,
	PROCESS_COLUMN_PGID,
	PROCESS_COLUMN_SID,
	PROCESS_COLUMN_TTY,
	PROCESS_COLUMN_DEPTH,
	PROCESS_COLUMN_UID,
	PROCESS_COLUMN_RUID,
	PROCESS_COLUMN_SUID,
	PROCESS_COLUMN_GID,
	PROCESS_COLUMN_RGID,
	PROCESS_COLUMN_GROUP,
	PROCESS_COLUMN_GROUPS,
	PROCESS_COLUMN_START,
	PROCESS_COLUMN_ELAPSED,
	PROCESS_COLUMN_NICE,
	PROCESS_COLUMN_PRIORITY,
	PROCESS_COLUMN_POLICY,
	PROCESS_COLUMN_RTPRIO,
	PROCESS_COLUMN_CPUS,
	PROCESS_COLUMN_LASTCPU,
	PROCESS_COLUMN_MINFLT,
	PROCESS_COLUMN_MAJFLT,
	PROCESS_COLUMN_VOLUNTARY,
	PROCESS_COLUMN_NONVOLUNTARY,
	PROCESS_COLUMN_DELAY,
	PROCESS_COLUMN_IOWAIT,
	PROCESS_COLUMN_VSZ,
	PROCESS_COLUMN_VPEAK,
	PROCESS_COLUMN_PEAK,
	PROCESS_COLUMN_ANON,
	PROCESS_COLUMN_FILE,
	PROCESS_COLUMN_SHMEM,
	PROCESS_COLUMN_SWAP,
	PROCESS_COLUMN_PSS,
	PROCESS_COLUMN_USS,
	PROCESS_COLUMN_SWAPPSS,
	PROCESS_COLUMN_DATA,
	PROCESS_COLUMN_STACK,
	PROCESS_COLUMN_CODE,
	PROCESS_COLUMN_LIB,
	PROCESS_COLUMN_PAGETABLES,
	PROCESS_COLUMN_LOCKED,
	PROCESS_COLUMN_PINNED,
	PROCESS_COLUMN_READ,
	PROCESS_COLUMN_WRITE,
	PROCESS_COLUMN_RCHAR,
	PROCESS_COLUMN_WCHAR,
	PROCESS_COLUMN_READ_RATE,
	PROCESS_COLUMN_WRITE_RATE,
	PROCESS_COLUMN_FDS,
	PROCESS_COLUMN_FDLIMIT,
	PROCESS_COLUMN_OOM,
	PROCESS_COLUMN_OOM_ADJ,
	PROCESS_COLUMN_WCHAN,
	PROCESS_COLUMN_PENDING,
	PROCESS_COLUMN_BLOCKED,
	PROCESS_COLUMN_IGNORED,
	PROCESS_COLUMN_CAUGHT,
	PROCESS_COLUMN_CAPS,
	PROCESS_COLUMN_PERMITTED,
	PROCESS_COLUMN_INHERITABLE,
	PROCESS_COLUMN_AMBIENT,
	PROCESS_COLUMN_BOUNDING,
	PROCESS_COLUMN_SECCOMP,
	PROCESS_COLUMN_NO_NEW_PRIVS,
	PROCESS_COLUMN_TRACER,
	PROCESS_COLUMN_NSPID,
	PROCESS_COLUMN_UMASK,
	PROCESS_COLUMN_CGROUP,
	PROCESS_COLUMN_UNIT,
	PROCESS_COLUMN_CONTAINER,
	PROCESS_COLUMN_NAMESPACES,
	PROCESS_COLUMN_COMM,
	PROCESS_COLUMN_ARGS,
	PROCESS_COLUMN_EXE,
	PROCESS_COLUMN_CMDLINE,
	PROCESS_COLUMN_CWD,
	PROCESS_COLUMN_ROOT,
	PROCESS_COLUMN_LIMIT,
	PROCESS_COLUMN_LIMIT_USED,
	PROCESS_COLUMN_ERROR,
};

extern const struct table process_table;
