/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/frozen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "act/attached.h"
#include "act/descriptors.h"
#include "act/estimate.h"
#include "act/freeze.h"
#include "act/lease.h"
#include "act/make.h"
#include "act/mend.h"
#include "base/clock.h"

/**
 * What a program has handed to the disk by asynchronous direct I/O lands after it was stopped, and
 * nobody says when: io_submit(2), io_uring(7). It is given this long, and what it changed is seen by
 * comparing again.
 */
static const int64_t DIRECT_NS = 1000000000;

/** That a file keeps open until all are through: itself, its draft, their directory … */
enum { DESCRIPTORS_EACH = 8 };

/** One file of the set. */
struct item {
	struct work work;
	bool open;   /**< to be made anew, and nothing has gone wrong so far */
	bool cloned; /**< its filesystem clones */
	bool shown; /**< a loop device has it, through which it may be written to: nobody can be stopped */
	struct mend mend;
};

struct set {
	const struct recovering *context;
	struct item *items;
	size_t count;
	struct freeze freeze;
	struct standstill *still;
	struct standstill_plan plan;
	struct sought *sought;
	size_t open; /**< files that are to be made anew */
	bool twice;  /**< one comparison proves too little */
};

/* --- before ------------------------------------------------------------------------------------ */

static int by_number(const void *a, const void *b)
{
	const struct sought *one = a, *other = b;

	return one->inode.ino < other->inode.ino ? -1 : one->inode.ino > other->inode.ino;
}

/** A network has other hosts, FUSE a server: they may write and nobody here would see. */
static bool is_ours_alone(const struct deleted_file *file)
{
	return file->class == CLASS_MEMORY || !mounts_may_hang(file->site->mounted.info);
}

static void seek(struct set *set)
{
	set->sought = arena_zero(set->context->arena, set->count + 1, sizeof(*set->sought));
	set->open = 0;
	set->plan.provable = true;
	for (size_t i = 0; i < set->count; i++) {
		const struct work *work = &set->items[i].work;

		if (!set->items[i].open)
			continue;
		set->sought[set->open++] =
			(struct sought){ work->held.inode, deleted_path(work->out->file) };
		set->plan.provable &= is_ours_alone(work->out->file);
	}
	qsort(set->sought, set->open, sizeof(*set->sought), by_number);
}

/** Hold them all, find their places, make drafts: what can be refused is refused before anybody stops. */
static void prepare(struct set *set, const struct deleted_file *files, const struct text *below,
		    struct recovered *ret)
{
	interrupt_allow();
	for (size_t i = 0; i < set->count; i++) {
		struct item *item = &set->items[i];

		recover_begin(&item->work, set->context, &files[i], &ret[i]);
		item->open = recover_ready(&item->work, below[i]);
	}
	interrupt_defer();
	for (size_t i = 0; i < set->count; i++) {
		struct item *item = &set->items[i];

		if (!item->open)
			continue;
		item->open = make_draft(&item->work);
		item->cloned = item->open && make_clone(&item->work);
		if (item->open && !item->cloned)
			item->open = make_room(&item->work);
	}
}

/** Whether the kernel may write to one of them for somebody who cannot be stopped. */
static void see_devices(struct set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		struct item *item = &set->items[i];
		struct attached attached;

		if (!item->open || item->cloned)
			continue;
		attached_look(set->context->source, item->work.out->file, set->context->arena,
			      &attached);
		item->shown = attached.writes;
		set->plan.provable &= !item->shown;
	}
}

static void plan(struct set *set)
{
	const struct freeze *freeze = &set->freeze;
	int64_t reading = 0;

	see_devices(set);
	set->plan.provable &= freeze_sees_all(freeze);
	set->plan.who = freeze->who;
	set->plan.count = freeze->count;
	set->plan.files = set->open;
	set->plan.cloned = true;
	set->twice = !set->plan.provable || freeze->direct;
	for (size_t i = 0; i < set->count; i++) {
		const struct item *item = &set->items[i];
		const struct work *work = &item->work;

		if (!item->open)
			continue;
		set->plan.bytes += work->held.inode.size;
		set->plan.cloned &= item->cloned;
		if (!item->cloned)
			reading += estimate_compare(&work->held, work->draft.fd,
						    work->held.inode.size);
	}
	set->plan.length_ns = reading * (set->twice ? 2 : 1) + freeze->looking_ns * 2;
	if (freeze->direct && !set->plan.cloned)
		set->plan.length_ns += DIRECT_NS;
}

/* --- while everybody works --------------------------------------------------------------------- */

static void fail(struct item *item, int rc)
{
	make_failed(&item->work, rc);
	item->open = false;
}

