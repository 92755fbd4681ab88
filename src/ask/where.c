/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Where does everybody's stderr (stdout, descriptor 7, cwd, exe …) go? One place of every process,
 * counted by what it leads to.
 */
#include "ask/where.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "ask/fate.h"
#include "ask/meant.h"
#include "ask/unmatched.h"
#include "model/whereabouts.h"

/** What makes two of them one place. */
struct place_key {
	uint64_t device, number;
	struct text link; /**< what has no inode: the kernel's word */
};

struct gathering {
	const struct inquiry *inquiry;
	struct outcome *outcome;
	struct meant *meant;
	struct census *census;
};

/** Documentation/admin-guide/devices.txt: the slaves of unix98 terminals; each devpts has its own. */
enum { PTS_MAJOR_FIRST = 136, PTS_MAJOR_LAST = 143 };

static bool is_shared_device(const struct open_file *file)
{
	unsigned int number = major(file->inode.rdev);

	return S_ISCHR(file->inode.mode) && (number < PTS_MAJOR_FIRST || number > PTS_MAJOR_LAST);
}

/** A device is one wherever its node lies: /dev/null of every container is the same nowhere. */
static struct place_key key_of(const struct open_file *file)
{
	if (file->inode_rc)
		return (struct place_key){ .link = file->link };
	if (is_shared_device(file))
		return (struct place_key){ file->inode.rdev, UINT64_MAX, { 0 } };
	return (struct place_key){ file->inode.dev, file->inode.ino, { 0 } };
}

static bool is_place(const struct census_place *place, const struct place_key *key)
{
	struct place_key other = key_of(&place->file);

	return other.device == key->device && other.number == key->number &&
	       text_equal(other.link, key->link);
}

/** Of the names that the nodes of a device have, the plainest. */
static void name_plainly(struct census *census, struct census_place *place,
			 const struct open_file *file)
{
	if (is_shared_device(file) && !file->inode_rc && file->link.len < place->file.link.len)
		place->file.link = arena_text(&census->arena, file->link);
}

static struct census_place *place_of(struct census *census, const struct open_file *file)
{
	struct place_key key = key_of(file);

	for (size_t i = 0; i < census->count; i++) {
		if (!is_place(&census->places[i], &key))
			continue;
		name_plainly(census, &census->places[i], file);
		return &census->places[i];
	}
	memory_grow(&census->places, census->count, sizeof(*census->places));
	struct census_place *place = &census->places[census->count++];
	*place = (struct census_place){ .file = *file };
	place->file.link = arena_text(&census->arena, file->link);
	place->file.fdinfo = arena_text(&census->arena, file->fdinfo);
	return place;
}

void census_count(struct census *census, struct census_place *place, struct text comm,
		  uint64_t count)
{
	for (size_t i = 0; i < place->comm_count; i++) {
		if (text_equal(place->comms[i].name, comm)) {
			place->comms[i].count += count;
			return;
		}
	}
	memory_grow(&place->comms, place->comm_count, sizeof(*place->comms));
	place->comms[place->comm_count++] =
		(struct census_comm){ arena_text(&census->arena, comm), count };
}

static void found(void *context, const struct process *process)
{
	struct gathering *gathering = context;
	struct census *census = gathering->census;
	bool counted = false;

	for (size_t i = 0; i < process->count; i++) {
		const struct open_file *file = &process->files[i];

		if (!meant_has(gathering->meant, process, file))
			continue;
		struct census_place *place = place_of(census, file);
		/* Threads with a table of their own may lead to the same place: one process. */
		if (place->pid_count && place->pids[place->pid_count - 1] == process->pid)
			continue;
		memory_grow(&place->pids, place->pid_count, sizeof(*place->pids));
		place->pids[place->pid_count++] = process->pid;
		census_count(census, place, process->comm, 1);
		counted = true;
	}
	census->processes += counted;
}

