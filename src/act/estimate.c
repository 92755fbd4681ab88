/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/estimate.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "act/copy.h"
#include "base/clock.h"
#include "base/scope.h"

/** Four parts of 8 MiB: what is in memory of a file need not be where it begins. */
enum { STRETCHES = 4, STRETCH = 8 << 20, PIECE = 1 << 20 };

struct measure {
	const struct held *held;
	int draft;
	char *buffer;
	uint64_t bytes;
	int64_t ns;
};

static uint64_t next_data(const struct held *held, uint64_t at)
{
	off_t data = held->borrowed ? -1 : lseek(held->read, (off_t)at, SEEK_DATA);

	return data < 0 ? at : (uint64_t)data;
}

/** Read a stretch of the file; how long that takes counts. How many bytes. */
static size_t read_source(struct measure *measure, uint64_t at, size_t len)
{
	int64_t begun = clock_ns(CLOCK_MONOTONIC);
	size_t done = 0;

	while (done < len) {
		ssize_t got = pread(measure->held->read, measure->buffer + done, len - done,
				    (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	measure->ns += clock_ns(CLOCK_MONOTONIC) - begun;
	return done;
}

/** Write it, see that it is on the disk, and read it from there; only the reading counts. */
static void read_copy(struct measure *measure, uint64_t at, size_t len)
{
	if (pwrite(measure->draft, measure->buffer, len, (off_t)at) < 0 ||
	    fdatasync(measure->draft))
		return;
	posix_fadvise(measure->draft, (off_t)at, (off_t)len, POSIX_FADV_DONTNEED);
	int64_t begun = clock_ns(CLOCK_MONOTONIC);
	for (size_t done = 0; done < len; done += PIECE) {
		size_t piece = len - done < PIECE ? len - done : PIECE;

		if (pread(measure->draft, measure->buffer + done, piece, (off_t)(at + done)) <= 0)
			break;
	}
	measure->ns += clock_ns(CLOCK_MONOTONIC) - begun;
}

int64_t estimate_compare(const struct held *held, int draft, uint64_t size)
{
	scope_free char *buffer = memory_resize(NULL, STRETCH, 1);
	struct measure measure = { .held = held, .draft = draft, .buffer = buffer };
	uint64_t data = copy_data(held->read, held->borrowed, size), begin = 0;

	for (unsigned int i = 0; i < STRETCHES && begin < size; i++) {
		uint64_t share = size / STRETCHES * i;

		begin = next_data(held, share > begin ? share : begin);
		if (begin >= size)
			break;
		size_t len = size - begin < STRETCH ? (size_t)(size - begin) : STRETCH;
		len = read_source(&measure, begin, len);
		if (!len)
			break;
		read_copy(&measure, begin, len);
		measure.bytes += len;
		begin += len;
	}
	if (ftruncate(draft, 0) || !measure.bytes)
		return 0;
	return (int64_t)((double)measure.ns * (double)data / (double)measure.bytes);
}
