/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Waiting for a file: that it is written to, that a writer closes it, that somebody asks us to stop,
 * that nobody reads any more what we make of it. Costs nothing while nothing happens.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct vigil {
	int events;  /**< inotify(7); -1: it does not work here, and the file is looked at often */
	int signals; /**< interrupt_fd; -1: they are only seen in time */
	int reader;  /**< a pipe that we write to, or -1 */
	bool closed; /**< a writer has closed it since this was last set to false */
	bool reader_gone;
	int64_t woken_ns;
};

/**
 * Keep watch over the file behind `fd`, which may have no name, and may be open with O_PATH. Works
 * always, at worst by looking often. vigil_end.
 */
void vigil_begin(struct vigil *vigil, int fd, int reader);

/** Wait until it is worth a look: something happened, or it is time to look all the same. */
void vigil_wait(struct vigil *vigil);

void vigil_end(struct vigil *vigil);
