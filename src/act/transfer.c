/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

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
		out->followed.rewritten |= copy->followed && differing;
		rc = decide(run, differing == 0, &decided, err);
		if (rc)
			return rc;
		if (decided)
			break;
		/* What this pass read is what the next one has to confirm. */
		run->before = now;
		out->begun_ns = now_ns;
		if (!copy->followed && now.size != out->size && out->passes < TRANSFER_PASSES) {
			out->size = now.size;
			if (ftruncate(copy->to, (off_t)now.size))
				return -errno;
		}
	}
	return 0;
}

/**
 * Followed first, or not at all: from where it ends it is a copy as any other, of which the most is
 * there already.
 */
static int transfer_begin(struct run *run, struct follow *follow, struct error *err)
{
	int rc = run->context->follow ? follow_on(follow) : 0;

	if (!rc)
		rc = run_begin(run, err);
	if (!rc && run->context->follow) {
		rc = follow_rest(follow, run->out->size);
		run->out->size = follow->at;
	}
	return rc;
}

/** What was truncated is no state it ever had; what could not go on is not all of it. */
static void follow_conclude(struct transfer *out, const struct follow *follow)
{
	out->size = follow->written;
	if (out->followed.seam_count)
		out->grade = GRADE_CHANGED;
	else if (out->followed.rc &&
		 (out->grade == GRADE_NO_WRITER || out->grade == GRADE_UNCHANGED))
		out->grade = GRADE_PREFIX;
}

int transfer_copy(const struct transfer_context *context, const struct held *held, int to,
		  struct transfer *ret, struct error *err)
{
	struct run run = { .context = context, .held = held, .out = ret, .lease.fd = -1 };
	struct copy copy;
	struct follow follow = { 0 };
	int64_t begun = clock_ns(CLOCK_MONOTONIC);

	*ret = (struct transfer){ 0 };
	copy_begin(&copy, held->read, held->borrowed, to, held->inode.size);
	copy.bar = context->bar;
	copy.interrupt = context->interrupt;
	copy.followed = context->follow;
	if (context->follow)
		follow_begin(&follow, context, held, &copy, NULL, &ret->followed);
	int rc = transfer_begin(&run, &follow, err);
	if (!rc && !context->follow)
		rc = copy_all(&copy, ret->size);
	ret->copied_ns = clock_ns(CLOCK_MONOTONIC) - begun;
	/* The disk works while we compare; it is waited for when it gets its name. */
	if (!rc)
		rc = trail_finish(&copy.trail);
	if (!rc)
		rc = confirm(&run, &copy, err);
	if (context->follow)
		follow_conclude(ret, &follow);
	ret->mtime_ns = run.before.mtime_ns;
	ret->read_failed = copy.read_failed;
	ret->failed_at = copy.failed_at;
	copy_end(&copy);
	lease_end(&run.lease);
	bar_clear(context->bar);
	return rc;
}

int transfer_stream(const struct transfer_context *context, const struct held *held, int to,
		    struct transfer *ret, struct error *err)
{
	struct run run = { .context = context, .held = held, .out = ret, .lease.fd = -1 };
	struct stream stream;
	struct follow follow = { 0 };
	uint64_t at = 0;
	bool clean = true, decided;
	int64_t begun = clock_ns(CLOCK_MONOTONIC);

	*ret = (struct transfer){ 0 };
	stream_begin(&stream, held->read, to, context->follow);
	stream.bar = context->bar;
	stream.interrupt = context->interrupt;
	if (context->follow)
		follow_begin(&follow, context, held, NULL, &stream, &ret->followed);
	int rc = transfer_begin(&run, &follow, err);
	bar_begin(context->bar, "writing", ret->size);
	if (!rc && !context->follow)
		rc = stream_write(&stream, &at, ret->size);
	ret->copied_ns = clock_ns(CLOCK_MONOTONIC) - begun;
	if (!rc)
		rc = stream_finish(&stream);
	if (!rc)
		rc = stream_compare(&stream, ret->size, &clean);
	ret->passes = 1;
	ret->followed.rewritten |= context->follow && !clean;
	if (!rc)
		rc = decide(&run, clean, &decided, err);
	if (context->follow)
		follow_conclude(ret, &follow);
	ret->read_failed = stream.read_failed;
	ret->failed_at = stream.failed_at;
	stream_end(&stream);
	lease_end(&run.lease);
	bar_clear(context->bar);
	return rc;
}
