/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who is at the other end: of a pipe, a fifo, a socket, a terminal, an eventfd, a message queue. The ends
 * are gathered from all processes in one look that reads little more than names.
 */
#pragma once
#include "scan/sockets.h"
#include "scan/source.h"

enum end_kind { END_PIPE, END_SOCKET, END_FIFO, END_EVENTFD, END_PTY, END_MQUEUE };

/** What two ends have in common. */
struct end_key {
	enum end_kind kind;
	uint64_t device; /**< where numbers are not unique */
	uint64_t number;
};

/** One end of something, in one process. */
struct end {
	struct handle handle;
	struct text comm;
	bool readable, writable;
	bool master; /**< END_PTY: the side of the terminal emulator */
	const struct end *next;
};

struct peers;

/** True when `file` is an end of something; which, into `ret`. */
bool peers_key(const struct open_file *file, struct end_key *ret);

/**
 * Gather the ends of all processes; `named`: fifos and message queues too, which costs more. 0, or
 * -errno and a message. peers_end frees.
 */
int peers_look(const struct source *source, bool named, struct peers **ret, struct error *err);

/**
 * Gather only those that are at the other end of what `pid_count` processes have: nobody else is looked at
 * when they have nothing of the kind. Their sockets are added to `sockets`. As peers_look.
 */
int peers_look_opposite(const struct source *source, const unsigned int *pids, size_t pid_count,
			struct sockets *sockets, struct peers **ret, struct error *err);
void peers_end(struct peers *peers);

/** All ends with this key, by pid; NULL: none. */
const struct end *peers_with(const struct peers *peers, const struct end_key *key);

/**
 * True when `end` is another end than `file`, and one that what goes into the one comes out of the
 * other: of a pipe the readers are opposite the writers.
 */
bool peers_is_opposite(const struct open_file *file, const struct end_key *key,
		       const struct end *end);
