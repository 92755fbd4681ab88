/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Looking for who is at the other end of a pipe that somebody who moves works on. That is a look at all that
 * everybody has open, and is done once for each pipe; who was found is looked at closely from then on.
 */
#include <stdlib.h>
#include <sys/sysmacros.h>

#include "ask/peers.h"
#include "ask/progress.h"

/** Documentation/admin-guide/devices.txt: /dev/null, /dev/zero and the like. */
enum { MEM_MAJOR = 1 };

enum {
	ROUNDS = 8,      /**< processes in a pipeline, from whoever is known on */
	HOLDERS_MAX = 4, /**< of one end of a pipe */
	ASKED_MANY = 64  /**< pipes; then those that are gone are forgotten */
};

/** A pipe of which we look for the other end. */
struct wanted {
	struct end_key key;
	struct inode inode; /**< END_FIFO: of its name */
	bool to_read;       /**< they must be able to read it, else to write it */
	bool any;           /**< whichever descriptor; else only standard input or output */
	unsigned int pids[HOLDERS_MAX];
	size_t count; /**< how many were found, also if more than that */
};

struct asking {
	struct progress *progress;
	struct wanted *wanted; /**< by number; pipes first */
	size_t count, pipes;
};

static int compare_wanted(const void *left, const void *right)
{
	const struct end_key *a = &((const struct wanted *)left)->key;
	const struct end_key *b = &((const struct wanted *)right)->key;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return (a->device > b->device) - (a->device < b->device);
}

static bool was_asked(const struct progress *progress, uint64_t ino)
{
	for (size_t i = 0; i < progress->asked_count; i++) {
		if (progress->asked[i] == ino)
			return true;
	}
	return false;
}

/** Whether a pipe that is only there may be what it works on: it reads or writes, and not a device. */
static bool may_work(const struct progress *progress, const struct seen *now, bool to_read)
{
	const struct seen *past = progress_past(progress, now);

	for (size_t i = 0; i < now->count; i++) {
		if (now->files[i].file.handle.use == USE_FD &&
		    now->files[i].file.handle.fd == (to_read ? 0 : 1) &&
		    seen_file_is(&now->files[i], S_IFCHR) &&
		    major(now->files[i].file.inode.rdev) == MEM_MAJOR)
			return false;
	}
	/* Who was found only now is at the other end of one that something goes through. */
	if (!past)
		return progress_follows(progress, now->pid);
	return to_read ? past->io.rchar != now->io.rchar : past->io.wchar != now->io.wchar;
}

/**
 * Whether it is worth a look at all that everybody has open. A standard stream that is a pipe may be one that
 * nothing goes through: then only of who is named, or kept from going on. Fifos are used for commands too.
 */
static bool is_worth(const struct progress *progress, const struct seen *now, enum pipe_worth worth,
		     const struct end_key *key, bool to_read)
{
	if (worth == PIPE_STANDARD &&
	    ((progress->scope.pids && key->kind == END_PIPE) || movement_is_kept(now)))
		return true;
	return worth == PIPE_CALLED || may_work(progress, now, to_read);
}

static bool is_pipe(const struct open_file *file, struct end_key *ret)
{
	return peers_key(file, ret) && (ret->kind == END_PIPE || ret->kind == END_FIFO);
}

static void ask_about(struct asking *asking, const struct seen *now, bool to_read)
{
	struct progress *progress = asking->progress;
	enum pipe_worth worth;
	const struct seen_file *pipe = pipeline_end(now, to_read, &worth);
	struct end_key key;

	if (!pipe || (to_read ? pipeline_writer(progress, now) : pipeline_reader(progress, now)) ||
	    !is_pipe(&pipe->file, &key) || was_asked(progress, key.number) ||
	    !is_worth(progress, now, worth, &key, to_read))
		return;
	memory_grow(&progress->asked, progress->asked_count, sizeof(*progress->asked));
	progress->asked[progress->asked_count++] = key.number;
	memory_grow(&asking->wanted, asking->count, sizeof(*asking->wanted));
	asking->wanted[asking->count++] = (struct wanted){ .key = key,
							   .inode = pipe->file.inode,
							   .to_read = !to_read,
							   .any = worth > PIPE_ONLY_ONE };
	asking->pipes += key.kind == END_PIPE;
}

static void take_end(struct asking *asking, const struct process *process,
		     const struct open_file *file)
{
	struct wanted sought = { 0 };

	if (!is_pipe(file, &sought.key))
		return;
	struct wanted *wanted =
		bsearch(&sought, asking->wanted, asking->count, sizeof(sought), compare_wanted);
	if (!wanted || !pipeline_may_use(file, wanted->to_read) ||
	    (!wanted->any && file->handle.fd > 1))
		return;
	if (wanted->count < HOLDERS_MAX)
		wanted->pids[wanted->count] = process->pid;
	wanted->count++;
}

