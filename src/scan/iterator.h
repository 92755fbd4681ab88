/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The programs of bpf/ at work: loaded into the kernel, where each walks a table of all processes, and
 * their records read. Linux 5.17 and CAP_BPF with CAP_PERFMON; whether it can is tried, not guessed.
 */
#pragma once
#include "base/error.h"
#include "base/text.h"
#include "bpf/wire.h"
#include "scan/worker.h"

enum iterator { ITERATOR_DESCRIPTORS, ITERATOR_MAPPINGS, ITERATOR_COUNT };

struct iterator_wants {
	unsigned int wants;                        /**< enum wire_wants */
	unsigned long long sought[WIRE_SET_WORDS]; /**< the numbers: iterator_seek */
};

/** What came of a walk. */
struct iterator_answer {
	int rc;              /**< 0, or -errno and a reason */
	struct error reason; /**< why it did not go: "cannot load …" */
	struct text records; /**< of bpf/wire.h; free(3) */
	int64_t load_ns, walk_ns;
};

static inline void iterator_seek(struct iterator_wants *wants, uint64_t ino)
{
	unsigned int at = wire_place(ino);

	wants->sought[at / 64] |= 1ULL << (at % 64);
}

/** Load the program, and let it walk to the end; `job` beats as it goes on. */
void iterator_run(enum iterator which, const struct iterator_wants *wants, struct job *job,
		  struct iterator_answer *ret);

/** Load the program and let it go again: 0, or -errno and the reason. */
int iterator_try(enum iterator which, struct error *reason);
