/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/deleted.h"

#include <errno.h>
#include <stdlib.h>

#include "ask/party.h"
#include "ask/slots.h"
#include "ask/swaps.h"
#include "scan/containers.h"

static void drop_files(struct deleted_files *files, bool (*drop)(const struct deleted_file *))
{
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++) {
		if (drop(&files->files[i]))
			continue;
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

/** Each site that is shown is asked about once, however many files lie there. */
static int name_containers(const struct inquiry *inquiry, struct deleted_files *files)
{
	struct arena *arena = &files->arena;
	size_t count = 0, at = 0;

	for (size_t i = 0; i < files->count; i++)
		files->files[i].site->wanted = true;
	for (const struct site *site = files->sites; site; site = site->next)
		count += site->wanted;
	unsigned int *pids = arena_zero(arena, count + 1, sizeof(*pids));
	struct container *found_in = arena_zero(arena, count + 1, sizeof(*found_in));
	for (const struct site *site = files->sites; site; site = site->next) {
		if (site->wanted)
			pids[at++] = site->seen_by;
	}
	int rc = containers_find(inquiry->source, pids, count, arena, found_in);
	at = 0;
	for (struct site *site = files->sites; site; site = site->next) {
		if (site->wanted)
			site->container = found_in[at++];
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

int deleted_find(const struct inquiry *inquiry, uint64_t needs, struct outcome *outcome,
		 struct deleted_files *ret, struct error *err)
{
	*ret = (struct deleted_files){ 0 };
	arena_init(&ret->arena);
	arena_init_packed(&ret->texts, 1);
	arena_init_packed(&ret->holds, _Alignof(struct holder));
	int rc = mounts_begin(inquiry->source, &ret->mounts);
	if (rc)
		return error_set(err, rc, "cannot read /proc/self/mountinfo: %s", strerror(-rc));
	rc = scope_begin(inquiry, ret->mounts, outcome, &ret->scope, err);
	if (rc)
		return rc;
	rc = deleted_gather(inquiry, outcome, ret, err);
	/* Of the file in a slot more can be told when it is known what everybody has. */
	if (!rc && ret->scope.pids && slots_are_there(ret)) {
		drop_files(ret, is_any);
		ret->scope.pids = NULL;
		outcome->tally = (struct tally){ 0 };
		rc = deleted_gather(inquiry, outcome, ret, err);
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
	free(files->files);
	mounts_end(files->mounts);
	if (files->scope.arena.bottom)
		scope_end(&files->scope);
	arena_end(&files->arena);
	arena_end(&files->texts);
	arena_end(&files->holds);
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
