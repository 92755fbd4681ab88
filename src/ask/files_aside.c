/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What of a process's files is asked aside, of all of them at once: what became of a name, fdinfo that may
 * wait, message queues, sockets.
 */
#include <string.h>

#include "ask/files.h"

int files_decide_fates(struct files_ask *ask, struct files_process *out)
{
	const struct open_file **asked = arena_zero(ask->arena, out->count, sizeof(*asked));
	size_t *index = arena_zero(ask->arena, out->count, sizeof(*index));
	uint64_t needs = ask->needs & FILE_NEED_CLASS ? NEED_OLD_NAME : 0;
	size_t count = 0;

	out->fates = arena_zero(ask->arena, out->count, sizeof(*out->fates));
	for (size_t i = 0; i < out->count; i++) {
		out->fates[i].path = out->files[i]->link;
		if (!fate_is_open(out->files[i]))
			continue;
		index[count] = i;
		asked[count++] = out->files[i];
	}
	if (!count || !(ask->needs & (FILE_NEED_IDENTITY | FILE_NEED_NAMED)))
		return 0;
	struct fate *fates = arena_zero(ask->arena, count, sizeof(*fates));
	int rc = fate_decide(ask->inquiry, ask->mounts, (struct fated){ asked, count, needs },
			     ask->arena, fates, ask->err);
	for (size_t i = 0; i < count && !rc; i++)
		out->fates[index[i]] = fates[i];
	return rc;
}

static bool wants_fdinfo(const struct files_ask *ask)
{
	return ask->needs & (FILE_NEED_DETAIL | FILE_NEED_FLAGS | FILE_NEED_LOCKS);
}

/** What may wait is asked in a helper process: all of a process at once. */
static int read_fdinfos(struct files_ask *ask, struct files_process *out)
{
	const struct open_file **asked = arena_zero(ask->arena, out->count, sizeof(*asked));
	size_t *index = arena_zero(ask->arena, out->count, sizeof(*index)), count = 0;

	out->fdinfos = arena_zero(ask->arena, out->count, sizeof(*out->fdinfos));
	for (size_t i = 0; i < out->count; i++) {
		if (out->files[i]->handle.use != USE_FD || !fdinfos_may_wait(out->files[i]->link))
			continue;
		index[count] = i;
		asked[count++] = out->files[i];
	}
	if (!count || !wants_fdinfo(ask))
		return 0;
	struct fdinfo_answer *answers = arena_zero(ask->arena, count, sizeof(*answers));
	int rc = fdinfos_read(ask->inquiry->source, asked, count, ask->arena, answers);
	for (size_t i = 0; i < count && !rc; i++)
		out->fdinfos[index[i]] = answers[i].answered ? &answers[i] : NULL;
	return rc;
}

static int read_queues(struct files_ask *ask, struct files_process *out)
{
	const struct open_file **asked = arena_zero(ask->arena, out->count, sizeof(*asked));
	size_t *index = arena_zero(ask->arena, out->count, sizeof(*index)), count = 0;

	out->queues = arena_zero(ask->arena, out->count, sizeof(*out->queues));
	for (size_t i = 0; i < out->count; i++) {
		if (out->files[i]->handle.use != USE_FD || !queues_may_be(out->files[i]))
			continue;
		index[count] = i;
		asked[count++] = out->files[i];
	}
	if (!count || !(ask->needs & FILE_NEED_KIND))
		return 0;
	struct queue *queues = arena_zero(ask->arena, count, sizeof(*queues));
	int rc = queues_read(ask->inquiry->source, ask->mounts, asked, count, queues);
	for (size_t i = 0; i < count && !rc; i++)
		out->queues[index[i]] = queues[i].is_queue ? &queues[i] : NULL;
	return rc;
}

/** A namespace that is not ours to read leaves gaps, and is counted. */
static void find_sockets(struct files_ask *ask, const struct files_process *out)
{
	const struct open_file **sockets = arena_zero(ask->arena, out->count, sizeof(*sockets));
	size_t count = 0;

	for (size_t i = 0; i < out->count; i++) {
		if (text_starts(out->files[i]->link, "socket:["))
			sockets[count++] = out->files[i];
	}
	if (count && ask->few_processes)
		sockets_add_these(ask->sockets, sockets, count, ask->needs & FILE_NEED_PEERS,
				  ask->inquiry->in_short);
	else if (count)
		sockets_add(ask->sockets, out->process->pid);
}

int files_read_aside(struct files_ask *ask, struct files_process *out)
{
	int rc = read_fdinfos(ask, out);

	if (!rc)
		rc = read_queues(ask, out);
	if (!rc && ask->sockets)
		find_sockets(ask, out);
	return rc ? error_set(ask->err, rc, "cannot start a helper process: %s", strerror(-rc)) : 0;
}
