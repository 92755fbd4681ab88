/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/arena.h"

enum { PIECE = 1 << 20 };

static bool is_regular(int fd)
{
	struct stat stat;

	return fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode);
}

static bool can_be_sparse(int fd)
{
	struct stat stat;
	int flags = fcntl(fd, F_GETFL);

	return fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && flags >= 0 &&
	       !(flags & O_APPEND) && lseek(fd, 0, SEEK_CUR) == stat.st_size;
}

void stream_begin(struct stream *stream, int from, int to, bool followed)
{
	*stream = (struct stream){ .from = from,
				   .to = to,
				   .sparse = can_be_sparse(to),
				   .followed = followed,
				   .signals = followed ? interrupt_fd() : -1,
				   .buffer = memory_resize(NULL, PIECE, 1),
				   .piece = XXH3_createState() };
	if (!stream->piece)
		memory_out();
	XXH3_64bits_reset(stream->piece);
}

void stream_end(struct stream *stream)
{
	free(stream->buffer);
	free(stream->hashes);
	XXH3_freeState(stream->piece);
	if (stream->signals >= 0)
		close(stream->signals);
}

void stream_restart(struct stream *stream, uint64_t first)
{
	stream->first = first;
	stream->hash_count = 0;
	stream->tail_len = 0;
	XXH3_64bits_reset(stream->piece);
}

/** Up to the end of the piece that `at` is in, or `size`. Followed, what is behind the end is not read. */
static ssize_t read_piece(struct stream *stream, uint64_t at, uint64_t size)
{
	uint64_t room = PIECE - (at - stream->first) % PIECE;
	size_t len = size - at < room ? (size_t)(size - at) : (size_t)room, done = 0;

	while (done < len) {
		ssize_t got =
			pread(stream->from, stream->buffer + done, len - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			stream->read_failed = true;
			stream->failed_at = at;
			return -errno;
		}
		if (got == 0)
			break;
		done += (size_t)got;
	}
	if (stream->followed)
		return (ssize_t)done;
	memset(stream->buffer + done, 0, len - done);
	return (ssize_t)len;
}

static bool all_zero(const char *buffer, size_t len)
{
	return buffer[0] == 0 && memcmp(buffer, buffer + 1, len - 1) == 0;
}

/** A reader that does not read must not keep SIGINT from us. 0 when there is room, or -ECANCELED. */
static int await_room(const struct stream *stream)
{
	struct pollfd fds[] = { { .fd = stream->to, .events = POLLOUT },
				{ .fd = stream->signals, .events = POLLIN } };

	while (!fds[0].revents) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents && interrupt_asked(stream->interrupt))
			return -ECANCELED;
	}
	return 0;
}

/** Write the first `len` bytes of the buffer; `*put` counts those that are through. */
static int write_piece(const struct stream *stream, size_t len, size_t *put)
{
	bool waits = stream->followed && !is_regular(stream->to);

	*put = 0;
	if (stream->sparse && len && all_zero(stream->buffer, len)) {
		*put = len;
		return lseek(stream->to, (off_t)len, SEEK_CUR) < 0 ? -errno : 0;
	}
	while (*put < len) {
		/* So much fits into a pipe that poll(2) says has room: pipe(7). */
		size_t most = waits && len - *put > PIPE_BUF ? PIPE_BUF : len - *put;
		int rc = waits ? await_room(stream) : 0;

		if (rc)
			return rc;
		ssize_t done = write(stream->to, stream->buffer + *put, most);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		*put += (size_t)done;
	}
	return 0;
}

/** `len` bytes from the buffer are written, up to `end`. */
static void remember(struct stream *stream, size_t len, uint64_t end)
{
	size_t kept = len < STREAM_TAIL ? STREAM_TAIL - len : 0;

	XXH3_64bits_update(stream->piece, stream->buffer, len);
	if ((end - stream->first) % PIECE == 0) {
		memory_grow(&stream->hashes, stream->hash_count, sizeof(*stream->hashes));
		stream->hashes[stream->hash_count++] = XXH3_64bits_digest(stream->piece);
		XXH3_64bits_reset(stream->piece);
	}
	kept = kept < stream->tail_len ? kept : stream->tail_len;
	memmove(stream->tail, stream->tail + stream->tail_len - kept, kept);
	size_t fresh = len < STREAM_TAIL ? len : STREAM_TAIL;
	memcpy(stream->tail + kept, stream->buffer + len - fresh, fresh);
	stream->tail_len = kept + fresh;
}

int stream_write(struct stream *stream, uint64_t *at, uint64_t size)
{
	while (*at < size) {
		size_t put;

		if (interrupt_asked(stream->interrupt))
			return -ECANCELED;
		ssize_t len = read_piece(stream, *at, size);
		if (len <= 0)
			return (int)len;
		int rc = write_piece(stream, (size_t)len, &put);
		*at += put;
		if (put)
			remember(stream, put, *at);
		if (rc)
			return rc;
		bar_update(stream->bar, *at);
	}
	return 0;
}

int stream_compare(struct stream *stream, uint64_t size, bool *clean)
{
	*clean = true;
	bar_begin(stream->bar, "comparing", size);
	for (uint64_t at = stream->first, i = 0; at < size && *clean; at += PIECE, i++) {
		if (interrupt_asked(stream->interrupt))
			return -ECANCELED;
		ssize_t len = read_piece(stream, at, size);
		if (len < 0)
			return (int)len;
		uint64_t before = i < stream->hash_count ? stream->hashes[i] :
							   XXH3_64bits_digest(stream->piece);
		*clean = before == XXH3_64bits(stream->buffer, (size_t)len);
		bar_update(stream->bar, at + (uint64_t)len);
	}
	return 0;
}

int stream_finish(const struct stream *stream)
{
	off_t at = stream->sparse ? lseek(stream->to, 0, SEEK_CUR) : 0;

	if (!stream->sparse)
		return 0;
	return at < 0 || ftruncate(stream->to, at) ? -errno : 0;
}
