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

enum iterator { ITERATOR_DESCRIPTORS, ITERATOR_MAPPINGS, ITERATOR_TABLE };

struct iterator_wants {
	unsigned int wants;                        /**< enum wire_wants, wire_tells */
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

/** The program that walks all mappings. */
struct iterator_mappings {
	struct task_vma *program;
};

/** Load it. 0, or -errno and the reason; iterator_end_mappings lets it go. */
int iterator_begin_mappings(const struct iterator_wants *wants, struct iterator_mappings *ret,
			    struct error *reason);
void iterator_end_mappings(struct iterator_mappings *mappings);

/** To its end; `job` beats as it goes on: records of wire_mapper, free(3). 0 or -errno. */
int iterator_walk_mappings(const struct iterator_mappings *mappings, struct job *job,
			   struct text *ret);

/** The program that walks all tables of descriptors; its readers share these out among themselves. */
struct iterator_tables {
	struct descriptors *program;
	struct wire_walk *walks; /**< WIRE_WALKERS of them */
};

/** Load it. 0, or -errno and the reason; iterator_end_tables lets it go. */
int iterator_begin_tables(const struct iterator_wants *wants, struct iterator_tables *ret,
			  struct error *reason);
void iterator_end_tables(struct iterator_tables *tables);

/** Loaded once, they can walk again, for other numbers; nobody may be walking. */
void iterator_aim_tables(struct iterator_tables *tables, const struct iterator_wants *wants);
void iterator_aim_mappings(struct iterator_mappings *mappings, const struct iterator_wants *wants);

/**
 * Be reader number `reader`, less than WIRE_WALKERS, on this thread, until all tables are taken: records
 * of wire_descriptor, free(3). 0 or -errno.
 */
int iterator_walk_tables(const struct iterator_tables *tables, unsigned int reader, struct job *job,
			 struct text *ret);

/**
 * A walk by a program that is loaded, over everybody: a descriptor to read it from, which keeps what it
 * needs and is the caller's to close, or -errno. bpf(2), BPF_LINK_CREATE and BPF_ITER_CREATE, Linux 5.9.
 */
int iterator_begin(int program);

/** Why a program was not loaded, by what the verifier wrote. Returns `rc`. */
int iterator_complain(int rc, char *log, struct error *reason);

/** Load the program and let it go again: 0, or -errno and the reason. */
int iterator_try(enum iterator which, struct error *reason);

/**
 * Load the program that tells the table of one process whole, of some what `tells` (enum wire_tells)
 * says: a descriptor on it, or -errno and the reason. Adds to `load_ns` how long it took.
 */
int iterator_load_table(unsigned int tells, int64_t *load_ns, struct error *reason);

/**
 * The records of wire_told of process `pid`, by its main thread, ascending; free(3). Before Linux 6.1
 * they may be those of others as well. 0 or -errno.
 */
int iterator_read_table(int program, unsigned int pid, struct job *job, struct text *ret);

/** All records of a walk that was begun; `job` beats as it goes on. free(3). 0 or -errno. */
int iterator_read(int fd, struct job *job, struct text *ret);
