/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What became of open files whose name the kernel calls deleted, or might: the class, and the path
 * without what the kernel adds. Decided as `deleted` decides it.
 */
#pragma once
#include "ask/deleted.h"

struct fate {
	enum deleted_class class; /**< CLASS_LIVE: it has its name */
	struct text path;
	struct text error; /**< empty: none */
};

/** True when `file` must be asked about; else it is live, and its link is its path. */
bool fate_is_open(const struct open_file *file);

/** Whose fate is asked. */
struct fated {
	const struct open_file *const *files;
	size_t count;
	uint64_t needs; /**< NEED_OLD_NAME: tell replaced from gone */
};

/** Decide, one `ret` a file. Texts lie in the arena. 0, or -errno and a message. */
int fate_decide(const struct inquiry *inquiry, struct mounts *mounts, struct fated fated,
		struct arena *arena, struct fate *ret, struct error *err);
