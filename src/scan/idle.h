/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Unix sockets that have nothing waiting to be read, as sock_diag(7) tells of all at once. A message
 * stays accounted to the socket that sent it until it was read (net/unix/af_unix.c, sk_wmem_alloc), one
 * without a byte in it too. So between two that are connected there is nothing on its way to one of
 * them, and no descriptor either, when the other has nothing out.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct idle {
	dev_t device; /**< of the inodes of sockets */
	size_t count;
	uint64_t *inos; /**< ascending */
};

/** Those of our own network namespace; NULL when they cannot be asked. idle_end frees it. */
struct idle *idle_begin(void);
void idle_end(struct idle *idle);

/** True when socket `ino` had nothing waiting. */
bool idle_has(const struct idle *idle, uint64_t ino);
