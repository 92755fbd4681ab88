/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What the programs in the kernel and those who read them agree on: what to look for, and the records
 * that come back. A record is written at once, so that it is never torn when the kernel repeats itself;
 * but it may be split over two reads.
 */
#pragma once

/** What a descriptor or a mapping has to be. Too much may be told, too little never. */
enum wire_wants {
	WIRE_DELETED = 1 << 0,  /**< its name may be gone, or be one that says so */
	WIRE_INODE = 1 << 1,    /**< its inode number is among those sought */
	WIRE_ENDS = 1 << 2,     /**< it may connect processes */
	WIRE_NUMBERED = 1 << 3, /**< a pipe or a socket with one of the numbers sought */
	WIRE_CARRIERS =
		1 << 4 /**< it may carry others: in flight, or registered with an io_uring */
};

/** The numbers sought, as a set of 2^16 bits that may hold others as well. */
enum { WIRE_SET_BITS = 16, WIRE_SET_WORDS = (1 << WIRE_SET_BITS) / 64 };

/** The place of a number in the set: Fibonacci hashing, since neighbours are common. */
static inline unsigned int wire_place(unsigned long long ino)
{
	return (unsigned int)((ino * 0x9E3779B97F4A7C15ULL) >> (64 - WIRE_SET_BITS));
}

/** Instead of a descriptor: of the process so much is known that what is not told is not wanted. */
#define WIRE_SEEN 0xFFFFFFFFU
/** The same: its cwd, root or exe may be wanted. */
#define WIRE_LINKS 0xFFFFFFFEU
/** The same: its table was exchanged while it was walked, so that nothing is known of it. */
#define WIRE_DOUBT 0xFFFFFFFDU

struct wire_descriptor {
	unsigned int pid; /**< of the process, in the first PID namespace */
	unsigned int fd;  /**< or WIRE_… */
};

enum { WIRE_WALKERS = 4, WIRE_FOUND = 2048, WIRE_BLOCK = 64 };

/**
 * The walk of one of descriptors' readers, through all tables that no other has taken: memory that it
 * shares with the program. When there is no more room, or when it has gone on for long enough, read(2)
 * says EAGAIN and goes on from there the next time.
 */
struct wire_walk {
	unsigned int reader; /**< its thread, in the first PID namespace */
	unsigned int count;  /**< of `found`; the reader takes them out and sets it to 0 */
	unsigned int tid;    /**< the program's: whose table it is at */
	unsigned int fd;     /**< the program's: where it goes on in it */
	struct wire_descriptor found[WIRE_FOUND];
	unsigned long long files[WIRE_BLOCK]; /**< the program's: a piece of the table */
};

/** From task_vma: the process maps something that is wanted. */
struct wire_mapper {
	unsigned int pid;
};

/** What of a table is told only if it is asked for: it costs more than the rest. */
enum wire_tells {
	WIRE_TELLS_FLAGS = 1 << 0,  /**< O_CLOEXEC, too */
	WIRE_TELLS_QUEUES = 1 << 1, /**< WIRE_CARRIES */
	WIRE_TELLS_EVENTS = 1 << 2, /**< WIRE_EVENTFD */
};

/** What is true of a descriptor that is told whole. */
enum wire_is {
	WIRE_READABLE = 1 << 0,
	WIRE_WRITABLE = 1 << 1,
	WIRE_PLAIN = 1 << 2,   /**< statx(2) says the same of it */
	WIRE_SPEAKS = 1 << 3,  /**< its fdinfo has lines that only its kind has */
	WIRE_LOCKED = 1 << 4,  /**< somebody has, or had, a lock or a lease on the file */
	WIRE_CARRIES = 1 << 5, /**< a socket that may have descriptors in its queue */
	WIRE_EVENTFD = 1 << 6, /**< and this is all that its fdinfo would say */
};

/** From table; right behind it the text that readlink(2) gives, `len` bytes. */
struct wire_told {
	unsigned int tid; /**< whose table it is, in the first PID namespace */
	unsigned int fd;
	unsigned int is;    /**< enum wire_is */
	unsigned int flags; /**< as fdinfo has them */
	unsigned int mode;  /**< type and permission bits */
	unsigned int nlink;
	unsigned int dev, rdev; /**< as the kernel packs them: 12 and 20 bits */
	unsigned int mnt_id;
	unsigned int len; /**< of the text; 0: the kernel could not say it */
	unsigned long long ino, size, pos;
	unsigned int event_id;
	unsigned long long event_count;
};

/** A longer text is /proc's to tell. */
enum { WIRE_TEXT_MAX = 4095 };

/** What is true of a task. */
enum wire_task_is {
	WIRE_WHOLE = 1 << 0,  /**< all is told; and it has no terminal; else /proc is to be asked */
	WIRE_SCALED = 1 << 1, /**< its times are estimates, to be scaled to what it ran */
};

/** What was used: nanoseconds. */
struct wire_used {
	unsigned long long utime, stime, runtime, minflt, majflt;
};

/** From task: a thread of a process. All numbers of processes are of the first PID namespace. */
struct wire_task {
	unsigned int tid, pid;
	unsigned int is; /**< enum wire_task_is */
	unsigned int ppid, pgrp, session;
	unsigned int flags, threads;
	unsigned int state, exit_state; /**< TASK_*, EXIT_* of include/linux/sched.h */
	unsigned int uid, gid;          /**< effective */
	int prio, static_prio;
	unsigned int rt_priority, policy, processor;
	char comm[16];
	unsigned long long at, start; /**< nanoseconds since boot, without a namespace's offset */
	struct wire_used used;        /**< by this thread */
	struct wire_used ended;       /**< by those of its process that have ended */
	unsigned long long told_utime,
		told_stime; /**< what was told of this, or of the process, last */
	unsigned long long cutime, cstime, blkio; /**< nanoseconds */
	unsigned long long vm_pages, rss_pages;
};
