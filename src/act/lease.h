/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A read lease: the kernel's word that nobody can write to a file. fcntl(2), F_SETLEASE: refused when
 * any descriptor or shared mapping may write; once granted, who wants to write must wait for us, so
 * it is given back at once when somebody does.
 */
#pragma once
#include <signal.h>
#include <stdbool.h>

struct lease {
	int fd; /**< -1: not held */
	struct sigaction before;
};

/**
 * Take the lease on `fd`, which must be an own read-only open of the file. 0; -EAGAIN when somebody
 * may write; or -errno when the filesystem or our rights (owner or CAP_LEASE) do not allow it.
 */
int lease_take(struct lease *lease, int fd);

/** True while nobody has asked to write since lease_take. */
bool lease_holds(const struct lease *lease);

/** Give it back. True when it held to this moment. */
bool lease_end(struct lease *lease);
