/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/fate.h"

#include <errno.h>
#include <sys/stat.h>

#include "ask/classify.h"

bool fate_is_open(const struct open_file *file)
{
	if (!text_starts(file->link, "/"))
		return file->link_rc == -ENAMETOOLONG && !file->inode_rc && !file->inode.nlink;
	return text_ends(file->link, " (deleted)") || file->inode_rc == -ESTALE ||
	       text_starts(text_basename(file->link), ".nfs") ||
	       text_starts(text_basename(file->link), ".fuse_hidden");
}

int fate_decide(const struct inquiry *inquiry, struct mounts *mounts, struct fated fated,
		struct arena *arena, struct fate *ret, struct error *err)
{
	struct deleted_files deleted = { .mounts = mounts, .count = fated.count };

	arena_init(&deleted.arena);
	deleted.files = arena_zero(arena, fated.count + 1, sizeof(*deleted.files));
	for (size_t i = 0; i < fated.count; i++) {
		struct open_file *holder = arena_zero(arena, 1, sizeof(*holder));

		*holder = *fated.files[i];
		deleted.files[i] = (struct deleted_file){
			.holders = holder,
			.comms = arena_zero(arena, 1, sizeof(struct text)),
			.holder_count = 1,
			.inode = holder->inode,
			.inode_rc = holder->inode_rc,
			.link = holder->link,
			.path = classify_old_path(holder->link),
		};
	}
	int rc = fated.count ? deleted_classify(inquiry, &deleted, fated.needs, err) : 0;
	for (size_t i = 0; i < fated.count && !rc; i++) {
		const struct deleted_file *file = &deleted.files[i];
		bool live = file->class == CLASS_LIVE;

		ret[i] = (struct fate){ .class = file->class,
					.path = arena_text(arena, live ? file->link : file->path),
					.error = arena_text(arena, file->row.error) };
	}
	arena_end(&deleted.arena);
	return rc;
}
