/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a process maps: one row a file, however many mappings it has.
 */
#pragma once
#include "scan/reading.h"

/**
 * Read the mappings of the process, or of its thread `tid` when the main one has ended; as it comes, so
 * that its length costs no memory. 0 or -errno.
 */
int mappings_read(struct reading *reading, unsigned int tid);
