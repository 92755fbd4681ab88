/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * One look at everybody: cheaply at all (what they read and wrote, whether they run), and closely, at what
 * they have open, only at who did something since the look before, or seems to be kept from it.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask/progress.h"
#include "base/clock.h"
#include "kernel/blockdev.h"

/** Less of a file that comes into memory is libraries and the like. */
static const uint64_t MAPPED_STEP = 64 << 10;
enum { MAPPED_FAULTS = 16 };

/** A fifth of a processor: it works, though it was not caught at it. */
enum { BUSY_SHARE = 5 };

struct sampling {
	struct progress *progress;
	struct sample *now;
	const struct sample *before;
};

static int compare_pids(const void *left, const void *right)
{
	const unsigned int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/** The same process, at the look before. */
static const struct seen *past_of(const struct sampling *sampling, const struct seen *seen)
{
	const struct seen *past = sample_find(sampling->before, seen->pid);

	return past && past->start == seen->start ? past : NULL;
}

static bool has_moved(const struct seen *past, const struct seen *seen)
{
	double seconds = (double)(seen->at_ns - past->at_ns) / (double)CLOCK_SECOND_NS;
	double busy = (double)(seen->ticks - past->ticks) / (double)sysconf(_SC_CLK_TCK);

	return past->io.rchar != seen->io.rchar || past->io.wchar != seen->io.wchar ||
	       past->io.read_bytes != seen->io.read_bytes ||
	       past->io.write_bytes != seen->io.write_bytes || busy * BUSY_SHARE > seconds;
}

/** More of files is in its memory; before that was looked at, so many pages were not there. */
static bool maps_more(const struct seen *past, const struct seen *seen)
{
	if (!past->has_statm)
		return seen->faults >= past->faults + MAPPED_FAULTS;
	return seen->file_bytes >= past->file_bytes + MAPPED_STEP;
}

static bool has_passage(const struct progress *progress, const struct seen *seen)
{
	for (size_t i = 0; i < progress->passage_count; i++) {
		if (progress->passages[i].pid == seen->pid)
			return true;
	}
	return false;
}

/** Whether it is worth a closer look; `*mapped`: at what it has mapped too. */
static bool is_worth(const struct sampling *sampling, const struct seen *seen, bool *mapped)
{
	const struct seen *past = past_of(sampling, seen);
	bool named = sampling->progress->scope.pids;

	*mapped = named || (past && maps_more(past, seen));
	if (!seen->has_io)
		return named;
	return named || *mapped || seen->state == 'R' || seen->state == 'D' || seen->state == 'T' ||
	       seen->blocked || progress_follows(sampling->progress, seen->pid) ||
	       has_passage(sampling->progress, seen) || (past && has_moved(past, seen));
}

/** Where a file ends, as far as it is one that has an end. */
static uint64_t total_of(const struct open_file *file)
{
	uint64_t size;

	if (file->inode_rc)
		return 0;
	if (S_ISREG(file->inode.mode))
		return file->inode.size;
	if (!S_ISBLK(file->inode.mode) || blockdev_size(file->inode.rdev, &size))
		return 0;
	return size;
}

/** Files, and ends of what leads to other processes. */
static bool is_of_interest(const struct open_file *file)
{
	if (file->handle.use == USE_MAP)
		return !file->inode_rc && S_ISREG(file->inode.mode) && file->readable &&
		       !file->map_executable;
	if (file->handle.use != USE_FD || file->inode_rc)
		return false;
	switch (file->inode.mode & S_IFMT) {
	case S_IFREG:
	case S_IFBLK:
	case S_IFCHR:
	case S_IFIFO:
	case S_IFSOCK:
		return true;
	default:
		return false;
	}
}

static void take_files(void *context, const struct process *process)
{
	struct sampling *sampling = context;
	struct arena *arena = &sampling->now->arena;
	struct seen *seen = sample_find(sampling->now, process->pid);

	if (!seen)
		return;
	seen->files = arena_zero(arena, process->count + 1, sizeof(*seen->files));
	seen->count = 0;
	seen->close = true;
	seen->at_ns = clock_ns(CLOCK_MONOTONIC);
	for (size_t i = 0; i < process->count; i++) {
		const struct open_file *file = &process->files[i];
		bool meant = meant_has(&sampling->progress->meant, process, file);

		if (!is_of_interest(file))
			continue;
		struct seen_file *kept = &seen->files[seen->count++];
		*kept = (struct seen_file){ .file = *file,
					    .total = total_of(file),
					    .meant = meant };
		kept->file.link = arena_text(arena, file->link);
		kept->file.fdinfo = (struct text){ 0 };
	}
	qsort(seen->files, seen->count, sizeof(*seen->files), seen_file_compare);
}

static int look_closely(struct sampling *sampling, const unsigned int *pids, size_t pid_count,
			bool mapped, struct error *err)
{
	const struct source *source = sampling->progress->inquiry->source;
	struct tally tally = { 0 };
	struct look look = {
		.filter = LOOK_ALL,
		.needs = LOOK_IDENTITY | LOOK_ACCESS | LOOK_STATE | LOOK_FLAGS |
			 (mapped ? LOOK_MAPPED : 0) | meant_needs(&sampling->progress->meant),
		.pids = pids,
		.pid_count = pid_count,
		.found = take_files,
		.context = sampling,
	};

	if (!pid_count)
		return 0;
	return source->look(source, &look, &tally, err);
}

/** In which calls those that were looked at closely wait. */
static int look_at_calls(struct sampling *sampling, const unsigned int *pids, size_t count,
			 struct error *err)
{
	struct called *called = arena_zero(&sampling->now->arena, count + 1, sizeof(*called));
	int rc = called_look(sampling->progress->inquiry->source, pids, count, called);

	if (rc)
		return error_set(err, rc, "cannot start a helper process: %s", strerror(-rc));
	for (size_t i = 0; i < count; i++) {
		struct seen *seen = sample_find(sampling->now, pids[i]);

		if (!seen)
			continue;
		seen->called = called[i];
		seen->called_known = called[i].rc != -ETIMEDOUT && called[i].rc != -ESRCH;
	}
	return 0;
}

/** Those that were looked at closely in the look before, those that are followed, and those named. */
static unsigned int *listed(const struct progress *progress, struct arena *arena, size_t *count)
{
	const struct scope *scope = &progress->scope;
	const struct sample *before = &progress->samples[(progress->round + 1) % 2];
	size_t all = 0, named = scope->pids ? scope->pid_count : 0;
	unsigned int *pids = arena_zero(arena, named + progress->followed_count + before->count + 1,
					sizeof(*pids));

	for (size_t i = 0; i < named; i++)
		pids[all++] = scope->pids[i];
	for (size_t i = 0; i < progress->followed_count; i++)
		pids[all++] = progress->followed[i];
	for (size_t i = 0; !named && i < before->count; i++) {
		if (before->items[i].close)
			pids[all++] = before->items[i].pid;
	}
	*count = all;
	return pids;
}

/** The processes that are looked at at all; NULL: everybody. */
static unsigned int *pids_of_interest(struct progress *progress, struct arena *arena, size_t *count)
{
	size_t all;

	*count = 0;
	if (!progress->scope.pids && !progress->last)
		return NULL;
	unsigned int *pids = listed(progress, arena, &all);
	qsort(pids, all, sizeof(*pids), compare_pids);
	for (size_t i = 0; i < all; i++) {
		if (!i || pids[i] != pids[i - 1])
			pids[(*count)++] = pids[i];
	}
	return pids;
}

/** Closely at those that are worth it, and were not looked at yet. */
static int look_at_files(struct sampling *sampling, struct error *err)
{
	struct sample *now = sampling->now;
	unsigned int *lists[2], *every;
	size_t counts[2] = { 0 }, every_count = 0;

	for (size_t i = 0; i < 2; i++)
		lists[i] = arena_zero(&now->arena, now->count + 1, sizeof(**lists));
	every = arena_zero(&now->arena, now->count + 1, sizeof(*every));
	for (size_t i = 0; i < now->count; i++) {
		const struct seen *seen = &now->items[i];
		bool mapped;

		if (seen->close || !is_worth(sampling, seen, &mapped))
			continue;
		lists[mapped][counts[mapped]++] = seen->pid;
		every[every_count++] = seen->pid;
	}
	int rc = look_closely(sampling, lists[0], counts[0], false, err);
	if (!rc)
		rc = look_closely(sampling, lists[1], counts[1], true, err);
	if (!rc)
		rc = look_at_calls(sampling, every, every_count, err);
	if (!rc)
		rc = progress_late(sampling->progress, every, every_count, err);
	return rc;
}

static struct sampling sampling_of(struct progress *progress)
{
	return (struct sampling){ .progress = progress,
				  .now = progress_now(progress),
				  .before = progress_before(progress) };
}

int progress_sample(struct progress *progress, struct error *err)
{
	struct sampling sampling = sampling_of(progress);
	struct sample *now = sampling.now;
	size_t count;

	arena_reset(&now->arena);
	now->count = 0;
	const unsigned int *pids = pids_of_interest(progress, &now->arena, &count);
	int rc = progress_facts(progress, pids, count, err);
	if (!rc)
		rc = look_at_files(&sampling, err);
	return rc;
}

int progress_sample_more(struct progress *progress, const unsigned int *pids, size_t count,
			 struct error *err)
{
	struct sampling sampling = sampling_of(progress);
	unsigned int *absent = arena_zero(&sampling.now->arena, count + 1, sizeof(*absent));
	size_t absent_count = 0;

	for (size_t i = 0; i < count; i++) {
		if (!sample_find(sampling.now, pids[i]))
			absent[absent_count++] = pids[i];
	}
	int rc = absent_count ? progress_facts(progress, absent, absent_count, err) : 0;
	if (!rc)
		rc = look_at_files(&sampling, err);
	return rc;
}
