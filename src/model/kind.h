/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What kind of thing is open: one word, by what the kernel's link text and st_mode say together.
 *
 * A path always begins with '/', so a text that does not is the kernel's own (fs/d_path.c: only a
 * d_dname of the kernel writes those): pipe:[1], socket:[1], net:[4026531840], anon_inode:[eventfd].
 * What the kernel writes with a '/' could be anybody's file; it counts only where st_mode has no type,
 * as no real file is (fs/anon_inodes.c keeps it so for stat), or where the device says so.
 */
#pragma once
#include "base/text.h"

/**
 * The word for a file with this link text (empty: unknown) and st_mode (0: unknown). `memory`: it lies
 * on a filesystem that the kernel keeps for memory alone, see scan/memory.h. Not told here: which
 * kind of socket, and mqueue, which looks like a regular file (scan/queues.h). Empty when it cannot be
 * known. The word may point into `link`.
 */
struct text kind_word(struct text link, uint32_t mode, bool memory);

/**
 * The type of a namespace ("net") and its number, from "net:[4026531840]": namespaces(7). False when the
 * text is none.
 */
bool kind_namespace(struct text link, struct text *type, uint64_t *number);
