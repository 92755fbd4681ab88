/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The program bpf/task_socket at work, as those of iterator.h: it walks all descriptors of all processes
 * and tells those that are sockets.
 */
#pragma once
#include "bpf/wire_socket.h"
#include "scan/iterator.h"

/** Load it, and let it walk to the end: records of bpf/wire_socket.h. */
void socket_iterator_run(const struct wire_socket_wants *wants, struct job *job,
			 struct iterator_answer *ret);
