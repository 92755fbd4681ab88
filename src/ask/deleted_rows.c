/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What was found out about a deleted file, as a row; a gap stays a gap.
 */

#include "ask/deleted.h"
#include "ask/person.h"

/** The owner that was looked up last. */
struct known_user {
	uint32_t uid;
	struct text name;
};

/** How many different processes hold it. */
static unsigned int count_processes(const struct deleted_file *file)
{
	unsigned int count = 1;

	for (size_t i = 1; i < file->holder_count; i++)
		count += file->holders[i].handle.pid != file->holders[i - 1].handle.pid;
	return count;
}

struct command_name deleted_command(const struct deleted_file *file)
{
	return (struct command_name){ deleted_comm(file, 0), count_processes(file) - 1 };
}

static struct texts list_holders(struct arena *arena, const struct deleted_file *file)
{
	struct text *items = arena_zero(arena, file->holder_count, sizeof(*items));

	for (size_t i = 0; i < file->holder_count; i++)
		items[i] = handle_text(arena, &file->holders[i].handle);
	return (struct texts){ items, file->holder_count };
}

/** One name a process, in the order of the holders. */
static struct texts list_commands(struct arena *arena, const struct deleted_file *file)
{
	struct text *items = arena_zero(arena, file->holder_count, sizeof(*items));
	size_t count = 0;

	for (size_t i = 0; i < file->holder_count; i++) {
		if (!i || file->holders[i].handle.pid != file->holders[i - 1].handle.pid)
			items[count++] = deleted_comm(file, i);
	}
	return (struct texts){ items, count };
}

/** Neighbouring rows mostly have one owner, and each look-up reads /etc/passwd anew. */
static struct text user_name(struct arena *arena, uint32_t uid, struct known_user *known)
{
	if (!known->name.len || known->uid != uid) {
		known->uid = uid;
		known->name = person_user(arena, uid);
	}
	return known->name;
}

static void tell_inode(struct deleted *row, const struct deleted_file *file)
{
	static const enum deleted_column from_inode[] = {
		DELETED_SIZE, DELETED_DISK, DELETED_DEVICE, DELETED_NLINK,
		DELETED_MODE, DELETED_UID,  DELETED_SINCE,
	};

	row->inode = file->inode.ino;
	if (file->inode.ino)
		facts_know(&row->facts, DELETED_INODE);
	for (size_t i = 0; i < sizeof(from_inode) / sizeof(from_inode[0]); i++) {
		if (file->inode_rc && !(from_inode[i] == DELETED_SIZE && file->inode.size))
			facts_deny(&row->facts, from_inode[i]);
		else
			facts_know(&row->facts, from_inode[i]);
	}
	row->size = file->inode.size;
	row->disk = file->inode.disk;
	row->device = file->inode.dev;
	row->nlink = file->inode.nlink;
	row->mode = file->inode.mode & 07777;
	row->uid = file->inode.uid;
	row->since = file->inode.ctime_ns;
}

static void tell_oddity(struct deleted *row, const struct deleted_file *file)
{
	row->error = deleted_error(file);
	if (!*file->path)
		row->error = text_of("its name is longer than the kernel tells (4095 bytes)");
	if (row->error.len)
		facts_know(&row->facts, DELETED_ERROR);
}

/** The row of `file`, in the arena. */
static struct deleted *make_row(struct arena *arena, const struct deleted_file *file)
{
	struct deleted *row = arena_zero(arena, 1, sizeof(*row));

	row->handle = handle_text(arena, &file->holders[0].handle);
	row->command = deleted_command(file);
	row->class = class_word(file->class);
	row->holders = list_holders(arena, file);
	row->commands = list_commands(arena, file);
	facts_know(&row->facts, DELETED_HANDLE);
	facts_know(&row->facts, DELETED_COMMAND);
	facts_know(&row->facts, DELETED_CLASS);
	facts_know(&row->facts, DELETED_HOLDERS);
	facts_know(&row->facts, DELETED_COMMANDS);
	tell_inode(row, file);
	row->path = deleted_path(file);
	if (row->path.len)
		facts_know(&row->facts, DELETED_PATH);
	else
		facts_deny(&row->facts, DELETED_PATH);
	row->container = file->site->container.name;
	if (row->container.len)
		facts_know(&row->facts, DELETED_CONTAINER);
	tell_oddity(row, file);
	return row;
}

void deleted_push(struct deleted_files *files, uint64_t needs, struct sink *sink)
{
	struct known_user known = { 0 };
	bool keeps = sink_keeps(sink), more = true;
	struct arena passing;

	arena_init(&passing);
	for (size_t i = 0; i < files->count && more; i++) {
		const struct deleted_file *file = &files->files[i];
		struct deleted *row = make_row(keeps ? &files->arena : &passing, file);

		if ((needs & NEED_USER) && !file->inode_rc) {
			row->user = user_name(&files->arena, file->inode.uid, &known);
			facts_know(&row->facts, DELETED_USER);
		}
		more = sink_push(sink, row);
		arena_reset(&passing);
	}
	arena_end(&passing);
}
