/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Sockets from the kernel's own walk over all descriptors (socket_told.h): all network namespaces at
 * once, those too that no process is in any more, where sock_diag(7) goes through tables that all
 * namespaces share once for each of them. What the walk cannot tell for sure a namespace is asked about
 * as ever.
 */
#pragma once
#include "scan/sockets_space.h"

/**
 * Every socket that a process has, of namespaces that were not read yet, which then are. 0; or -errno,
 * and nothing has changed.
 */
int sockets_walk(struct sockets *sockets);
