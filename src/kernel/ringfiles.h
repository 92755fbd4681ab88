/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The files registered with an io_uring, as the fdinfo of the ring lists them (io_uring/fdinfo.c): one
 * line a slot, "    0: /a\040b\040(deleted)", blanks, tabs, newlines and backslashes in octal. It is the
 * path alone; which file it is the kernel does not say. Before Linux 6.10 only the base name is there.
 * Nothing is listed while the ring works: the kernel does not wait for it.
 */
#pragma once
#include "base/text.h"

enum { RINGFILES_TRIES = 32 };

struct ringfile {
	unsigned int slot;
	struct text path; /**< as it is written, to be turned back by mountinfo_unescape */
};

/** Find the list in the text of an fdinfo. 0, or -EBUSY when it is not there. */
int ringfiles_find(struct text fdinfo, struct text *list);

/** Take the next slot that is in use off the front of `list`. False at its end. */
bool ringfiles_next(struct text *list, struct ringfile *out);
