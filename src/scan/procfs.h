/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The source that reads /proc, for those who know more than it and still need its word.
 */
#pragma once
#include "scan/holdings.h"
#include "scan/source.h"

/**
 * As the look of source_procfs, helped by `guide` when it is not NULL. What it leads to must outlive
 * workers that are given up: it stays for good when `tally->blocked` has grown.
 */
int procfs_look(const struct source *source, const struct look *look, const struct guide *guide,
		struct tally *tally, struct error *err);

/** True when we, or who mounted /proc, are in a PID namespace that is not the first. */
bool procfs_is_namespaced(void);
