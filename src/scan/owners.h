/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who holds a socket: the descriptors whose link is "socket:[INO]", proc_pid_fd(5). Only links are
 * read.
 */
#pragma once
#include "scan/source.h"

/** A descriptor that is one of the sockets. */
struct owner {
	struct handle handle;
	uint64_t ino;
	struct text comm;
};

struct owners {
	struct owner *items;
	size_t count;
};

/**
 * Everybody who holds one of `count` sockets, by ascending pid; in the arena. Who could not be looked at
 * is added to `tally`. 0, or -errno and a message.
 */
int owners_find(const struct source *source, const uint64_t *inos, size_t count,
		struct tally *tally, struct arena *arena, struct owners *ret, struct error *err);
