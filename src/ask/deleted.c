/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/deleted.h"

#include <errno.h>
#include <stdlib.h>
#include <uthash.h>

#include "ask/classify.h"
#include "ask/party.h"
#include "ask/slots.h"
#include "ask/swaps.h"
#include "scan/containers.h"
#include "scan/loops.h"

/** What makes two open files one. */
struct identity {
	uint64_t dev, ino, btime_ns;
};

/** Where the file of an identity is in the list. */
struct gathering {
	struct identity identity;
	size_t index;
	UT_hash_handle hh;
};

struct search {
	struct deleted_files *out;
	struct gathering *table;
	struct arena arena; /**< of the table */
	struct text comm;
};

static void add_holder(struct search *search, struct deleted_file *file,
		       const struct open_file *open)
{
	struct arena *arena = &search->out->arena;

	memory_grow(&file->holders, file->holder_count, sizeof(*file->holders));
	memory_grow(&file->comms, file->holder_count, sizeof(*file->comms));
	file->comms[file->holder_count] = search->comm;
	file->holders[file->holder_count] = *open;
	file->holders[file->holder_count].link =
		text_equal(open->link, file->link) ? file->link : arena_text(arena, open->link);
	file->holder_count++;
}

static struct deleted_file *add_file(struct search *search, const struct open_file *open)
{
	struct deleted_files *out = search->out;
	struct text link = arena_text(&out->arena, open->link);

	memory_grow(&out->files, out->count, sizeof(*out->files));
	out->files[out->count] = (struct deleted_file){ .inode = open->inode,
							.inode_rc = open->inode_rc,
							.link = link,
							.path = classify_old_path(link) };
	return &out->files[out->count++];
}

static void gather(struct search *search, const struct open_file *open)
{
	struct identity identity = { open->inode.dev, open->inode.ino, open->inode.btime_ns };

	/* Nothing to know it by: a file of its own. */
	if (!identity.ino)
		identity.btime_ns = -1 - (int64_t)search->out->count;
	struct gathering *entry;

	HASH_FIND(hh, search->table, &identity, sizeof(identity), entry);
	if (entry) {
		add_holder(search, &search->out->files[entry->index], open);
		return;
	}
	entry = arena_zero(&search->arena, 1, sizeof(*entry));
	entry->identity = identity;
	entry->index = search->out->count;
	HASH_ADD(hh, search->table, identity, sizeof(identity), entry);
	add_holder(search, add_file(search, open), open);
}

static void found(void *context, const struct process *process)
{
	struct search *search = context;

	search->comm = arena_text(&search->out->arena, process->comm);
	for (size_t i = 0; i < process->count; i++)
		gather(search, &process->files[i]);
}

static void drop_files(struct deleted_files *files, bool (*drop)(const struct deleted_file *))
{
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++) {
		if (drop(&files->files[i])) {
			free(files->files[i].holders);
			free(files->files[i].comms);
			continue;
		}
		if (kept != i)
			files->files[kept] = files->files[i];
		kept++;
	}
	files->count = kept;
}

static bool is_live(const struct deleted_file *file)
{
	return file->class == CLASS_LIVE;
}

static bool is_any(const struct deleted_file *file)
{
	(void)file;
	return true;
}

static bool is_unwanted(const struct deleted_file *file)
{
	return !file->wanted;
}

/**
 * A file that was only seen in maps, or behind a loop device, and could not be asked about, may be one
 * that another holds.
 */
static struct deleted_file *find_twin(struct deleted_files *files, const struct deleted_file *file)
{
	for (size_t i = 0; i < files->count; i++) {
		struct deleted_file *other = &files->files[i];

		if (!other->inode_rc && file->inode.ino && other->inode.ino == file->inode.ino &&
		    (other->inode.dev == file->inode.dev || text_equal(other->link, file->link)))
			return other;
	}
	return NULL;
}

/** The last holder goes down to its place by pid. */
static void sort_last_holder(struct deleted_file *file)
{
	for (size_t i = file->holder_count - 1; i > 0; i--) {
		struct open_file holder = file->holders[i];
		struct text comm = file->comms[i];

		/* The kernel, process 0, comes behind all of them. */
		if (file->holders[i - 1].handle.pid - 1 <= holder.handle.pid - 1)
			return;
		file->holders[i] = file->holders[i - 1];
		file->comms[i] = file->comms[i - 1];
		file->holders[i - 1] = holder;
		file->comms[i - 1] = comm;
	}
}

static bool is_empty(const struct deleted_file *file)
{
	return file->holder_count == 0;
}

static void merge_twins(struct search *search)
{
	struct deleted_files *files = search->out;

	for (size_t i = 0; i < files->count; i++) {
		struct deleted_file *file = &files->files[i];
		struct deleted_file *twin = file->inode_rc ? find_twin(files, file) : NULL;

		if (!twin)
			continue;
		for (size_t k = 0; k < file->holder_count; k++) {
			search->comm = file->comms[k];
			add_holder(search, twin, &file->holders[k]);
			sort_last_holder(twin);
		}
		file->holder_count = 0;
	}
	drop_files(files, is_empty);
}

