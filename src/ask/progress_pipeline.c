/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who reads what a process writes to a pipe: in `tar c | gzip | ssh` only tar reads real files, and how far
 * that is, is how far all of it is.
 */
#include <stdlib.h>

#include "ask/peers.h"
#include "ask/progress.h"

enum { ROUNDS = 8 };

static bool is_end(const struct seen_file *file, bool to_read)
{
	return file->file.handle.use == USE_FD && seen_file_is(file, S_IFIFO) &&
	       (to_read ? file->file.readable : file->file.writable);
}

static bool is_called(const struct seen *now, enum syscall_deed deed, const struct seen_file *file)
{
	if (!seen_is_inside(now))
		return false;
	struct syscall_shape shape = syscall_shape(now->called.call.number);
	return shape.deed == deed && shape.fd >= 0 &&
	       (unsigned int)syscall_int(&now->called.call, shape.fd) == file->file.handle.fd;
}

/** How sure it is that a process works on a pipe. */
enum worth {
	NOT_AT_ALL,
	ONLY_ONE, /**< it has no other beyond standard error */
	STANDARD, /**< it is its standard input or output */
	CALLED,   /**< its call is about it */
};

static enum worth worth_of(const struct seen *now, const struct seen_file *file, bool to_read)
{
	if (is_called(now, to_read ? SYSCALL_READS : SYSCALL_WRITES, file))
		return CALLED;
	if (file->file.handle.fd == (to_read ? 0 : 1))
		return STANDARD;
	return file->file.handle.fd > 2 ? ONLY_ONE : NOT_AT_ALL;
}

/** The pipe that it works on; NULL: it has none, or there is no telling which. */
static const struct seen_file *end_of(const struct seen *now, bool to_read, enum worth *worth)
{
	const struct seen_file *best = NULL;
	size_t only = 0;

	*worth = NOT_AT_ALL;
	for (size_t i = 0; i < now->count; i++) {
		const struct seen_file *file = &now->files[i];
		enum worth here = is_end(file, to_read) ? worth_of(now, file, to_read) : NOT_AT_ALL;

		only += here == ONLY_ONE;
		if (here <= *worth)
			continue;
		best = file;
		*worth = here;
	}
	return *worth == ONLY_ONE && only > 1 ? NULL : best;
}

/** Who works on the other end. That either only happens to have the pipe is not enough. */
static const struct seen *opposite(const struct progress *progress, const struct seen *now,
				   bool to_read)
{
	const struct sample *sample = &progress->samples[progress->round % 2];
	enum worth ours, theirs;
	const struct seen_file *pipe = end_of(now, !to_read, &ours);

	for (size_t i = 0; pipe && i < sample->count; i++) {
		const struct seen *other = &sample->items[i];
		const struct seen_file *end = end_of(other, to_read, &theirs);

		if (end && other->pid != now->pid && (ours > ONLY_ONE || theirs > ONLY_ONE) &&
		    inode_same(&end->file.inode, &pipe->file.inode))
			return other;
	}
	return NULL;
}

const struct seen *pipeline_reader(const struct progress *progress, const struct seen *now)
{
	return opposite(progress, now, true);
}

const struct seen *pipeline_writer(const struct progress *progress, const struct seen *now)
{
	return opposite(progress, now, false);
}

size_t pipeline_of(const struct progress *progress, const struct seen *first,
		   const struct seen *ret[PIPELINE_MAX])
{
	size_t count = 0;

	for (const struct seen *next = first; next && count < PIPELINE_MAX;
	     next = pipeline_reader(progress, next)) {
		for (size_t i = 0; i < count; i++) {
			if (ret[i] == next)
				return count;
		}
		ret[count++] = next;
	}
	return count;
}

static int compare_numbers(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

struct asking {
	struct progress *progress;
	uint64_t *inos;
	size_t count;
	unsigned int *found;
	size_t found_count;
};

static bool was_asked(const struct progress *progress, uint64_t ino)
{
	for (size_t i = 0; i < progress->asked_count; i++) {
		if (progress->asked[i] == ino)
			return true;
	}
	return false;
}

static void ask_about(struct asking *asking, const struct seen *now, bool to_read)
{
	struct progress *progress = asking->progress;
	enum worth worth;
	const struct seen_file *pipe = end_of(now, to_read, &worth);
	struct end_key key;

	if (!pipe || opposite(progress, now, !to_read) || !peers_key(&pipe->file, &key) ||
	    key.kind != END_PIPE || was_asked(progress, key.number))
		return;
	memory_grow(&progress->asked, progress->asked_count, sizeof(*progress->asked));
	progress->asked[progress->asked_count++] = key.number;
	memory_grow(&asking->inos, asking->count, sizeof(*asking->inos));
	asking->inos[asking->count++] = key.number;
}

static void found(void *context, const struct process *process)
{
	struct asking *asking = context;

	memory_grow(&asking->found, asking->found_count, sizeof(*asking->found));
	asking->found[asking->found_count++] = process->pid;
}

static int compare_pids(const void *left, const void *right)
{
	const unsigned int *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

void pipeline_follow(struct progress *progress, const unsigned int *pids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (progress_follows(progress, pids[i]))
			continue;
		memory_grow(&progress->followed, progress->followed_count,
			    sizeof(*progress->followed));
		progress->followed[progress->followed_count++] = pids[i];
		qsort(progress->followed, progress->followed_count, sizeof(*progress->followed),
		      compare_pids);
	}
}

bool progress_follows(const struct progress *progress, unsigned int pid)
{
	return progress->followed_count &&
	       bsearch(&pid, progress->followed, progress->followed_count, sizeof(pid),
		       compare_pids);
}

static int look_for_ends(struct asking *asking, struct error *err)
{
	struct progress *progress = asking->progress;
	const struct source *source = progress->inquiry->source;
	struct tally tally = { 0 };
	struct look look = { .filter = LOOK_ENDS,
			     .ends = LOOK_PIPES,
			     .inos = asking->inos,
			     .ino_count = asking->count,
			     .found = found,
			     .context = asking };

	qsort(asking->inos, asking->count, sizeof(*asking->inos), compare_numbers);
	int rc = source->look(source, &look, &tally, err);
	if (rc)
		return rc;
	pipeline_follow(progress, asking->found, asking->found_count);
	return progress_sample_more(progress, asking->found, asking->found_count, err);
}

/** Whether its pipes lead on to where a transfer comes from, or goes to. */
static void ask_about_ends(struct asking *asking, const struct seen *now)
{
	struct movement movement = { 0 };
	const struct progress *progress = asking->progress;

	if (!now->close || (!movement_find(progress, now, &movement) && !progress->scope.pids))
		return;
	if (!movement.input)
		ask_about(asking, now, true);
	if (!movement.output)
		ask_about(asking, now, false);
}

int progress_follow(struct progress *progress, struct error *err)
{
	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct asking asking = { .progress = progress };
		const struct sample *now = progress_now(progress);
		int rc = 0;

		for (size_t i = 0; i < now->count; i++)
			ask_about_ends(&asking, &now->items[i]);
		if (asking.count)
			rc = look_for_ends(&asking, err);
		free(asking.inos);
		free(asking.found);
		if (rc || !asking.found_count)
			return rc;
	}
	return 0;
}