static int copy_ahead(struct item *item)
{
	struct work *work = &item->work;
	struct transfer *out = &work->out->transfer;
	int64_t begun = clock_ns(CLOCK_MONOTONIC);
	struct copy copy;
	struct bar bar;

	bar_init(&bar, stderr, text_basename(work->out->path));
	work->out->method = METHOD_COPY;
	int rc = inode_of(work->held.read, &item->mend.before);
	if (rc)
		return rc;
	out->size = item->mend.before.size;
	copy_begin(&copy, work->held.read, work->held.borrowed, work->draft.fd, out->size);
	copy.bar = &bar;
	copy.interrupt = work->context->interrupt;
	rc = copy_all(&copy, out->size);
	if (!rc && fdatasync(work->draft.fd))
		rc = -errno;
	out->read_failed = copy.read_failed;
	out->failed_at = copy.failed_at;
	copy_end(&copy);
	bar_clear(&bar);
	out->copied_ns = clock_ns(CLOCK_MONOTONIC) - begun;
	return rc;
}

/** As without --freeze: what is only to be had through a loop device is nobody's to stop. */
static void make_alone(struct item *item)
{
	publish_end(&item->work.draft);
	make_anew(&item->work);
	item->open = false;
}

static int copy_all_ahead(struct set *set)
{
	int priority = make_way();

	for (size_t i = 0; i < set->count; i++) {
		struct item *item = &set->items[i];

		item->work.begun_ns = clock_ns(CLOCK_MONOTONIC);
		if (!item->open || item->cloned)
			continue;
		if (item->work.held.part.size) {
			make_alone(item);
			continue;
		}
		int rc = copy_ahead(item);
		if (rc == -ECANCELED)
			return rc;
		if (rc)
			fail(item, rc);
	}
	/* Whoever stands still is not to wait for others. */
	make_way_as(priority);
	return 0;
}

/* --- while they stand still --------------------------------------------------------------------- */

static int clone_anew(struct item *item)
{
	if (ftruncate(item->work.draft.fd, 0))
		return -errno;
	return make_clone(&item->work) ? 0 : -EIO;
}

/**
 * Where everybody is known to stand still, once is enough: nobody changes what was mended. Else until
 * nothing differs, and not before what was on its way to the disk has arrived.
 */
static int bring_up_to_date(struct set *set, struct item *item)
{
	struct transfer *out = &item->work.out->transfer;
	struct mend mend = { .interrupt = set->context->interrupt,
			     .passes = set->twice ? TRANSFER_PASSES : 1,
			     .settled_ns = set->freeze.direct ? set->freeze.stopped_ns + DIRECT_NS :
								0,
			     .before = item->mend.before };

	int rc = mend_copy(&mend, &item->work.held, item->work.draft.fd, out);
	item->mend = mend;
	return rc;
}

static int take_all(struct set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		struct item *item = &set->items[i];

		if (!item->open)
			continue;
		if (interrupt_asked(set->context->interrupt))
			return -ECANCELED;
		int rc = item->cloned ? clone_anew(item) : bring_up_to_date(set, item);
		if (rc == -ECANCELED)
			return rc;
		if (rc)
			fail(item, rc);
	}
	return 0;
}

/* --- after ------------------------------------------------------------------------------------- */

/** Not everybody can be seen, nobody in sight may write: a lease tells whether somebody else does. */
static bool is_blind(const struct set *set, const struct item *item)
{
	struct lease lease = { .fd = -1 };

	if (set->freeze.writable || tally_is_complete(&set->freeze.tally) ||
	    item->work.held.borrowed)
		return false;
	int rc = lease_take(&lease, item->work.held.read);
	lease_end(&lease);
	return rc == -EAGAIN;
}