static void found(void *context, const struct process *process)
{
	struct asking *asking = context;

	for (size_t i = 0; i < process->count; i++)
		take_end(asking, process, &process->files[i]);
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

static int look_for_pipes(struct asking *asking, struct error *err)
{
	const struct source *source = asking->progress->inquiry->source;
	struct tally tally = { 0 };
	struct look look = { .filter = LOOK_ENDS,
			     .ends = LOOK_PIPES,
			     .needs = LOOK_ACCESS,
			     .ino_count = asking->pipes,
			     .found = found,
			     .context = asking };
	uint64_t *inos = memory_resize(NULL, asking->pipes, sizeof(*inos));

	for (size_t i = 0; i < asking->pipes; i++)
		inos[i] = asking->wanted[i].key.number;
	look.inos = inos;
	int rc = source->look(source, &look, &tally, err);
	/* A worker that was given up may still look into it, whenever it wakes. */
	if (!tally.blocked)
		free(inos);
	return rc;
}

/** Fifos have a name, and are looked for as any file is. */
static int look_for_fifos(struct asking *asking, struct error *err)
{
	const struct source *source = asking->progress->inquiry->source;
	const struct wanted *wanted = asking->wanted + asking->pipes;
	size_t count = asking->count - asking->pipes;
	struct tally tally = { 0 };
	struct look look = {
		.filter = LOOK_INODE, .sought_count = count, .found = found, .context = asking
	};
	struct sought *sought = memory_resize(NULL, count, sizeof(*sought));

	for (size_t i = 0; i < count; i++)
		sought[i] = (struct sought){ .inode = wanted[i].inode };
	look.sought = sought;
	int rc = source->look(source, &look, &tally, err);
	if (!tally.blocked)
		free(sought);
	return rc;
}

static int look_for_ends(struct asking *asking, struct error *err)
{
	int rc = 0;

	qsort(asking->wanted, asking->count, sizeof(*asking->wanted), compare_wanted);
	if (asking->pipes)
		rc = look_for_pipes(asking, err);
	if (!rc && asking->pipes < asking->count)
		rc = look_for_fifos(asking, err);
	return rc;
}

/** What more have than work on it was only left open by who started them. */
static size_t follow_found(struct asking *asking, unsigned int **ret)
{
	size_t count = 0;

	for (size_t i = 0; i < asking->count; i++) {
		const struct wanted *wanted = &asking->wanted[i];

		for (size_t k = 0; wanted->count <= HOLDERS_MAX && k < wanted->count; k++) {
			if (progress_follows(asking->progress, wanted->pids[k]))
				continue;
			memory_grow(ret, count, sizeof(**ret));
			(*ret)[count++] = wanted->pids[k];
			pipeline_follow(asking->progress, &wanted->pids[k], 1);
		}
	}
	if (count)
		qsort(*ret, count, sizeof(**ret), compare_pids);
	return count;
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

/** One step along the pipes. `*further`: others were found by it. */
static int follow_once(struct progress *progress, bool *further, struct error *err)
{
	struct asking asking = { .progress = progress };
	const struct sample *now = progress_now(progress);
	unsigned int *pids = NULL;
	int rc = 0;

	for (size_t i = 0; i < now->count; i++)
		ask_about_ends(&asking, &now->items[i]);
	if (asking.count)
		rc = look_for_ends(&asking, err);
	size_t count = rc ? 0 : follow_found(&asking, &pids);
	if (count)
		rc = progress_sample_more(progress, pids, count, err);
	*further = count > 0;
	free(asking.wanted);
	free(pids);
	return rc;
}

/** Who has ended is followed no more. */
static void forget_ended(struct progress *progress)
{
	size_t kept = 0;

	for (size_t i = 0; i < progress->followed_count; i++) {
		if (sample_find(progress_now(progress), progress->followed[i]))
			progress->followed[kept++] = progress->followed[i];
	}
	progress->followed_count = kept;
}

static bool has_pipe(const struct sample *sample, uint64_t ino)
{
	for (size_t i = 0; i < sample->count; i++) {
		for (size_t k = 0; k < sample->items[i].count; k++) {
			const struct seen_file *file = &sample->items[i].files[k];

			if (seen_file_is(file, S_IFIFO) && file->file.inode.ino == ino)
				return true;
		}
	}
	return false;
}

/** Who looks on for days meets pipes without number. */
static void forget_asked(struct progress *progress)
{
	size_t kept = 0;

	if (progress->asked_count < ASKED_MANY)
		return;
	for (size_t i = 0; i < progress->asked_count; i++) {
		if (has_pipe(progress_now(progress), progress->asked[i]))
			progress->asked[kept++] = progress->asked[i];
	}
	progress->asked_count = kept;
}

int progress_follow(struct progress *progress, struct error *err)
{
	bool further = true;
	int rc = 0;

	forget_ended(progress);
	forget_asked(progress);

	for (unsigned int round = 0; round < ROUNDS && further && !rc; round++)
		rc = follow_once(progress, &further, err);
	return rc ? rc : joint_look(progress, err);
}
