/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "act/lease.h"
#include "base/clock.h"
#include "base/scope.h"

int transfer_clone(const struct held *held, int to)
{
	return ioctl(to, FICLONE, held->read) ? -errno : 0;
}

static bool same_state(const struct inode *a, const struct inode *b)
{
	return a->size == b->size && a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

/** What is true of the writers before and after; a copy is as good as the worse of the two. */
static void merge_holders(struct holders *into, const struct holders *after)
{
	into->complete &= after->complete;
	if (!into->mapper_comm.len)
		into->mapper_comm = after->mapper_comm;
	into->mapped |= after->mapped;
	into->mapped_shared |= after->mapped_shared;
	into->in_ring |= after->in_ring;
	if (!into->attached.writes)
		into->attached = after->attached;
	/* What was in flight once has arrived by now: then it was seen, or is closed again. */
	into->in_flight &= after->in_flight;
	if (after->writers - after->appenders > into->writers - into->appenders ||
	    after->writers > into->writers) {
		into->writers = after->writers;
		into->appenders = after->appenders;
	}
	if (!into->writer_pid) {
		into->writer_pid = after->writer_pid;
		into->writer_comm = after->writer_comm;
		into->writing_processes = after->writing_processes;
	}
}

static bool only_appended(const struct holders *holders)
{
	return holders->complete && !holders->in_flight && !holders->in_ring && !holders->mapped &&
	       holders->writers > 0 && holders->writers == holders->appenders;
}

/** What one copy needs to be told about the file it reads. */
struct run {
	const struct transfer_context *context;
	const struct held *held;
	struct transfer *out;
	struct lease lease;
	bool leased;
	bool refused; /**< no lease, because somebody may write */
	struct inode before;
};

/** Somebody may write, yet nobody who could is to be seen, nor all processes. */
static bool is_blind(const struct run *run)
{
	const struct holders *holders = &run->out->holders;

	return run->refused && !holders->complete && !holders->writers && !holders->mapped_shared;
}

static int run_begin(struct run *run, struct error *err)
{
	const struct held *held = run->held;

	if (run->context->lease_is_true && !held->borrowed) {
		int rc = lease_take(&run->lease, held->read);

		run->leased = rc == 0;
		run->refused = rc == -EAGAIN;
	}
	run->out->begun_ns = clock_ns(CLOCK_REALTIME);
	if (!run->leased) {
		int rc = holders_look(run->context->source, held, true, run->context->arena,
				      &run->out->holders, err);

		if (rc)
			return rc;
	}
	int rc = inode_of(held->read, &run->before);
	run->out->size = run->before.size;
	return rc ? error_set(err, rc, "cannot ask for its size: %s", strerror(-rc)) : 0;
}

/**
 * After a comparison that was clean or not: is it decided? `before` is the state when the reading
 * began that the comparison confirms.
 */
static int decide(struct run *run, bool clean, bool *decided, struct error *err)
{
	struct transfer *out = run->out;
	struct inode after;
	struct holders holders;

	*decided = false;
	out->ended_ns = clock_ns(CLOCK_REALTIME);
	if (run->leased && clean && lease_holds(&run->lease)) {
		out->grade = GRADE_NO_WRITER;
		*decided = true;
		return 0;
	}
	int rc = inode_of(run->held->read, &after);
	if (rc)
		return error_set(err, rc, "cannot ask for its size: %s", strerror(-rc));
	out->grade = GRADE_CHANGED;
	out->added = after.size > out->size ? after.size - out->size : 0;
	if (!clean)
		return 0;
	rc = holders_look(run->context->source, run->held, true, run->context->arena, &holders,
			  err);
	if (rc)
		return rc;
	if (run->leased && !out->holders.complete && !out->holders.writers)
		out->holders = holders; /* broken on the way: nobody was looked at before */
	merge_holders(&out->holders, &holders);
	out->mapped = out->holders.mapped;
	out->blind = is_blind(run);
	if (out->mapped || out->blind || out->holders.attached.writes) {
		*decided = true; /* another pass could prove no more */
		return 0;
	}
	if (same_state(&run->before, &after))
		out->grade = GRADE_UNCHANGED;
	else if (only_appended(&out->holders) && after.size >= out->size)
		out->grade = GRADE_PREFIX;
	*decided = out->grade != GRADE_CHANGED;
	return 0;
}

/** Compare, mend, and compare again while it changes. */
static int confirm(struct run *run, struct copy *copy, struct error *err)
{
	struct transfer *out = run->out;
	bool decided = false;

	while (!decided && out->passes < TRANSFER_PASSES) {
		struct inode now;
		uint64_t differing = 0;
		int64_t now_ns = clock_ns(CLOCK_REALTIME);
		int rc = inode_of(run->held->read, &now);

		if (!rc)
			rc = copy_compare(copy, out->size, &differing);
		if (rc)
			return rc;
		out->passes++;
		rc = decide(run, differing == 0, &decided, err);
		if (rc)
			return rc;
		if (decided)
			break;
		/* What this pass read is what the next one has to confirm. */
		run->before = now;
		out->begun_ns = now_ns;
		if (now.size != out->size && out->passes < TRANSFER_PASSES) {
			out->size = now.size;
			if (ftruncate(copy->to, (off_t)now.size))
				return -errno;
		}
	}
	return 0;
}

int transfer_copy(const struct transfer_context *context, const struct held *held, int to,
		  struct transfer *ret, struct error *err)
{
	struct run run = { .context = context, .held = held, .out = ret, .lease.fd = -1 };
	struct copy copy;
	int64_t begun = clock_ns(CLOCK_MONOTONIC);

	*ret = (struct transfer){ 0 };
	int rc = run_begin(&run, err);
	if (rc)
		return rc;
	copy_begin(&copy, held->read, held->borrowed, to, ret->size);
	copy.bar = context->bar;
	copy.interrupt = context->interrupt;
	rc = copy_all(&copy, ret->size);
	ret->copied_ns = clock_ns(CLOCK_MONOTONIC) - begun;
	/* Under a lease somebody may be waiting: the disk can wait for publishing. */
	if (!rc && !run.leased && fdatasync(to))
		rc = -errno;
	if (!rc)
		rc = confirm(&run, &copy, err);
	ret->read_failed = copy.read_failed;
	ret->failed_at = copy.failed_at;
	copy_end(&copy);
	lease_end(&run.lease);
	bar_clear(context->bar);
	return rc;
}

/** A stream, read twice by pieces. */
struct stream {
	struct run *run;
	int to;
	char *buffer;
	uint64_t *hashes;
	bool sparse; /**< a regular file at its end: holes can be left */
};

enum { PIECE = 1 << 20 };

static ssize_t read_piece(struct stream *stream, uint64_t at)
{
	struct transfer *out = stream->run->out;
	size_t len = out->size - at < PIECE ? (size_t)(out->size - at) : PIECE, done = 0;

	while (done < len) {
		ssize_t got = pread(stream->run->held->read, stream->buffer + done, len - done,
				    (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			out->read_failed = true;
			out->failed_at = at;
			return -errno;
		}
		if (got == 0)
			break;
		done += (size_t)got;
	}
	memset(stream->buffer + done, 0, len - done);
	return (ssize_t)len;
}

static bool all_zero(const char *buffer, size_t len)
{
	return buffer[0] == 0 && memcmp(buffer, buffer + 1, len - 1) == 0;
}

static int write_piece(struct stream *stream, size_t len)
{
	const char *at = stream->buffer;

	if (stream->sparse && len && all_zero(at, len))
		return lseek(stream->to, (off_t)len, SEEK_CUR) < 0 ? -errno : 0;
	while (len) {
		ssize_t put = write(stream->to, at, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		at += put;
		len -= (size_t)put;
	}
	return 0;
}

/** Once to write it, once more to see whether it is still so. */
static int stream_pass(struct stream *stream, bool first, bool *clean)
{
	const struct transfer_context *context = stream->run->context;
	struct transfer *out = stream->run->out;

	*clean = true;
	bar_begin(context->bar, first ? "writing" : "comparing", out->size);
	for (uint64_t at = 0; at < out->size; at += PIECE) {
		if (interrupt_asked(context->interrupt))
			return -ECANCELED;
		ssize_t len = read_piece(stream, at);
		if (len < 0)
			return (int)len;
		uint64_t hash = XXH3_64bits(stream->buffer, (size_t)len);
		if (first) {
			int rc = write_piece(stream, (size_t)len);

			if (rc)
				return rc;
			stream->hashes[at / PIECE] = hash;
		} else if (stream->hashes[at / PIECE] != hash) {
			*clean = false;
			return 0;
		}
		bar_update(context->bar, at + (uint64_t)len);
	}
	return 0;
}

/** Holes left at the end of a regular file must become length. */
static int finish_sparse(const struct stream *stream)
{
	off_t at = stream->sparse ? lseek(stream->to, 0, SEEK_CUR) : 0;

	if (!stream->sparse)
		return 0;
	return at < 0 || ftruncate(stream->to, at) ? -errno : 0;
}

static bool can_be_sparse(int fd)
{
	struct stat stat;
	int flags = fcntl(fd, F_GETFL);

	return fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && flags >= 0 &&
	       !(flags & O_APPEND) && lseek(fd, 0, SEEK_CUR) == stat.st_size;
}

int transfer_stream(const struct transfer_context *context, const struct held *held, int to,
		    struct transfer *ret, struct error *err)
{
	struct run run = { .context = context, .held = held, .out = ret, .lease.fd = -1 };
	struct stream stream = { .run = &run, .to = to, .sparse = can_be_sparse(to) };
	bool clean, decided;
	int64_t begun = clock_ns(CLOCK_MONOTONIC);

	*ret = (struct transfer){ 0 };
	int rc = run_begin(&run, err);
	if (rc)
		return rc;
	scope_free char *buffer = memory_resize(NULL, PIECE, 1);
	scope_free uint64_t *hashes =
		memory_resize(NULL, (size_t)(ret->size / PIECE) + 1, sizeof(*hashes));
	stream.buffer = buffer;
	stream.hashes = hashes;
	rc = stream_pass(&stream, true, &clean);
	ret->copied_ns = clock_ns(CLOCK_MONOTONIC) - begun;
	if (!rc)
		rc = finish_sparse(&stream);
	if (!rc)
		rc = stream_pass(&stream, false, &clean);
	ret->passes = 1;
	if (!rc)
		rc = decide(&run, clean, &decided, err);
	lease_end(&run.lease);
	bar_clear(context->bar);
	return rc;
}
