/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who holds what: open files come process by process, and of each file there is one in the list.
 */
#include <malloc.h>
#include <stdlib.h>

#include "ask/deleted.h"
#include "scan/loops.h"

/** Where in the list the files are, by what makes two of them one: open addressing, 0 is free. */
struct directory {
	uint32_t *places; /**< index + 1 */
	size_t size, used;
};

struct search {
	struct deleted_files *out;
	struct directory known;
	const struct held_by *by; /**< the process that is looked at */
};

static bool is_one(const struct inode *a, const struct inode *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->btime_ns == b->btime_ns;
}

/** The place of this file, or the free one where it belongs. */
static uint32_t *find_place(const struct directory *known, const struct deleted_file *files,
			    const struct inode *inode)
{
	uint64_t mixed = (inode->ino ^ inode->dev << 32 ^ (uint64_t)inode->btime_ns) *
			 UINT64_C(0x9E3779B97F4A7C15);
	size_t at = (size_t)(mixed >> 32) & (known->size - 1);

	while (known->places[at] && !is_one(&files[known->places[at] - 1].inode, inode))
		at = (at + 1) & (known->size - 1);
	return &known->places[at];
}

/** At most four fifths are taken. */
static void make_room(struct directory *known, const struct deleted_file *files)
{
	struct directory before = *known;

	if (before.size && before.used < before.size / 5 * 4)
		return;
	known->size = before.size ? before.size * 2 : 64;
	known->places = memory_resize(NULL, known->size, sizeof(*known->places));
	memset(known->places, 0, known->size * sizeof(*known->places));
	for (size_t i = 0; i < before.size; i++) {
		if (before.places[i])
			*find_place(known, files, &files[before.places[i] - 1].inode) =
				before.places[i];
	}
	free(before.places);
}

/** The list doubles as it grows; what it leaves stays in the arena. */
static void add_holder(struct deleted_files *files, struct deleted_file *file, struct holder holder)
{
	size_t count = file->holder_count;

	if (!(count & (count - 1))) {
		struct holder *grown =
			arena_zero(&files->holds, count ? 2 * count : 1, sizeof(*grown));

		if (count)
			memcpy(grown, file->holders, count * sizeof(*grown));
		file->holders = grown;
	}
	file->holders[file->holder_count++] = holder;
}

static struct deleted_file *add_file(struct search *search, const struct open_file *open)
{
	struct deleted_files *out = search->out;

	memory_grow(&out->files, out->count, sizeof(*out->files));
	out->files[out->count] = deleted_of(open, &out->texts);
	return &out->files[out->count++];
}

/** The file, if it is in the list; else it is put there. */
static struct deleted_file *find_file(struct search *search, const struct open_file *open)
{
	/* Nothing to know it by: a file of its own. */
	if (!open->inode.ino)
		return add_file(search, open);
	make_room(&search->known, search->out->files);
	uint32_t *place = find_place(&search->known, search->out->files, &open->inode);
	if (*place)
		return &search->out->files[*place - 1];
	struct deleted_file *file = add_file(search, open);
	*place = (uint32_t)search->out->count;
	search->known.used++;
	return file;
}

static void gather(struct search *search, const struct open_file *open)
{
	struct deleted_file *file = find_file(search, open);
	const struct held_by *by = search->by;

	if (open->map_end) {
		struct held_by *mapping = arena_zero(&search->out->arena, 1, sizeof(*mapping));

		*mapping = (struct held_by){ by->comm, open->map_start, open->map_end };
		by = mapping;
	}
	deleted_note_flags(file, open);
	add_holder(search->out, file, (struct holder){ open->handle, by });
}

static void found(void *context, const struct process *process)
{
	struct search *search = context;
	struct held_by *by = arena_zero(&search->out->arena, 1, sizeof(*by));

	by->comm = arena_text(&search->out->texts, process->comm).bytes;
	search->by = by;
	for (size_t i = 0; i < process->count; i++)
		gather(search, &process->files[i]);
}

static bool has_same_link(const struct deleted_file *a, const struct deleted_file *b)
{
	return a->marked == b->marked && text_equal(deleted_path(a), deleted_path(b));
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
		    (other->inode.dev == file->inode.dev || has_same_link(other, file)))
			return other;
	}
	return NULL;
}

/** The last holder goes down to its place by pid. */
static void sort_last_holder(struct deleted_file *file)
{
	for (size_t i = file->holder_count - 1; i > 0; i--) {
		struct holder holder = file->holders[i];

		/* The kernel, process 0, comes behind all of them. */
		if (file->holders[i - 1].handle.pid - 1 <= holder.handle.pid - 1)
			return;
		file->holders[i] = file->holders[i - 1];
		file->holders[i - 1] = holder;
	}
}

static void merge_twins(struct deleted_files *files)
{
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++) {
		struct deleted_file *file = &files->files[i];
		struct deleted_file *twin = file->inode_rc ? find_twin(files, file) : NULL;

		if (!twin)
			continue;
		for (size_t k = 0; k < file->holder_count; k++) {
			add_holder(files, twin, file->holders[k]);
			sort_last_holder(twin);
		}
		twin->flags_known |= file->flags_known;
		twin->tmpfile |= file->tmpfile;
		file->holder_count = 0;
	}
	for (size_t i = 0; i < files->count; i++) {
		if (files->files[i].holder_count)
			files->files[kept++] = files->files[i];
	}
	files->count = kept;
}

/** At all who are in scope; where nobody has named a process, at what the kernel itself has open. */
int deleted_gather(const struct inquiry *inquiry, struct outcome *outcome,
		   struct deleted_files *files, struct error *err)
{
	const struct scope *scope = &files->scope;
	struct search search = { .out = files };
	struct look look = { .filter = LOOK_DELETED,
			     .needs = LOOK_IDLE,
			     .pids = scope->pids,
			     .pid_count = scope->pid_count,
			     .found = found,
			     .context = &search };

	int rc = inquiry->source->look(inquiry->source, &look, &outcome->tally, err);
	/* In a PID namespace they are mostly those of somebody outside. */
	if (!rc && !scope->pids && (!outcome->tally.namespaced || scope_names_loop(scope)))
		loops_look(inquiry->source, files->mounts, found, &search);
	free(search.known.places);
	/* What the workers have used is theirs, free or not, and they are gone. */
	malloc_trim(0);
	if (!rc)
		merge_twins(files);
	return rc;
}
