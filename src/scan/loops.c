/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/loops.h"

#include <errno.h>
#include <unistd.h>

#include "base/scope.h"
#include "scan/numbered.h"
#include "scan/probe.h"

static void ask_loop(const void *context, size_t index, void *answer)
{
	const struct loop *loops = context;
	struct loop *out = answer;

	*out = loops[index];
	scope_fd fd = loopdev_open(loops[index].device.number, 0);
	out->file_rc = fd < 0 ? fd : loopdev_ask(fd, &out->file);
}

/** In a helper: the device asks the file's filesystem, which may not answer. */
static int ask_all(const struct source *source, struct loop *loops, size_t count)
{
	struct probe probe = { .count = count,
			       .answer_size = sizeof(*loops),
			       .ask = ask_loop,
			       .context = loops,
			       .keep = source->proc };
	const bool *missing;
	void *answers;

	int rc = probe_run(&probe, &answers, &missing);
	if (rc)
		return rc;
	for (size_t i = 0; i < count; i++) {
		if (missing[i])
			loops[i].file_rc = -ETIMEDOUT;
		else
			loops[i] = ((const struct loop *)answers)[i];
	}
	probe_end(&probe, answers);
	return 0;
}

int loops_list(const struct source *source, bool deleted, struct arena *arena, struct loop **ret,
	       size_t *count)
{
	struct loopdev *devices;
	size_t all;
	int rc = loopdev_list(arena, &devices, &all);

	*count = 0;
	*ret = arena_zero(arena, all + 1, sizeof(**ret));
	for (size_t i = 0; i < all; i++) {
		if (!deleted || text_ends(devices[i].link, " (deleted)"))
			(*ret)[(*count)++] = (struct loop){ .device = devices[i] };
	}
	return rc || !*count ? rc : ask_all(source, *ret, *count);
}

static void look_at(struct mounts *mounts, const struct loop *loop, struct open_file *out)
{
	*out = (struct open_file){
		.handle = { .use = USE_LOOP, .fd = loop->device.number },
		.link = loop->device.link,
		.inode_rc = loop->file_rc,
		.inode = { .dev = loop->file.dev,
			   .ino = loop->file.ino,
			   .size = loop->device.offset + loop->device.size },
	};
	if (loop->file_rc)
		return;
	struct inode inode;
	scope_fd fd =
		numbered_find(mounts, loop->file.dev, loop->file.ino, loop->device.link, &inode);
	out->inode_rc = fd >= 0 ? 0 : fd == -EPERM ? -EPERM : -EOPNOTSUPP;
	if (fd >= 0)
		out->inode = inode;
}

void loops_look(const struct source *source, struct mounts *mounts,
		void (*found)(void *context, const struct process *process), void *context)
{
	struct arena arena;
	struct loop *loops;
	size_t count;

	arena_init(&arena);
	if (loops_list(source, true, &arena, &loops, &count) == 0 && count) {
		struct open_file *files = arena_zero(&arena, count, sizeof(*files));
		struct process kernel = { .comm = text_of(LOOPS_COMM), .files = files };

		for (size_t i = 0; i < count; i++) {
			if (!loops[i].file.is_device)
				look_at(mounts, &loops[i], &files[kernel.count++]);
		}
		if (kernel.count)
			found(context, &kernel);
	}
	arena_end(&arena);
}
