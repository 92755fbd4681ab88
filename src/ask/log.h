/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Is a deleted file a log? Then its space can be given back without loss to anybody.
 */
#pragma once
#include "ask/deleted.h"

/**
 * True when each of its holders is a descriptor that was opened to append and for nothing else. Reads
 * their fdinfo, and says no when there are too many of them to read for a hint.
 */
bool log_is(const struct source *source, const struct deleted_file *file);
