/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The source that lets the kernel walk its own tables. The walk says where to look, /proc what is there:
 * a row that is wrong, old or double cannot come of it, and before the walk is at its end there is none.
 */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "scan/crew.h"
#include "scan/procfs.h"
#include "scan/worth.h"

/** Which worker does what. The mappings come second: then two can be at both from the start. */
enum { WORK_MAPPINGS = 1, WORKS_MAX = WIRE_WALKERS + 1 };

struct walking {
	struct crew *crew;
	bool with_mappings, given_up;
	struct iterator_answer *answers;
};

static void work(const void *context, struct job *job)
{
	const struct walking *walking = context;
	struct iterator_answer *answer = arena_zero(&job->arena, 1, sizeof(*answer));
	bool is_behind = walking->with_mappings && job->index > WORK_MAPPINGS;

	if (walking->with_mappings && job->index == WORK_MAPPINGS)
		crew_walk_mappings(walking->crew, job, answer);
	else
		crew_walk(walking->crew, (unsigned int)job->index - is_behind, job, answer);
	job->result = answer;
}

static void consume(void *context, size_t index, const struct job *job)
{
	struct walking *walking = context;

	walking->given_up |= !job;
	if (job)
		walking->answers[index] = *(struct iterator_answer *)job->result;
	else
		walking->answers[index].rc = -ETIMEDOUT;
}

static void seek_inodes(const struct look *look, struct iterator_wants *wants)
{
	if (!look->sought)
		iterator_seek(wants, look->inode.ino);
	for (size_t i = 0; i < look->sought_count; i++)
		iterator_seek(wants, look->sought[i].inode.ino);
}

/** Of all that is open only some: what the kernel itself can tell apart. */
static bool translate_narrow(const struct look *look, struct iterator_wants *wants)
{
	const unsigned int ends = LOOK_SORT_PIPE | LOOK_SORT_SOCKET | LOOK_SORT_EVENTFD;

	if (look->number) {
		wants->wants = WIRE_INODE | WIRE_CARRIERS;
		iterator_seek(wants, look->number);
		return true;
	}
	if (look->sorts == LOOK_SORT_DELETED)
		wants->wants = WIRE_DELETED | WIRE_CARRIERS;
	else if (look->sorts && !(look->sorts & ~ends))
		wants->wants = WIRE_ENDS | WIRE_CARRIERS;
	return wants->wants;
}

static void seek_numbers(const struct look *look, struct iterator_wants *wants)
{
	wants->wants = WIRE_NUMBERED;
	for (size_t i = 0; i < look->ino_count; i++)
		iterator_seek(wants, look->inos[i]);
}

/** True when only pipes and sockets are looked for, and these by their numbers. */
static bool is_numbered(const struct look *look)
{
	return look->inos && look->ends && !(look->ends & ~(LOOK_PIPES | LOOK_SOCKET_ENDS));
}

/** What the kernel is to look for. False: /proc is asked for it, or the kernel for whole tables. */
static bool translate(const struct look *look, struct iterator_wants *wants)
{
	switch (look->filter) {
	case LOOK_DELETED:
		wants->wants = WIRE_DELETED | WIRE_CARRIERS;
		return true;
	case LOOK_INODE:
		wants->wants = WIRE_INODE | WIRE_CARRIERS;
		seek_inodes(look, wants);
		return true;
	case LOOK_ENDS:
		if (is_numbered(look))
			seek_numbers(look, wants);
		else
			wants->wants = WIRE_ENDS;
		return true;
	case LOOK_SOCKETS:
		seek_numbers(look, wants);
		return true;
	case LOOK_ALL:
		return translate_narrow(look, wants);
	case LOOK_ONE:
		return false;
	}
	return false;
}

/** Are mappings asked for, and can they be told apart there? */
static bool walks_mappings(const struct look *look, const struct iterator_wants *wants)
{
	return look->filter < LOOK_ALL ||
	       ((wants->wants & (WIRE_DELETED | WIRE_INODE)) && (look->needs & LOOK_MAPPED));
}

static void note_reason(struct source_bpf *bpf, const struct iterator_answer *answer)
{
	bpf->why = answer->reason;
	if (answer->rc == -ETIMEDOUT)
		error_set(&bpf->why, -ETIMEDOUT, "the kernel's walk came to a stop");
}

/** The answers of a crew as one: it failed if any of them did. */
static struct iterator_answer join(struct iterator_answer *answers, size_t count, size_t leave_out)
{
	struct iterator_answer all = { 0 };
	char *bytes = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct iterator_answer *one = &answers[i];

		if (i == leave_out)
			continue;
		if (one->rc && !all.rc) {
			all.rc = one->rc;
			all.reason = one->reason;
		}
		if (one->walk_ns > all.walk_ns)
			all.walk_ns = one->walk_ns;
		all.load_ns += one->load_ns;
		bytes = memory_resize(bytes, all.records.len + one->records.len + 1, 1);
		if (one->records.len)
			memcpy(bytes + all.records.len, one->records.bytes, one->records.len);
		all.records = (struct text){ bytes, all.records.len + one->records.len };
		free((void *)one->records.bytes);
	}
	return all;
}

/** The one that has walked before, as to load its programs takes longer than to walk; or a new one. */
static struct crew *call_crew(struct source_bpf *bpf, const struct iterator_wants *wants)
{
	struct crew *crew = bpf->crew;

	bpf->crew = NULL;
	if (crew && crew_aim(crew, wants))
		return crew;
	if (crew)
		crew_free(crew);
	return crew_new(wants);
}

/**
 * Both walks, at the same time. That of the mappings waits for every process's memory in turn, of which
 * one may be locked: then /proc asks each of them, and says who does not answer.
 */
