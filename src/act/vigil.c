/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/vigil.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/interrupt.h"
#include "base/clock.h"

/** Events may be missing where others write over a network: look now and then. */
static const int64_t LOOK_NS = 1000000000, LOOK_OFTEN_NS = 200000000;

/** A writer of many small lines must not keep us busy: what came meanwhile comes at once. */
static const int64_t REST_NS = 100000000;

/** poll(2) knows the end of a pipe's or socket's reader; all others have none. */
static bool has_reader(int fd)
{
	struct stat stat;

	return fd >= 0 && fstat(fd, &stat) == 0 &&
	       (S_ISFIFO(stat.st_mode) || S_ISSOCK(stat.st_mode));
}

void vigil_begin(struct vigil *vigil, int fd, int reader)
{
	char path[32];

	*vigil = (struct vigil){ .events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
				 .signals = interrupt_fd(),
				 .reader = has_reader(reader) ? reader : -1 };
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (vigil->events >= 0 &&
	    inotify_add_watch(vigil->events, path, IN_MODIFY | IN_CLOSE_WRITE) < 0) {
		close(vigil->events);
		vigil->events = -1;
	}
}

/** Take all that is there: the kernel merges what is the same. */
static void read_events(struct vigil *vigil)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t len;

	while ((len = read(vigil->events, buffer, sizeof(buffer))) > 0) {
		for (const char *at = buffer; at < buffer + len;) {
			const struct inotify_event *event = (const void *)at;

			if (event->mask & (IN_CLOSE_WRITE | IN_Q_OVERFLOW))
				vigil->closed = true;
			at += sizeof(*event) + event->len;
		}
	}
}

/** Wait up to `ns`; for events of the file too, or not. */
static void wait_for(struct vigil *vigil, bool events, int64_t ns)
{
	struct pollfd fds[] = { { .fd = vigil->signals, .events = POLLIN },
				{ .fd = vigil->reader },
				{ .fd = events ? vigil->events : -1, .events = POLLIN } };
	struct timespec timeout = { ns / CLOCK_SECOND_NS, ns % CLOCK_SECOND_NS };

	if (ppoll(fds, 3, &timeout, NULL) > 0 && fds[1].revents)
		vigil->reader_gone = true;
}

void vigil_wait(struct vigil *vigil)
{
	int64_t rested = clock_ns(CLOCK_MONOTONIC) - vigil->woken_ns;

	if (vigil->events < 0) {
		wait_for(vigil, false, LOOK_OFTEN_NS);
		return;
	}
	if (rested < REST_NS)
		wait_for(vigil, false, REST_NS - rested);
	wait_for(vigil, true, LOOK_NS);
	read_events(vigil);
	vigil->woken_ns = clock_ns(CLOCK_MONOTONIC);
}

void vigil_end(struct vigil *vigil)
{
	if (vigil->events >= 0)
		close(vigil->events);
	if (vigil->signals >= 0)
		close(vigil->signals);
}
