/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What is kept of one deleted file: made from an open one, and read again.
 */
#include <fcntl.h>
#include <stdio.h>

#include "ask/classify.h"
#include "ask/deleted.h"

struct deleted_file deleted_of(const struct open_file *open, struct arena *texts)
{
	struct text path = classify_old_path(open->link);

	return (struct deleted_file){ .inode = open->inode,
				      .inode_rc = (int16_t)open->inode_rc,
				      .path = arena_text(texts, path).bytes,
				      .marked = path.len < open->link.len };
}

/** Through O_PATH, as a hold has it, only the name is left to go by. */
void deleted_note_flags(struct deleted_file *file, const struct open_file *open)
{
	if (!(open->flags & O_PATH))
		file->flags_known |= open->flags_known;
	file->tmpfile |= (open->flags & (O_TMPFILE & ~O_DIRECTORY)) != 0;
}

struct text deleted_link(const struct deleted_file *file, char buffer[DELETED_LINK_MAX])
{
	if (!file->marked)
		return deleted_path(file);
	int len = snprintf(buffer, DELETED_LINK_MAX, "%s (deleted)", file->path);
	return (struct text){ buffer, (size_t)len };
}

const char *deleted_holder_path(char buffer[OPEN_FILE_PATH_MAX], const struct holder *holder)
{
	return open_file_path(buffer, &(struct open_file){ .handle = holder->handle,
							   .map_start = holder->by->map_start,
							   .map_end = holder->by->map_end });
}

struct oddity *deleted_odd(struct deleted_files *files, struct deleted_file *file)
{
	if (!file->odd)
		file->odd = arena_zero(&files->arena, 1, sizeof(*file->odd));
	return file->odd;
}
