/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A file written to a stream, which cannot be read again: what was written is known by hashes of its
 * pieces, with which a second reading of the file is compared.
 */
#pragma once
#include "act/interrupt.h"
#include "show/bar.h"

#include <stddef.h>
#include <stdint.h>

enum { STREAM_TAIL = 4096 };

struct stream {
	int from; /**< only pread(2) */
	int to;
	struct bar *bar;
	struct interrupt *interrupt;
	bool sparse;    /**< a regular file at its end: holes can be left */
	bool followed;  /**< its end is where reading ends; SIGINT gets through to a full pipe */
	int signals;    /**< followed: interrupt_fd */
	uint64_t first; /**< the hashes begin with this byte of the file */
	char *buffer;
	uint64_t *hashes;
	size_t hash_count;
	struct XXH3_state_s *piece; /**< of the piece that is not full yet */
	char tail[STREAM_TAIL];     /**< the last that was written */
	size_t tail_len;
	bool read_failed; /**< the error was in reading the file, at `failed_at` */
	uint64_t failed_at;
};

/** Prepare to write `from` to `to`. stream_end frees. */
void stream_begin(struct stream *stream, int from, int to, bool followed);

/**
 * Write what is from *at to `size`; *at is then how far it came. Zeros stand in for what the file
 * has lost meanwhile; when it is followed, it ends there. 0, -ECANCELED, or -errno.
 */
int stream_write(struct stream *stream, uint64_t *at, uint64_t size);

/** What comes now is another file's beginning, at its byte `first`: forget what was written. */
void stream_restart(struct stream *stream, uint64_t first);

/** Read it once more up to `size`: is it still what was written? 0, -ECANCELED, or -errno. */
int stream_compare(struct stream *stream, uint64_t size, bool *clean);

/** Holes left at the end of a regular file become length. 0 or -errno. */
int stream_finish(const struct stream *stream);

void stream_end(struct stream *stream);
