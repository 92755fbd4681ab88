/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What programs share that do one thing after the other, as their arguments say.
 */
#pragma once
#include <err.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { UNSUPPORTED = 77 /**< the status where this kernel knows none of that */ };

/** The next word; there must be one. */
static inline char *word(char ***at)
{
	if (!**at)
		errx(2, "a word is missing");
	return *(*at)++;
}

/** Requests on a ring of their own; so many answers are waited for. */
static inline void ring_do_all(const struct io_uring_sqe *all, unsigned int count,
			       unsigned int answers)
{
	struct io_uring_params params = { 0 };
	int ring = (int)syscall(SYS_io_uring_setup, count, &params);

	if (ring < 0)
		exit(UNSUPPORTED);
	size_t size = params.sq_off.array + params.sq_entries * sizeof(uint32_t);
	char *queue = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring,
			   IORING_OFF_SQ_RING);
	struct io_uring_sqe *sqes = mmap(NULL, count * sizeof(*sqes), PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
	if (queue == MAP_FAILED || sqes == MAP_FAILED)
		err(1, "cannot map the ring");
	for (unsigned int i = 0; i < count; i++) {
		sqes[i] = all[i];
		((uint32_t *)(queue + params.sq_off.array))[i] = i;
	}
	__atomic_store_n((uint32_t *)(queue + params.sq_off.tail), count, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, count, answers, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		err(1, "cannot ask the ring");
	munmap(queue, size);
	munmap(sqes, count * sizeof(*sqes));
	syscall(SYS_close, ring);
}

/** One request on a ring of its own, waited for. */
static inline void ring_do(struct io_uring_sqe sqe)
{
	ring_do_all(&sqe, 1, 1);
}
