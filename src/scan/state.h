/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What one descriptor is at the moment: what it may be used for, its flags, its offset, and what the
 * kernel tells about its kind. Nothing is read that was not asked for.
 */
#pragma once
#include "kernel/fdinfo.h"
#include "scan/source.h"

/** Directories of one table of descriptors. */
struct state_dirs {
	int table;   /**< of the task */
	int list;    /**< its fd/ */
	int fdinfos; /**< its fdinfo/, which is a step less to go; or -1 */
};

/**
 * Find out about descriptor `file->handle.fd`, whose link (and inode, if it was asked) is known. What
 * cannot be had stays unknown. `fdinfo` goes into the arena. What would wait is not asked: see
 * scan/fdinfos.h.
 */
void state_read(const struct state_dirs *dirs, unsigned int needs, struct arena *arena,
		struct open_file *file);

/** Take over what fdinfo said: flags, and what they allow. */
void state_take(const struct fdinfo *info, struct open_file *file);

/**
 * As state_read, but of what is known without reading: what fdinfo would say, and what the mode of the
 * link would. Details aside.
 */
void state_know(const struct fdinfo *info, bool readable, bool writable, unsigned int needs,
		struct open_file *file);

/** True when state_read would take over what fdinfo says of its kind alone. */
bool state_has_details(unsigned int needs, const struct open_file *file);
