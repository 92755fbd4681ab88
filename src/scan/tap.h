/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What goes through an open file, copied as it does: whoever of those that share it writes, or reads,
 * and by whichever system call. Only the kernel can tell (bpf/tap.bpf.c), and nobody is stopped.
 */
#pragma once
#include "base/error.h"
#include "bpf/tap.h"
#include "scan/pieces.h"
#include "scan/source.h"

/** What is asked for: open files by the descriptors of one task. */
struct tap_wish {
	const struct source *source;
	unsigned int pid, tid; /**< tid 0: the table of the process */
	bool reads;            /**< what is read, not what is written */
	unsigned int fds[TAP_FILES];
	enum tap_terminal terminals[TAP_FILES];
	unsigned int count;
	bool passed_on; /**< our standard output is read by others, who may write it where it came from */
};

struct tapping;

/**
 * Begin to copy. Linux 5.19, CAP_BPF and CAP_PERFMON. It is not asked whether the process may be looked
 * into: that is up to the caller. 0, or -errno and a message; tap_end frees.
 */
int tap_begin(const struct tap_wish *wish, struct tapping **ret, struct error *err);

/**
 * Give what has gone through since to `pieces`, or the first part of it. How many bytes that took in the
 * ring, where they stay until tap_free.
 */
size_t tap_drain(struct tapping *tapping, struct pieces *pieces);
void tap_free(struct tapping *tapping);

/** How many bytes in the ring have not been looked at. */
size_t tap_waiting(const struct tapping *tapping);

/** Bytes of calls for which there was no room at all, so far: pieces_end marks those after the last. */
uint64_t tap_lost(const struct tapping *tapping);

/**
 * Of which of the files, one bit each, somebody maps pages into memory, to write to them or, where what is
 * read is asked for, at all. As it was when they were found; a file of an overlay is not told.
 */
unsigned int tap_mapped(const struct tapping *tapping);

/** True once nobody has any of the files open any more; without kprobes it takes a while to see. */
bool tap_is_over(struct tapping *tapping);

void tap_end(struct tapping *tapping);
