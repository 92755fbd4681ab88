/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The steps of a recovery that make a new file: open the old one, clone it or copy it, and publish.
 * What becomes of it is told in `work->out`.
 */
#pragma once
#include "act/publish.h"
#include "act/recover.h"

/** One recovery under way. */
struct work {
	const struct recovering *context;
	struct recovered *out;
	struct held held;
	struct place place;
	struct draft draft;
	int64_t atime_ns, begun_ns;
	bool early;   /**< it has its name already, for who reads along */
	bool assumed; /**< we act as the owner of the directory */
};

/** Begin a recovery: nothing is done yet. recover_end must follow. */
void recover_begin(struct work *work, const struct recovering *context,
		   const struct deleted_file *file, struct recovered *ret);

/**
 * Take hold of it, find its place, give it back its name where that is all it needs, else open it to be
 * read. True when it is to be made anew; false when it is decided, as `work->out` tells.
 */
bool recover_ready(struct work *work, struct text below);

/** True when `there` is what this call has put under some name. */
bool recover_is_ours(const struct recovering *context, const struct inode *there);

/** Tell how it went, and give everything back. */
void recover_end(struct work *work);

/** Open the held file to be read; a refusal when that is not allowed. */
bool make_readable(struct work *work);

/** Clone or copy what was opened, to the place. */
void make_anew(struct work *work);

/** The steps of that, each a refusal when it fails: make a draft, see that there is room … */
bool make_draft(struct work *work);
bool make_room(struct work *work);

/** … try to clone, which is no refusal … */
bool make_clone(struct work *work);

/** … and, with all bytes there, publish. */
void make_publish(struct work *work);

/** Copying has failed with `rc`: tell why. */
void make_failed(struct work *work, int rc);

/** Others' reading and writing goes first from now on: ioprio_set(2). The priority we had. */
int make_way(void);

/** Back to a priority we had. */
void make_way_as(int priority);

/** To standard output: nothing is published, so nothing needs a place. */
void make_stream(struct work *work);
