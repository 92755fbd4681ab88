/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Keeping deleted files alive: one descriptor of ours for each. Mostly it is O_PATH, which neither reads
 * nor writes nor blocks and still keeps the inode: open(2).
 */
#pragma once
#include "act/held.h"
#include "model/holding.h"

/** One file. */
struct hold {
	const struct deleted_file *file;
	const struct holder *holder; /**< it was taken from this one */
	int fd;                      /**< what keeps it; -1: see `refusal` */
	bool unreadable;             /**< only root could recover it from here */
	bool by_device;      /**< not the file itself is kept, but the loop device attached */
	struct text refusal; /**< the whole message; empty when it is held */
	struct holding row;
};

struct holds {
	const struct source *source;
	struct arena *arena;
	const char *program; /**< as in struct inquiry */
	const char *line;
	struct hold *items;
	size_t count, held;
};

/**
 * Take hold of every file. What cannot be held has its `refusal`. A file on a FUSE mount that does not
 * answer may have to be waited for: signals must be allowed. 0; or -EMFILE and a message when they are
 * too many: then none is held.
 */
int hold_take(struct holds *holds, const struct deleted_files *files, struct error *err);

/**
 * Number the descriptors from 3 up, and close everything else but the standard streams: the descriptors
 * of whoever started us, and that of the source too.
 */
int hold_settle(struct holds *holds);

/** Fill the rows: `pid` is the process that holds them. */
void hold_rows(struct holds *holds, unsigned int pid);

/** How it is let go of, for people. */
struct hold_end {
	unsigned int pid;
	bool background;   /**< the terminal may go */
	bool by_interrupt; /**< Ctrl-C does it */
};

/** "Holding NAME (deleted, 200G) as 90211:3.", and what that means; for one file. */
void hold_tell(const struct holds *holds, const struct hold_end *end, FILE *out);

/** The same for many: what stands above and below their table. */
void hold_tell_all(const struct holds *holds, const struct hold_end *end, FILE *head, FILE *tail);