static bool same_state(const struct inode *a, const struct inode *b)
{
	return a->size == b->size && a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

static enum grade grade_of(const struct set *set, struct item *item)
{
	struct transfer *out = &item->work.out->transfer;

	if (item->cloned)
		return GRADE_SNAPSHOT;
	if (item->shown || out->holders.attached.writes)
		return GRADE_CHANGED;
	if (set->still->proved && is_ours_alone(item->work.out->file) &&
	    (!set->freeze.direct || item->mend.clean))
		return GRADE_FROZEN;
	out->mapped = set->freeze.newcomer_mapped;
	out->blind = is_blind(set, item);
	if (item->mend.clean && !out->mapped && !out->blind &&
	    same_state(&item->mend.before, &item->mend.after))
		return GRADE_UNCHANGED;
	return GRADE_CHANGED;
}

/** Who has it, for the grade and for what is said. A device may have been mounted only meanwhile. */
static void see_holders(struct set *set, struct item *item)
{
	const struct freeze *freeze = &set->freeze;
	struct holders *holders = &item->work.out->transfer.holders;
	struct error err;

	holders_look(set->context->source, &item->work.held, false, set->context->arena, holders,
		     &err);
	holders->complete = tally_is_complete(&freeze->tally);
	holders->namespaced = freeze->tally.namespaced;
	holders->in_flight = freeze->tally.in_flight > 0;
	holders->in_ring = freeze->tally.rings > 0;
	holders->mapper_comm = freeze->mapper;
}

static void publish_all(struct set *set)
{
	const struct freeze *freeze = &set->freeze;

	for (size_t i = 0; i < set->count; i++) {
		struct item *item = &set->items[i];
		struct transfer *out = &item->work.out->transfer;

		if (!item->open)
			continue;
		if (!item->cloned) {
			see_holders(set, item);
			out->mtime_ns = item->mend.before.mtime_ns;
		}
		out->grade = grade_of(set, item);
		out->begun_ns = item->cloned ? out->begun_ns : freeze->begun_ns;
		out->ended_ns = clock_ns(CLOCK_REALTIME);
		item->work.out->still = set->still;
		make_publish(&item->work);
	}
}

/** Nobody holds them but we: there is nobody to stop. */
static void make_all(struct set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->items[i].open)
			make_alone(&set->items[i]);
	}
}

/** What was not decided is left as it is. */
static void leave(struct set *set, enum frozen_end end, struct error *err)
{
	enum recover_result result = RECOVER_LEFT;

	if (end == FROZEN_INTERRUPTED) {
		error_set(err, -ECANCELED, "interrupted");
		result = RECOVER_INTERRUPTED;
	} else if (end != FROZEN_REFUSED) {
		error_set(err, -ECANCELED, "nothing was stopped, nothing was written");
	}
	for (size_t i = 0; i < set->count; i++) {
		if (!set->items[i].open)
			continue;
		set->items[i].work.out->result = result;
		set->items[i].work.out->err = *err;
		result = RECOVER_LEFT; /* said once */
	}
}

static enum frozen_end end_of(int rc)
{
	return rc == -ECANCELED ? FROZEN_INTERRUPTED : FROZEN_REFUSED;
}

static enum frozen_end agree(struct set *set)
{
	static const enum frozen_end ends[] = {
		[ASSENT_GIVEN] = FROZEN_DONE,
		[ASSENT_REFUSED] = FROZEN_DECLINED,
		[ASSENT_UNASKED] = FROZEN_UNASKED,
		[ASSENT_INTERRUPTED] = FROZEN_INTERRUPTED,
	};

	return ends[set->context->ask(set->context->asking, &set->plan)];
}

static enum frozen_end run(struct set *set, struct error *err)
{
	struct interrupt *interrupt = set->context->interrupt;

	int rc = freeze_look(&set->freeze, err);
	if (!rc)
		rc = freeze_allowed(&set->freeze, err);
	if (rc)
		return end_of(rc);
	if (!set->freeze.count) {
		make_all(set);
		return FROZEN_DONE;
	}
	plan(set);
	enum frozen_end end = agree(set);
	if (end != FROZEN_DONE)
		return end;
	rc = copy_all_ahead(set);
	if (!rc)
		rc = freeze_stop(&set->freeze, interrupt, err);
	if (!rc)
		rc = take_all(set);
	if (rc) {
		freeze_end(&set->freeze);
		return end_of(rc);
	}
	freeze_release(&set->freeze, set->still);
	publish_all(set);
	return FROZEN_DONE;
}

enum frozen_end frozen_recover(const struct recovering *context, const struct deleted_file *files,
			       const struct text *below, size_t count, struct recovered *ret,
			       struct error *err)
{
	struct set set = { .context = context, .count = count };
	enum frozen_end end = FROZEN_DONE;

	set.items = arena_zero(context->arena, count + 1, sizeof(*set.items));
	set.still = arena_zero(context->arena, 1, sizeof(*set.still));
	descriptors_allow(context->arena, count * DESCRIPTORS_EACH, &(uint64_t){ 0 });
	prepare(&set, files, below, ret);
	seek(&set);
	freeze_begin(&set.freeze, context->source, context->arena, set.sought, set.open);
	if (set.open)
		end = run(&set, err);
	freeze_end(&set.freeze);
	if (end != FROZEN_DONE)
		leave(&set, end, err);
	for (size_t i = 0; i < count; i++)
		recover_end(&set.items[i].work);
	return end;
}
