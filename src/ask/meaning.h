/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What a path or a port among the targets of a command line means: an inode, trees, devices, sockets.
 * Found out once, before anybody is looked at.
 */
#pragma once
#include "ask/meant.h"

/** How a wish tells whether it means an open file. */
struct meaning_of_wish {
	bool by_tree, by_inode, by_old_path, by_pid, by_device;
	struct trees trees; /**< of a file itself too: for whom its inode may not be known of */
	dev_t *devices;     /**< by_device: what nodes of it are, wherever they lie */
	size_t device_count;
	uint64_t *sockets; /**< inode numbers, ascending */
	size_t socket_count;
};

/** Find out what `wish` means. `meant` has the sockets of everybody once they were needed. 0 or -errno. */
int meaning_find(struct meant *meant, const struct wish *wish, struct arena *arena,
		 struct meaning_of_wish *ret);

/** True when `device` is among its devices. */
bool meaning_has_device(const struct meaning_of_wish *meaning, dev_t device);

/** For inode numbers: qsort(3), bsearch(3). */
int meaning_compare(const void *left, const void *right);