static int walk(const struct look *look, const struct iterator_wants *wants, struct source_bpf *bpf,
		struct hints *ret)
{
	struct iterator_answer answers[WORKS_MAX] = { 0 }, *mappings = NULL;
	struct walking walking = { call_crew(bpf, wants), walks_mappings(look, wants), false,
				   answers };
	size_t count = crew_size() + walking.with_mappings;

	worker_run(&(struct jobs){ count, work, consume, &walking, sizeof(walking), NULL });
	if (walking.with_mappings)
		mappings = &answers[WORK_MAPPINGS];
	struct iterator_answer descriptors = join(answers, count, mappings ? WORK_MAPPINGS : count);
	int rc = descriptors.rc;
	if (!rc)
		hints_begin(descriptors.records,
			    mappings && !mappings->rc ? &mappings->records : NULL, ret);
	if (mappings) {
		if (!rc && mappings->rc)
			note_reason(bpf, mappings);
		bpf->load_ns += mappings->load_ns;
		bpf->mappings_ns += mappings->walk_ns;
		free((void *)mappings->records.bytes);
	}
	free((void *)descriptors.records.bytes);
	bpf->load_ns += descriptors.load_ns;
	bpf->descriptors_ns += descriptors.walk_ns;
	bpf->failed |= rc != 0;
	if (rc)
		note_reason(bpf, &descriptors);
	/* What its readers have used is theirs, free or not, and they are gone. */
	malloc_trim(0);
	/* A worker that was given up may still be at it. */
	if (!walking.given_up)
		bpf->crew = walking.crew;
	return rc;
}

static int look_hinted(const struct source *source, const struct look *look,
		       struct iterator_wants *wants, struct tally *tally, struct error *err)
{
	struct source_bpf *bpf = source->bpf;
	struct hints hints;
	unsigned int blocked = tally->blocked;

	if (walk(look, wants, bpf, &hints)) {
		if (!bpf->forced)
			return procfs_look(source, look, NULL, tally, err);
		return error_set(err, -EOPNOTSUPP, "cannot go on with --source bpf: %s",
				 bpf->why.message);
	}
	bpf->looks++;
	int rc = procfs_look(source, look, &(struct guide){ .hints = &hints }, tally, err);
	/* A worker that was given up may still look into them, whenever it wakes. */
	if (tally->blocked == blocked)
		hints_end(&hints);
	return rc;
}

static void note_teller(struct source_bpf *bpf, const struct teller *teller)
{
	int rc = __atomic_load_n(&teller->rc, __ATOMIC_RELAXED);

	bpf->descriptors_ns += __atomic_load_n(&teller->walk_ns, __ATOMIC_RELAXED);
	bpf->failed = rc != 0;
	if (rc == -EOPNOTSUPP)
		error_set(&bpf->why, rc, "this kernel cannot tell one process (Linux 6.1 can)");
	else if (rc)
		error_set(&bpf->why, rc, "the kernel's walk ended early: %s", strerror(-rc));
}

/**
 * All that is open, table by table: where the kernel cannot tell one, or not all of it, /proc is asked
 * about that one.
 */
static int look_told(const struct source *source, const struct look *look, struct tally *tally,
		     struct error *err)
{
	struct source_bpf *bpf = source->bpf;
	struct teller *teller = memory_resize(NULL, 1, sizeof(*teller));
	unsigned int blocked = tally->blocked;

	*teller = (struct teller){ .program = iterator_load_table(told_tells(look), &bpf->load_ns,
								  &bpf->why) };
	if (teller->program < 0) {
		free(teller);
		bpf->failed = true;
		if (!bpf->forced)
			return procfs_look(source, look, NULL, tally, err);
		return error_set(err, -EOPNOTSUPP, "cannot go on with --source bpf: %s",
				 bpf->why.message);
	}
	bpf->looks++;
	int rc = procfs_look(source, look, &(struct guide){ .teller = teller }, tally, err);
	note_teller(bpf, teller);
	/* A worker that was given up may still ask it, whenever it wakes. */
	if (tally->blocked == blocked) {
		close(teller->program);
		free(teller);
	}
	return rc;
}

/** For one descriptor of each process /proc is as fast. */
static int look(const struct source *source, const struct look *look, struct tally *tally,
		struct error *err)
{
	struct source_bpf *bpf = source->bpf;
	struct iterator_wants wants = { 0 };
	bool worth = bpf->forced || worth_walking(source, look);

	if (bpf->failed)
		return procfs_look(source, look, NULL, tally, err);
	bool translated = translate(look, &wants);
	if (worth && !translated && look->filter == LOOK_ALL)
		return look_told(source, look, tally, err);
	if (!worth || !translated) {
		bpf->left++;
		return procfs_look(source, look, NULL, tally, err);
	}
	return look_hinted(source, look, &wants, tally, err);
}

/** Its PIDs are those of the first PID namespace, and its processes those that are there now. */
static int check(const struct source *source, struct source_bpf *bpf)
{
	if (source->foreign)
		return error_set(&bpf->why, -EXDEV, "--proc shows other processes than ours");
	if (procfs_is_namespaced())
		return error_set(&bpf->why, -EXDEV, "it cannot be had in a PID namespace");
	return 0;
}

int source_bpf(struct source *source, bool forced, struct error *err)
{
	struct source_bpf *bpf = memory_resize(NULL, 1, sizeof(*bpf));

	*bpf = (struct source_bpf){ .forced = forced };
	source->bpf = bpf;
	bpf->failed = check(source, bpf) != 0;
	if (forced && (bpf->failed || iterator_try(ITERATOR_DESCRIPTORS, &bpf->why)))
		return error_set(err, -EOPNOTSUPP, "--source bpf is not possible: %s",
				 bpf->why.message);
	if (!bpf->failed)
		source->look = look;
	return 0;
}
