/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/watch_wish.h"

#include <errno.h>
#include <stdlib.h>

#include "scan/names.h"
#include "scan/paths.h"

static void add_pid(struct watch_wish *asked, unsigned int pid)
{
	memory_grow(&asked->pids, asked->wish.pid_count, sizeof(*asked->pids));
	asked->pids[asked->wish.pid_count++] = pid;
}

/** The path as the kernel will tell it: everything in it resolved. */
static int resolve(struct watch_wish *asked, struct text path, struct text *ret, struct error *err)
{
	struct path_wish wish = { .path = path };
	struct path_found *found = arena_zero(&asked->arena, 1, sizeof(*found));
	char *real;
	int rc = paths_resolve(asked->wish.source, &wish, 1, found);

	if (!rc)
		rc = !found->answered ? -ETIMEDOUT : found->rc;
	if (rc)
		return error_set(err, rc, "cannot watch %.*s: %s", (int)path.len, path.bytes,
				 strerror(-rc));
	real = realpath(found->path, NULL);
	if (!real)
		return error_set(err, -errno, "cannot watch %.*s: %s", (int)path.len, path.bytes,
				 strerror(errno));
	*ret = arena_text(&asked->arena, text_of(real));
	free(real);
	return 0;
}

static int add_tree(struct watch_wish *asked, struct text path, struct error *err)
{
	struct text tree;
	int rc = resolve(asked, path, &tree, err);

	if (rc)
		return rc;
	memory_grow(&asked->trees, asked->wish.tree_count, sizeof(*asked->trees));
	asked->trees[asked->wish.tree_count++] = tree;
	return 0;
}

static int add_named(struct watch_wish *asked, struct text name, struct error *err)
{
	unsigned int *pids;
	size_t count;
	int rc = names_find(asked->wish.source, name, &asked->arena, &pids, &count);

	if (rc)
		return error_set(err, rc, "cannot list the processes in /proc: %s", strerror(-rc));
	if (!count)
		return error_set(err, -ESRCH, "no process is called %.*s", (int)name.len,
				 name.bytes);
	for (size_t i = 0; i < count; i++)
		add_pid(asked, pids[i]);
	return 0;
}

/** A thread has the files of its process, and one that has ended has none. */
static int add_process(struct watch_wish *asked, unsigned int pid, struct error *err)
{
	const char *program = asked->invocation->program;
	struct watcher_life life = watcher_life(asked->wish.source, pid);

	if (!life.exists)
		return error_set(err, -ENOENT, "process %u does not exist (any more)", pid);
	if (life.process && life.process != pid)
		return error_set(
			err, -EINVAL,
			"%u is a thread of process %u, which is watched whole: %s watch %u", pid,
			life.process, program, life.process);
	if (!life.runs)
		return error_set(err, -ESRCH,
				 "process %u has ended, and opens nothing any more; its parent, "
				 "process %u, has not yet asked how",
				 pid, life.parent);
	add_pid(asked, pid);
	return 0;
}

static int add_descriptor(struct watch_wish *asked, const struct target *target, struct error *err)
{
	const struct invocation *invocation = asked->invocation;

	if (target->handle.use != USE_FD)
		return error_set(err, -EINVAL,
				 "%.*s never becomes another file; its process: %s watch %u",
				 (int)target->text.len, target->text.bytes, invocation->program,
				 target->handle.pid);
	if (invocation->target_count > 1 || invocation->words)
		return error_set(err, -EINVAL, "one descriptor is watched alone: %s watch %.*s",
				 invocation->program, (int)target->text.len, target->text.bytes);
	asked->wish.only = &target->handle;
	asked->wish.children = false;
	return add_process(asked, target->handle.pid, err);
}

static int add_target(struct watch_wish *asked, const struct target *target, struct error *err)
{
	switch (target->kind) {
	case TARGET_PROCESS:
		if (target_is_beyond(target))
			return error_set(err, -ENOENT,
					 "process %.*s does not exist: no number is so large",
					 (int)target->text.len, target->text.bytes);
		return add_process(asked, target->pid, err);
	case TARGET_HANDLE:
		return add_descriptor(asked, target, err);
	case TARGET_NAME:
		return add_named(asked, target->name, err);
	case TARGET_WORD:
		return add_named(asked, target->text, err);
	case TARGET_PATH:
		return add_tree(asked, target->text, err);
	case TARGET_PORT:
		return error_set(err, -EINVAL, "%.*s is no file; who uses it: %s who %.*s",
				 (int)target->text.len, target->text.bytes,
				 asked->invocation->program, (int)target->text.len,
				 target->text.bytes);
	}
	return -EINVAL;
}

static int add_targets(struct watch_wish *asked, struct error *err)
{
	const struct invocation *invocation = asked->invocation;
	int rc = 0;

	for (size_t i = 0; i < invocation->target_count && !rc; i++)
		rc = add_target(asked, &invocation->targets[i], err);
	if (!rc && invocation->watch.below)
		rc = resolve(asked, text_of(invocation->watch.below), &asked->wish.below, err);
	asked->wish.pids = asked->pids;
	asked->wish.trees = asked->trees;
	return rc;
}

int watch_wish_begin(const struct invocation *invocation, const struct source *source,
		     struct watch_wish *ret, struct error *err)
{
	*ret = (struct watch_wish){ .invocation = invocation,
				    .wish = { .source = source,
					      .children = !invocation->watch.no_children,
					      .failed = invocation->watch.failed,
					      .writes = invocation->watch.writes } };
	arena_init(&ret->arena);
	if (!invocation->target_count && !invocation->words)
		return error_set(err, -EINVAL,
				 "watch what? a process, a directory, or a command to run; "
				 "everything is /\n  %s watch 4076\n  %s watch -- ps aux",
				 invocation->program, invocation->program);
	return add_targets(ret, err);
}

void watch_wish_end(struct watch_wish *asked)
{
	arena_end(&asked->arena);
	free(asked->pids);
	free(asked->trees);
}
