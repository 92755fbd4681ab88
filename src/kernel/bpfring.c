/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/bpfring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

enum { RECORD_ALIGN = 8, RECORD_FLAGS = 2 /* BPF_RINGBUF_BUSY_BIT and _DISCARD_BIT, at the top */ };

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

int bpfring_begin(int fd, size_t size, struct bpfring *ret)
{
	size_t page = page_size();

	*ret = (struct bpfring){ .size = size };
	void *consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (consumer == MAP_FAILED)
		return -errno;
	void *producer = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, fd, (off_t)page);
	if (producer == MAP_FAILED) {
		int rc = -errno;

		munmap(consumer, page);
		return rc;
	}
	ret->consumer = consumer;
	ret->producer = producer;
	ret->data = (const char *)producer + page;
	return 0;
}

static size_t rounded(uint32_t len)
{
	return (len + BPF_RINGBUF_HDR_SZ + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN;
}

static uint32_t head_at(const struct bpfring *ring, unsigned long at)
{
	const uint32_t *head = (const void *)(ring->data + (at & (ring->size - 1)));

	return __atomic_load_n(head, __ATOMIC_ACQUIRE);
}

unsigned long bpfring_written(const struct bpfring *ring)
{
	return __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
}

bool bpfring_next(struct bpfring *ring, struct text *ret)
{
	unsigned long end = bpfring_written(ring);

	while (ring->at < end) {
		unsigned long at = ring->at;
		uint32_t head = head_at(ring, at);

		if (head & BPF_RINGBUF_BUSY_BIT)
			return false;
		uint32_t len = head << RECORD_FLAGS >> RECORD_FLAGS;
		if (!(head & BPF_RINGBUF_DISCARD_BIT)) {
			*ret = (struct text){
				ring->data + (at & (ring->size - 1)) + BPF_RINGBUF_HDR_SZ, len
			};
			return true;
		}
		bpfring_pass(ring);
	}
	return false;
}

void bpfring_pass(struct bpfring *ring)
{
	uint32_t len = head_at(ring, ring->at) << RECORD_FLAGS >> RECORD_FLAGS;

	ring->at += rounded(len);
}

void bpfring_done(struct bpfring *ring)
{
	bpfring_pass(ring);
	if (ring->at - *ring->consumer >= ring->size / 64)
		bpfring_free(ring);
}

void bpfring_free(struct bpfring *ring)
{
	__atomic_store_n(ring->consumer, ring->at, __ATOMIC_RELEASE);
}

void bpfring_end(struct bpfring *ring)
{
	if (!ring->consumer)
		return;
	munmap(ring->consumer, page_size());
	munmap((void *)ring->producer, page_size() + 2 * ring->size);
	*ring = (struct bpfring){ 0 };
}
