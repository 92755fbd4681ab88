/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A look into another network namespace: network_namespaces(7), setns(2). Only CAP_SYS_ADMIN, in that
 * namespace's user namespace and in our own, may enter.
 */
#pragma once
#include "kernel/sockdiag.h"

/**
 * A socket for sock_diag in the network namespace of the process whose /proc directory is `dir`. It must
 * be number `ino`, or it is -ESRCH; when that is `own`, ours, nobody has to enter anything. Only a thread
 * that ends at once ever is in the other one. 0 or -errno; netns_diag_end takes NULL, too.
 */
int netns_diag(int dir, uint64_t ino, uint64_t own, struct mnl_socket **ret);
void netns_diag_end(struct mnl_socket *diag);