static int decide_fates(const struct inquiry *inquiry, struct mounts *mounts, struct census *census,
			struct error *err)
{
	struct arena *arena = &census->arena;
	const struct open_file **asked = arena_zero(arena, census->count + 1, sizeof(*asked));
	size_t *index = arena_zero(arena, census->count + 1, sizeof(*index));
	size_t count = 0;

	for (size_t i = 0; i < census->count; i++) {
		struct census_place *place = &census->places[i];

		place->fate = (struct fate){ .class = CLASS_LIVE, .path = place->file.link };
		if (!fate_is_open(&place->file))
			continue;
		index[count] = i;
		asked[count++] = &place->file;
	}
	struct fate *fates = arena_zero(arena, count + 1, sizeof(*fates));
	int rc = fate_decide(inquiry, mounts, (struct fated){ asked, count, 0 }, arena, fates, err);
	for (size_t i = 0; i < count && !rc; i++)
		census->places[index[i]].fate = fates[i];
	return rc;
}

static int by_count(const void *left, const void *right)
{
	const struct census_place *a = left, *b = right;

	if (a->pid_count != b->pid_count)
		return a->pid_count < b->pid_count ? 1 : -1;
	return (a->pids[0] > b->pids[0]) - (a->pids[0] < b->pids[0]);
}

static int by_comm_count(const void *left, const void *right)
{
	const struct census_comm *a = left, *b = right;

	return (a->count < b->count) - (a->count > b->count);
}

static void sort(struct census *census)
{
	if (census->count)
		qsort(census->places, census->count, sizeof(*census->places), by_count);
	for (size_t i = 0; i < census->count; i++)
		qsort(census->places[i].comms, census->places[i].comm_count,
		      sizeof(struct census_comm), by_comm_count);
}

static int look(const struct inquiry *inquiry, struct outcome *outcome, struct scope *scope,
		struct mounts *mounts, struct census *census, struct error *err)
{
	struct meant meant;
	struct gathering gathering = { inquiry, outcome, &meant, census };
	int rc = meant_begin(inquiry, scope, mounts, &census->arena, &meant, err);
	struct look look = { .filter = LOOK_ONE,
			     .one = inquiry->place,
			     .needs = LOOK_IDENTITY | LOOK_ACCESS | LOOK_DETAILS,
			     .pids = scope->pids,
			     .pid_count = scope->pid_count,
			     .found = found,
			     .context = &gathering };

	if (!rc)
		rc = inquiry->source->look(inquiry->source, &look, &outcome->tally, err);
	meant_end(&meant, outcome);
	if (!rc)
		rc = decide_fates(inquiry, mounts, census, err);
	if (!rc)
		rc = census_name_ends(inquiry, census, err);
	return rc;
}

static void end(struct census *census)
{
	for (size_t i = 0; i < census->count; i++) {
		free(census->places[i].comms);
		free(census->places[i].pids);
	}
	free(census->places);
	arena_end(&census->arena);
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	struct census census = { 0 };
	struct mounts *mounts;
	struct scope scope;
	int rc = mounts_begin(inquiry->source, &mounts);

	if (rc)
		return error_set(err, rc, "cannot read the mounts: %s", strerror(-rc));
	arena_init(&census.arena);
	rc = scope_begin(inquiry, mounts, outcome, &scope, err);
	if (!rc)
		rc = look(inquiry, outcome, &scope, mounts, &census, err);
	if (!rc) {
		sort(&census);
		outcome->rows = census.count;
		unmatched_explain(inquiry, &scope, outcome);
		census_push(inquiry, &census);
		census_tell(inquiry, &census);
	}
	sink_finish(inquiry->sink);
	scope_end(&scope);
	mounts_end(mounts);
	end(&census);
	return rc;
}

const struct question question_where = {
	.name = "where",
	.asks = "where does everybody's stderr go?",
	.table = &whereabouts_table,
	.words_are_processes = true,
	.ask = ask,
};
