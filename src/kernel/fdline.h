/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The lines of /proc/PID/fdinfo/N: "key:\tvalue". First come pos, flags, mnt_id and ino, then a `lock`
 * for each lock, then what only this kind of file says (fs/proc/fd.c, seq_show). That last part may hold
 * bytes that its owner chose.
 */
#pragma once
#include "base/text.h"

/**
 * Take the next line that has a key off the front of `text`; blanks around the value are dropped. The
 * key is what stands before the first ':'. False at the end.
 */
bool fdline_next(struct text *text, struct text *key, struct text *value);

/** The value of the first line with this key. False when there is none. */
bool fdline_find(struct text text, const char *key, struct text *value);

/** The same as a number of base 8, 10 or 16, with or without "0x". 0, -ENOENT, or as text_number. */
int fdline_number(struct text text, const char *key, unsigned int base, uint64_t *ret);

/** True for what every file has: pos, flags, mnt_id, ino. */
bool fdline_is_common(struct text key);

/** What only this kind of file says: all behind the common lines and the locks. */
struct text fdline_special(struct text text);

/** Drop blanks and tabs at both ends. */
struct text fdline_trim(struct text text);

/** Take the next word off a line of words between blanks. False at its end. */
bool fdline_word(struct text *line, struct text *word);

/**
 * The device of a superblock as fdinfo writes it: the kernel's own dev_t, 12 bits major and 20 minor
 * (include/linux/kdev_t.h).
 */
uint64_t fdline_device(uint64_t kernel);
