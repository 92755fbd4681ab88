/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which file is in a slot of an io_uring? The kernel tells its name only, and two files can have had
 * one name: the one that a process has open may be a later one. So a slot is a file of its own, of
 * which nothing is known, unless there is proof:
 *
 * On xfs and btrfs all files without a name can be listed. If exactly one of them has this name and no
 * process or loop device holds it, then somebody unseen does; and when everybody was looked at, nothing
 * is in flight and no other slot has such a name, that is this slot.
 */
#pragma once
#include "ask/deleted.h"

/** True when some slot's file is not known. */
bool slots_are_there(const struct deleted_files *files);

/** Find out what can be proved; and, for the others, who else has a file of that name. */
void slots_resolve(const struct source *source, struct deleted_files *files,
		   const struct tally *tally);