static int name_containers(const struct inquiry *inquiry, struct deleted_files *files)
{
	struct arena *arena = &files->arena;
	unsigned int *pids = arena_zero(arena, files->count + 1, sizeof(*pids));
	struct container *found_in = arena_zero(arena, files->count + 1, sizeof(*found_in));

	for (size_t i = 0; i < files->count; i++)
		pids[i] = deleted_seen_by(&files->files[i]);
	int rc = containers_find(inquiry->source, pids, files->count, arena, found_in);
	for (size_t i = 0; i < files->count; i++) {
		files->files[i].container = found_in[i].name;
		files->files[i].container_id = found_in[i].id;
	}
	return rc;
}

static int by_disk(const void *left, const void *right)
{
	const struct deleted_file *a = left, *b = right;

	if (a->inode.disk != b->inode.disk)
		return a->inode.disk < b->inode.disk ? 1 : -1;
	if (a->inode.size != b->inode.size)
		return a->inode.size < b->inode.size ? 1 : -1;
	const struct handle *x = &a->holders[0].handle, *y = &b->holders[0].handle;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return (x->fd > y->fd) - (x->fd < y->fd);
}

/** At all who are in scope; where nobody has named a process, at what the kernel itself has open. */
static int look_at_all(const struct inquiry *inquiry, struct search *search,
		       struct outcome *outcome, struct error *err)
{
	const struct scope *scope = &search->out->scope;
	struct look look = { .filter = LOOK_DELETED,
			     .needs = LOOK_IDLE,
			     .pids = scope->pids,
			     .pid_count = scope->pid_count,
			     .found = found,
			     .context = search };

	arena_init(&search->arena);
	int rc = inquiry->source->look(inquiry->source, &look, &outcome->tally, err);
	/* In a PID namespace they are mostly those of somebody outside. */
	if (!rc && !scope->pids && (!outcome->tally.namespaced || scope_names_loop(scope)))
		loops_look(inquiry->source, search->out->mounts, found, search);
	HASH_CLEAR(hh, search->table);
	arena_end(&search->arena);
	if (!rc)
		merge_twins(search);
	return rc;
}

int deleted_find(const struct inquiry *inquiry, uint64_t needs, struct outcome *outcome,
		 struct deleted_files *ret, struct error *err)
{
	struct search search = { .out = ret };

	*ret = (struct deleted_files){ 0 };
	arena_init(&ret->arena);
	int rc = mounts_begin(inquiry->source, &ret->mounts);
	if (rc)
		return error_set(err, rc, "cannot read /proc/self/mountinfo: %s", strerror(-rc));
	rc = scope_begin(inquiry, ret->mounts, outcome, &ret->scope, err);
	if (rc)
		return rc;
	rc = look_at_all(inquiry, &search, outcome, err);
	/* Of the file in a slot more can be told when it is known what everybody has. */
	if (!rc && ret->scope.pids && slots_are_there(ret)) {
		drop_files(ret, is_any);
		ret->scope.pids = NULL;
		outcome->tally = (struct tally){ 0 };
		rc = look_at_all(inquiry, &search, outcome, err);
	}
	if (rc)
		return rc;
	for (size_t i = 0; i < ret->count; i++)
		party_order(&ret->files[i]);
	slots_resolve(inquiry->source, ret, &outcome->tally);
	rc = deleted_classify(inquiry, ret, needs, err);
	if (rc)
		return rc;
	drop_files(ret, is_live);
	deleted_find_upper_layers(inquiry, ret);
	scope_select(&ret->scope, ret->mounts, ret->files, ret->count);
	drop_files(ret, is_unwanted);
	if (ret->count)
		qsort(ret->files, ret->count, sizeof(*ret->files), by_disk);
	if (needs & NEED_CONTAINER)
		name_containers(inquiry, ret);
	return 0;
}

void deleted_end(struct deleted_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->files[i].holders);
		free(files->files[i].comms);
	}
	free(files->files);
	mounts_end(files->mounts);
	if (files->scope.arena.bottom)
		scope_end(&files->scope);
	arena_end(&files->arena);
}

static int ask(const struct inquiry *inquiry, struct outcome *outcome, struct error *err)
{
	struct deleted_files files;
	uint64_t needs = sink_needs(inquiry->sink);
	int rc = deleted_find(inquiry, needs, outcome, &files, err);

	if (rc) {
		deleted_end(&files);
		return rc;
	}
	outcome->rows = files.count;
	swaps_complain(inquiry->source, outcome);
	deleted_push(&files, needs, inquiry->sink);
	deleted_tell(inquiry, &files, outcome);
	sink_finish(inquiry->sink);
	deleted_end(&files);
	return 0;
}

const struct question question_deleted = {
	.name = "deleted",
	.asks = "which deleted files are still open, and what do they hold?",
	.table = &deleted_table,
	.ask = ask,
};
