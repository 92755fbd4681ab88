/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The reading end of a BPF ring buffer (BPF_MAP_TYPE_RINGBUF): kernel/bpf/ringbuf.c,
 * Documentation/bpf/ringbuf.rst; Linux 5.8. Nobody has to wait in it: whoever writes need not wake us.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct bpfring {
	unsigned long
		*consumer; /**< how far we have read, for others: the one page we may write to */
	const unsigned long *producer;
	const char *data; /**< mapped twice, one behind the other: no record is in two pieces */
	size_t size;      /**< bytes of it once: a power of two */
	unsigned long at; /**< how far we have read */
};

/** Map the ring behind `fd`, of `size` bytes. 0 or -errno. */
int bpfring_begin(int fd, size_t size, struct bpfring *ret);

/** How far has been written: what lies before is there already, `ring->at` on. */
unsigned long bpfring_written(const struct bpfring *ring);

/**
 * The next record that is whole; its bytes stay where they are until bpfring_done. False: there is none
 * yet.
 */
bool bpfring_next(struct bpfring *ring, struct text *ret);

/**
 * What bpfring_next gave is done with. The room is given back now and then, and by bpfring_free: each time
 * whoever writes must fetch the number anew.
 */
void bpfring_done(struct bpfring *ring);
void bpfring_free(struct bpfring *ring);

/** Go on to the next, but leave the bytes where they are until bpfring_free. */
void bpfring_pass(struct bpfring *ring);

void bpfring_end(struct bpfring *ring);
