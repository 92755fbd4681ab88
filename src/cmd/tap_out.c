/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/tap_out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

enum {
	COPIED = 2048, /**< up to so many bytes a copy costs less than a part */
	PIPE_SIZE = 1 << 20,
	PIPE_STEP = 4096, /**< poll(2) promises so much of a pipe: pipe(7), PIPE_BUF */
	TERMINAL_STEP = 512,
	LAST_CHANCE_MS = 300, /**< to take what is left, for who reads us */
};

static void find_kind(struct tap_out *out)
{
	struct stat stat;

	out->kind = TAP_OUT_FILE;
	if (fstat(STDOUT_FILENO, &stat))
		return;
	if (S_ISSOCK(stat.st_mode)) {
		out->kind = TAP_OUT_SOCKET;
	} else if (S_ISFIFO(stat.st_mode)) {
		out->kind = TAP_OUT_PIPE;
		/* Refused where the user has many such: then it stays as it is. */
		fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE_SIZE);
	} else if (isatty(STDOUT_FILENO)) {
		out->kind = TAP_OUT_TERMINAL;
	}
}

void tap_out_hear(struct tap_out *out)
{
	struct signalfd_siginfo info;

	while (read(out->signals, &info, sizeof(info)) == sizeof(info)) {
		if (out->heard)
			out->heard(out->context, &info);
		else
			out->asked = true;
	}
}

void tap_out_reader_gone(struct tap_out *out)
{
	if (out->kind != TAP_OUT_TERMINAL)
		raise(SIGPIPE);
	out->failed = out->kind == TAP_OUT_TERMINAL ? EIO : EPIPE;
}

bool tap_out_wait(struct tap_out *out, int timeout_ms)
{
	struct pollfd polled[] = { { .fd = out->signals, .events = POLLIN },
				   { .fd = STDOUT_FILENO } };

	if (poll(polled, 2, timeout_ms) <= 0)
		return false;
	if (polled[0].revents)
		tap_out_hear(out);
	out->gone |= (polled[1].revents & (POLLERR | POLLHUP)) != 0;
	return out->asked || out->gone;
}

/** False: there is none, and we are asked to stop. */
static bool wait_for_room(struct tap_out *out)
{
	while (!out->gave_up) {
		struct pollfd polled[] = { { .fd = STDOUT_FILENO, .events = POLLOUT },
					   { .fd = out->signals, .events = POLLIN } };

		if (poll(polled, 2, out->asked ? out->patience_ms : -1) < 0)
			continue;
		if (polled[1].revents)
			tap_out_hear(out);
		if (polled[0].revents)
			return true;
		out->gave_up |= !polled[1].revents;
	}
	return false;
}

static ssize_t write_step(const struct iovec *part, size_t most)
{
	return write(STDOUT_FILENO, part->iov_base, part->iov_len < most ? part->iov_len : most);
}

/** As much as there is room for now. */
static ssize_t write_some(struct tap_out *out, struct iovec *parts, size_t count)
{
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };
	ssize_t wrote = -1;

	switch (out->kind) {
	case TAP_OUT_FILE:
		return writev(STDOUT_FILENO, parts, (int)count);
	case TAP_OUT_SOCKET:
		return sendmsg(STDOUT_FILENO, &message, MSG_DONTWAIT);
	case TAP_OUT_PIPE:
		/* Linux 6.4: before, no pipe can do this. */
		wrote = pwritev2(STDOUT_FILENO, parts, (int)count, -1, RWF_NOWAIT);
		if (wrote >= 0 || errno != EOPNOTSUPP)
			return wrote;
		out->kind = TAP_OUT_SLOW_PIPE;
		errno = EAGAIN;
		return -1;
	case TAP_OUT_SLOW_PIPE:
		return wait_for_room(out) ? write_step(parts, PIPE_STEP) : -1;
	case TAP_OUT_TERMINAL:
		return wait_for_room(out) ? write_step(parts, TERMINAL_STEP) : -1;
	}
	return wrote;
}

static void pass(struct iovec **parts, size_t *count, size_t wrote)
{
	while (*count && wrote >= (*parts)->iov_len) {
		wrote -= (*parts)->iov_len;
		++*parts;
		--*count;
	}
	if (!*count)
		return;
	(*parts)->iov_base = (char *)(*parts)->iov_base + wrote;
	(*parts)->iov_len -= wrote;
}

/** What is asked meanwhile ends it: the rest is not written. */
static void write_parts(struct tap_out *out)
{
	struct iovec *parts = out->parts;
	size_t count = out->count;

	while (count && !out->failed && !out->gave_up) {
		errno = EAGAIN;
		ssize_t wrote = write_some(out, parts, count);
		if (wrote >= 0)
			pass(&parts, &count, (size_t)wrote);
		else if (errno == EAGAIN && !wait_for_room(out))
			break;
		else if (errno != EAGAIN && errno != EINTR)
			out->failed = errno;
	}
	for (size_t i = 0; i < count; i++)
		out->dropped += parts[i].iov_len;
	out->count = out->used = out->size = 0;
}

void tap_out_flush(struct tap_out *out)
{
	fflush(out->file);
	write_parts(out);
}

void tap_out_drop(struct tap_out *out, size_t len)
{
	out->dropped += len;
}

static void add(struct tap_out *out, const void *bytes, size_t len)
{
	struct iovec *last = out->count ? &out->parts[out->count - 1] : NULL;

	if (out->failed)
		return;
	out->size += len;
	if (last && (char *)last->iov_base + last->iov_len == bytes)
		last->iov_len += len;
	else
		out->parts[out->count++] = (struct iovec){ (void *)bytes, len };
	if (out->count == TAP_OUT_PARTS || out->size >= TAP_OUT_MANY)
		write_parts(out);
}

static void copy(struct tap_out *out, const char *bytes, size_t len)
{
	while (len) {
		if (out->used == TAP_OUT_ROOM)
			write_parts(out);
		size_t room = TAP_OUT_ROOM - out->used, step = len < room ? len : room;
		memcpy(out->room + out->used, bytes, step);
		out->used += step;
		add(out, out->room + out->used - step, step);
		bytes += step;
		len -= step;
	}
}

void tap_out_add(struct tap_out *out, struct text bytes)
{
	if (bytes.len <= COPIED)
		copy(out, bytes.bytes, bytes.len);
	else
		add(out, bytes.bytes, bytes.len);
}

static ssize_t print(void *cookie, const char *bytes, size_t size)
{
	copy(cookie, bytes, size);
	return (ssize_t)size;
}

bool tap_out_begin(struct tap_out *out, int signals)
{
	*out = (struct tap_out){ .signals = signals, .patience_ms = LAST_CHANCE_MS };
	find_kind(out);
	out->file = fopencookie(out, "w", (cookie_io_functions_t){ .write = print });
	if (!out->file)
		return false;
	out->room = memory_resize(NULL, TAP_OUT_ROOM, 1);
	return true;
}

void tap_out_end(struct tap_out *out)
{
	fclose(out->file);
	free(out->room);
}
