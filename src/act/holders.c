/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/holders.h"

#include <fcntl.h>

#include "model/holding.h"

struct gathering {
	struct holders *out;
	struct arena *arena;
};

static bool may_write(const struct open_file *file)
{
	if (file->handle.use != USE_FD)
		return false;
	/* Flags that could not be read are taken for the worst. */
	return !file->flags_known ||
	       (!(file->flags & O_PATH) && (file->flags & O_ACCMODE) != O_RDONLY);
}

static void note(struct gathering *gathering, const struct process *process)
{
	struct holders *out = gathering->out;

	if (holding_is(process->comm)) {
		if (!out->holds++)
			out->hold = process->files[0].handle;
		return;
	}
	if (!out->users++) {
		out->user_pid = process->pid;
		out->user_comm = arena_text(gathering->arena, process->comm);
	}
}

static void found(void *context, const struct process *process)
{
	struct gathering *gathering = context;
	struct holders *out = gathering->out;
	bool writes = false;

	note(gathering, process);
	for (size_t i = 0; i < process->count; i++) {
		const struct open_file *file = &process->files[i];

		if (file->map_shared &&
		    (!out->mapper_comm.len || (file->map_writable && !out->mapped)))
			out->mapper_comm = arena_text(gathering->arena, process->comm);
		out->mapped |= file->map_writable;
		out->mapped_shared |= file->map_shared;
		writes |= file->map_writable;
		if (!may_write(file))
			continue;
		writes = true;
		out->writers++;
		out->kept += holding_is(process->comm);
		out->appenders += file->flags_known && (file->flags & O_APPEND);
	}
	/* A hold may have had to keep a writer's descriptor; it counts, but it writes nothing. */
	if (!writes || holding_is(process->comm))
		return;
	out->writing_processes++;
	if (out->writer_pid)
		return;
	out->writer_pid = process->pid;
	out->writer_comm = arena_text(gathering->arena, process->comm);
}

/** The processes that were seen to hold it, each once. */
static unsigned int *known_pids(const struct deleted_file *file, struct arena *arena, size_t *count)
{
	unsigned int *pids = arena_zero(arena, file->holder_count, sizeof(*pids));

	*count = 0;
	for (size_t i = 0; i < file->holder_count; i++) {
		unsigned int pid = file->holders[i].handle.pid;

		if (handle_is_process(&file->holders[i].handle) &&
		    (!*count || pids[*count - 1] != pid))
			pids[(*count)++] = pid;
	}
	return pids;
}

int holders_look(const struct source *source, const struct held *held, bool all,
		 struct arena *arena, struct holders *ret, struct error *err)
{
	struct gathering gathering = { ret, arena };
	struct tally tally = { 0 };
	struct look look = { .filter = LOOK_INODE,
			     .inode = held->inode,
			     .path = deleted_path(held->file),
			     .found = found,
			     .context = &gathering };

	*ret = (struct holders){ 0 };
	if (!all)
		look.pids = known_pids(held->file, arena, &look.pid_count);
	int rc = source->look(source, &look, &tally, err);
	ret->complete = all && tally_is_complete(&tally);
	ret->namespaced = tally.namespaced;
	ret->in_flight = tally.in_flight > 0;
	ret->in_ring = tally.rings > 0;
	attached_look(source, held->file, arena, &ret->attached);
	return rc;
}

bool holders_ask(const struct source *source, const struct deleted_file *file, struct arena *arena,
		 struct holders *ret)
{
	struct held held = { .file = file, .inode = file->inode, .hold = -1, .read = -1 };
	struct error err;

	return !file->inode_rc && holders_look(source, &held, true, arena, ret, &err) == 0 &&
	       ret->users + ret->holds > 0;
}
