/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Reading the small files and links of /proc, relative to a directory descriptor. A descriptor on
 * /proc/PID never comes to mean another process: after its end every access is ESRCH (proc(5)).
 */
#pragma once
#include <sys/types.h>

#include "base/arena.h"
#include "base/text.h"

/**
 * Read `name` below `dirfd` into `buffer` of `size` bytes, cut off there if longer. Returns how many
 * bytes, or -errno.
 */
ssize_t procfile_read(int dirfd, const char *name, char *buffer, size_t size);

/**
 * The same of a file that is one record, as those of one descriptor or one task mostly are: single_open of
 * fs/seq_file.c, which gives it with one read(2), as far as there is room. Nothing asks whether there is
 * more.
 */
ssize_t procfile_read_record(int dirfd, const char *name, char *buffer, size_t size);

/** Read all of it, `limit` bytes at most, into the arena. 0 or -errno (-EFBIG above the limit). */
int procfile_load(int dirfd, const char *name, size_t limit, struct arena *arena, struct text *ret);

/**
 * Where a link leads, as bytes: at most 4095, the kernel's own limit (fs/proc/base.c,
 * do_proc_readlink), above it -ENAMETOOLONG. `buffer` holds `size` bytes. 0 or -errno.
 */
int procfile_link(int dirfd, const char *name, char *buffer, size_t size, struct text *ret);

/**
 * The names in the directory `dirfd` that are numbers, ascending as the kernel gives them: PIDs,
 * thread ids, descriptors. 0 or -errno; `ret` lies in the arena.
 */
int procfile_numbers(int dirfd, struct arena *arena, unsigned int **ret, size_t *count);

/**
 * The number of the namespace a link like DIR/ns/mnt leads to, "mnt:[4026531841]": its inode on nsfs,
 * namespaces(7). 0 when it cannot be read.
 */
uint64_t procfile_namespace(int dirfd, const char *name);
