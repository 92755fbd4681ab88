/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/clock.h"
#include "base/scope.h"

enum { PIECE = 1 << 20 };

/** One reading of the device after the other, each piece compared with what it was before. */
struct reading {
	const struct transfer_context *context;
	const struct held *held;
	struct transfer *out;
	int to;
	bool stream;
	char *buffer;
	XXH64_hash_t *hashes; /**< one a piece */
};

static bool is_zero(const char *bytes, size_t len)
{
	return !len || (bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0);
}

/** Read `len` bytes of the device at `at`. 0 or -errno. */
static int read_piece(struct reading *reading, uint64_t at, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t got = pread(reading->held->read, reading->buffer + done, len - done,
				    (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			reading->out->read_failed = true;
			reading->out->failed_at = reading->held->part.offset + at + done;
			return got < 0 ? -errno : -EIO; /* it was made smaller */
		}
		done += (size_t)got;
	}
	return 0;
}

static int write_stream(int to, const char *bytes, size_t len)
{
	while (len) {
		ssize_t put = write(to, bytes, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		bytes += put;
		len -= (size_t)put;
	}
	return 0;
}

/** At its place in the file; zeros are a hole, unless there was something before. */
static int write_piece(struct reading *reading, uint64_t at, size_t len, bool again)
{
	const char *bytes = reading->buffer;
	uint64_t place = reading->held->part.offset + at;

	if (reading->stream)
		return write_stream(reading->to, bytes, len);
	if (!again && is_zero(bytes, len))
		return 0;
	while (len) {
		ssize_t put = pwrite(reading->to, bytes, len, (off_t)place);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		bytes += put;
		place += (uint64_t)put;
		len -= (size_t)put;
	}
	return 0;
}

/** All of the part once; `*clean`: every piece was what it was before. */
static int pass(struct reading *reading, bool first, bool *clean)
{
	const struct transfer_context *context = reading->context;
	uint64_t size = reading->held->part.size;

	*clean = true;
	/* What is on the device may be newer than what was read of it before. */
	posix_fadvise(reading->held->read, 0, 0, POSIX_FADV_DONTNEED);
	bar_begin(context->bar, first ? "copying" : "comparing", size);
	for (uint64_t at = 0; at < size; at += PIECE) {
		size_t len = size - at < PIECE ? (size_t)(size - at) : PIECE;

		if (interrupt_asked(context->interrupt))
			return -ECANCELED;
		int rc = read_piece(reading, at, len);
		if (rc)
			return rc;
		XXH64_hash_t hash = XXH3_64bits(reading->buffer, len);
		bool same = !first && reading->hashes[at / PIECE] == hash;
		*clean &= same;
		reading->hashes[at / PIECE] = hash;
		if (first || (!same && !reading->stream))
			rc = write_piece(reading, at, len, !first);
		if (rc)
			return rc;
		bar_update(context->bar, at + len);
	}
	return 0;
}

/** Before the part: a hole, or zeros where there can be none. */
static int begin_file(struct reading *reading)
{
	uint64_t left = reading->held->part.offset;

	if (!reading->stream)
		return ftruncate(reading->to, (off_t)reading->out->size) ? -errno : 0;
	memset(reading->buffer, 0, PIECE);
	while (left) {
		size_t len = left < PIECE ? (size_t)left : PIECE;
		int rc = write_stream(reading->to, reading->buffer, len);

		if (rc)
			return rc;
		left -= len;
	}
	return 0;
}

static int read_all(struct reading *reading)
{
	struct transfer *out = reading->out;
	bool clean = false;
	int64_t begun = clock_ns(CLOCK_MONOTONIC);

	int rc = begin_file(reading);
	if (!rc)
		rc = pass(reading, true, &clean);
	out->copied_ns = clock_ns(CLOCK_MONOTONIC) - begun;
	clean = false;
	while (!rc && !clean && out->passes < (reading->stream ? 1 : TRANSFER_PASSES)) {
		int64_t now_ns = clock_ns(CLOCK_REALTIME);

		rc = pass(reading, false, &clean);
		out->passes++;
		if (!clean)
			out->begun_ns = now_ns;
	}
	out->ended_ns = clock_ns(CLOCK_REALTIME);
	out->grade = clean ? GRADE_UNCHANGED : GRADE_CHANGED;
	return rc;
}

/** Who may write through the device, before and after: a copy is as good as the worse of the two. */
static void look_at_writers(struct reading *reading)
{
	struct holders *holders = &reading->out->holders;
	struct attached attached;

	attached_look(reading->context->source, reading->held->file, reading->context->arena,
		      &attached);
	if (!holders->attached.writes)
		holders->attached = attached;
	holders->complete = true;
}

static int transfer(struct reading *reading)
{
	const struct held *held = reading->held;
	struct transfer *out = reading->out;

	*out = (struct transfer){ .size = held->part.offset + held->part.size,
				  .begun_ns = clock_ns(CLOCK_REALTIME) };
	scope_free char *buffer = memory_resize(NULL, PIECE, 1);
	scope_free XXH64_hash_t *hashes =
		memory_resize(NULL, (size_t)(held->part.size / PIECE) + 1, sizeof(*hashes));
	memset(hashes, 0, ((size_t)(held->part.size / PIECE) + 1) * sizeof(*hashes));
	reading->buffer = buffer;
	reading->hashes = hashes;
	look_at_writers(reading);
	int rc = read_all(reading);
	if (!rc)
		look_at_writers(reading);
	if (out->holders.attached.writes)
		out->grade = GRADE_CHANGED;
	bar_clear(reading->context->bar);
	return rc;
}

int device_copy(const struct transfer_context *context, const struct held *held, int to,
		struct transfer *ret)
{
	struct reading reading = { .context = context, .held = held, .out = ret, .to = to };

	return transfer(&reading);
}

int device_stream(const struct transfer_context *context, const struct held *held, int to,
		  struct transfer *ret)
{
	struct reading reading = {
		.context = context, .held = held, .out = ret, .to = to, .stream = true
	};

	return transfer(&reading);
}
