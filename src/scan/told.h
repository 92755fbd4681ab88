/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A descriptor as the kernel's own walk tells it: all at one moment. Where that says less than /proc
 * would, of a look's wishes, /proc is asked about all of it: a row is never of two moments.
 */
#pragma once
#include "bpf/wire.h"
#include "scan/source.h"
#include "scan/worker.h"

/** Tells tables; by all workers at once. Outlives workers that are given up. */
struct teller {
	int program;     /**< iterator_load_table */
	int rc;          /**< atomic: why it is not asked again, or 0 */
	int64_t walk_ns; /**< atomic: how long it took, of all workers together */
};

/** One descriptor. */
struct told {
	struct wire_told is;
	struct text link; /**< without text: the kernel could not say it */
};

/** What `look` needs to have told: enum wire_tells. */
unsigned int told_tells(const struct look *look);

/**
 * What the kernel says of the table of process `pid`, by its main thread; free(3). 0, or -errno: /proc
 * has to be asked, as when there is nothing to tell.
 */
int told_read(struct teller *teller, unsigned int pid, struct job *job, struct text *ret);

/** True when these are whole records, and all of process `pid`: an older kernel tells everybody's. */
bool told_is_sound(struct text records, unsigned int pid);

/** The next of these records; false at their end. */
bool told_next(struct text *records, struct told *ret);

/** Is it a row at all? LOOK_NAMED and `sorts` want to know nothing of others. */
bool told_is_asked(const struct look *look, const struct told *told);

/** Is that all that `look` wants to know of it, as /proc would say it, but for what told_wants_disk? */
bool told_suffices(const struct look *look, const struct told *told);

/** Is what statx(2) alone says wanted too: LOOK_DISK? It is what disks_know adds. */
bool told_wants_disk(const struct look *look, const struct told *told);

/** The descriptor as a file; its link lies in the records, what fdinfo would say in the arena. */
void told_take(const struct look *look, const struct told *told, struct arena *arena,
	       struct open_file *ret);
