/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/fate.h"

#include <errno.h>
#include <sys/stat.h>

#include "ask/deleted.h"

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
		const struct open_file *open = fated.files[i];
		struct deleted_file *file = &deleted.files[i];
		struct held_by *by = arena_zero(arena, 1, sizeof(*by));

		*by = (struct held_by){ .map_start = open->map_start, .map_end = open->map_end };
		*file = deleted_of(open, arena);
		file->holders = arena_zero(arena, 1, sizeof(*file->holders));
		file->holders[0] = (struct holder){ open->handle, by };
		file->holder_count = 1;
		deleted_note_flags(file, open);
	}
	int rc = fated.count ? deleted_classify(inquiry, &deleted, fated.needs, err) : 0;
	for (size_t i = 0; i < fated.count && !rc; i++) {
		const struct deleted_file *file = &deleted.files[i];
		bool live = file->class == CLASS_LIVE;
		char link[DELETED_LINK_MAX];

		ret[i] = (struct fate){
			.class = file->class,
			.path = live ? arena_text(arena, deleted_link(file, link)) :
				       deleted_path(file),
			.error = arena_text(arena, deleted_error(file)),
		};
	}
	arena_end(&deleted.arena);
	return rc;
}
