/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What fdinfo says of the small kinds without a file: eventfd, timerfd, signalfd, pidfd, userfaultfd and
 * io_uring. proc_pid_fdinfo(5), and the show_fdinfo of the kernel file that each names.
 *
 * Each parser wants the whole text of fdinfo, fills `out` and returns 0; -EINVAL when a line that makes
 * the kind is missing or makes no sense, and `out` is untouched.
 */
#pragma once
#include <stdint.h>

#include "base/text.h"

/** fs/eventfd.c. `id` since Linux 5.2, `semaphore` since 6.6: false before. */
struct eventfd {
	uint64_t count;
	uint64_t id; /**< the same for all descriptors of this eventfd */
	bool has_id, semaphore;
};
int eventfd_parse(struct text text, struct eventfd *out);

/** fs/timerfd.c, since Linux 3.17. */
struct timerfd {
	int clock;      /**< clockid_t */
	uint64_t ticks; /**< times it ran out and was not read */
	int64_t value_ns,
		interval_ns; /**< until it runs out next (0: disarmed), and from then on */
};
int timerfd_parse(struct text text, struct timerfd *out);

/** The name of a clock, "CLOCK_MONOTONIC" (clock_gettime(2)), or NULL. */
const char *timerfd_clock(int clock);

/** fs/signalfd.c: bit N - 1 is signal N. */
int signalfd_parse(struct text text, uint64_t *mask);

/** fs/pidfs.c. The process in the PID namespace of this procfs. */
enum pidfd_state { PIDFD_KNOWN, PIDFD_ENDED, PIDFD_FOREIGN };
struct pidfd {
	enum pidfd_state state; /**< ENDED: reaped, nobody is left; FOREIGN: another namespace's */
	unsigned int pid;       /**< when KNOWN */
};
int pidfd_parse(struct text text, struct pidfd *out);

/** fs/userfaultfd.c. */
struct userfaultfd {
	uint64_t total;   /**< threads that wait in a fault */
	uint64_t pending; /**< of them, those whose message was not read yet */
};
int userfaultfd_parse(struct text text, struct userfaultfd *out);

/**
 * io_uring/fdinfo.c. The heads and tails lie in memory of the process: what waits is at most what fits.
 * Before Linux 5.16 only files and buffers are known.
 */
struct uring {
	bool has_queues;
	uint32_t entries;        /**< of its submission queue */
	uint32_t submitted;      /**< that the kernel has not taken */
	uint32_t completed;      /**< that the process has not taken */
	uint32_t files, buffers; /**< registered */
};
int uring_parse(struct text text, struct uring *out);
