/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Which sockets are there, and who holds them? One row a socket and process.
 */
#pragma once
#include "ask/crowd.h"
#include "model/socket.h"
#include "scan/sockets.h"

/** What one process has of one socket. */
struct plug {
	const struct socket *socket; /**< NULL: no table lists it */
	uint64_t ino;
	unsigned int pid;
	struct text command;
	struct text kind; /**< of one that no table lists */
	struct texts handles;
};

struct plugs {
	const struct inquiry *inquiry;
	struct outcome *outcome;
	uint64_t needs; /**< enum socket_needs */
	struct scope scope;
	bool few; /**< so few processes are meant that only their own sockets are asked for */
	struct sockets *sockets;
	struct arena arena; /**< for all the time */
	struct arena rows;  /**< of one row, or of all when they are kept */
	struct plug *items; /**< by inode number, then pid */
	size_t count;
	uint64_t *inos; /**< those that are wanted, where not all are; free(3) */
	bool enough;
	uint32_t user_uid; /**< the owner that was looked up last */
	struct text user;
};

/** Fill the row; texts lie in `plugs->rows` or live as long. `plug` NULL: nobody holds it. */
void plugs_row(struct plugs *plugs, const struct socket *socket, const struct plug *plug,
	       struct socket_row *ret);
