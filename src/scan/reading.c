/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/reading.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "kernel/procfile.h"

enum { MQUEUE_SIZE = 80 /* ipc/mqueue.c, FILENT_SIZE */ };

/** Remember a row under its inode number. */
static void note_row(struct reading *reading, size_t row)
{
	uint64_t ino = reading->files[row].inode.ino;
	struct row_of_ino *first, *entry = arena_zero(&reading->job->arena, 1, sizeof(*entry));

	*entry = (struct row_of_ino){ .ino = ino, .row = row };
	HASH_FIND(hh, reading->by_ino, &ino, sizeof(ino), first);
	if (first) {
		entry->next = first->next;
		first->next = entry;
		return;
	}
	HASH_ADD(hh, reading->by_ino, ino, sizeof(entry->ino), entry);
}

/** Only mappings are looked for again, and any row of what is deleted; and of most processes none is. */
static void note_rows(struct reading *reading)
{
	for (; reading->noted < reading->count; reading->noted++) {
		if (reading->files[reading->noted].handle.use == USE_MAP ||
		    reading->look->filter == LOOK_DELETED)
			note_row(reading, reading->noted);
	}
}

struct open_file *reading_keep(struct reading *reading, const struct open_file *file,
			       struct handle handle)
{
	memory_grow(&reading->files, reading->count, sizeof(*reading->files));
	struct open_file *kept = &reading->files[reading->count++];
	*kept = *file;
	kept->handle = handle;
	kept->handle.pid = reading->pid;
	kept->link = arena_text(&reading->job->arena, file->link);
	return kept;
}

/**
 * May this be a deleted file? The kernel's text is where the search begins, not what decides:
 * fs/d_path.c appends " (deleted)"; NFS renames to .nfs…, FUSE to .fuse_hidden….
 */
bool reading_may_be_deleted(struct text link)
{
	if (!text_starts(link, "/"))
		return false;
	return text_ends(link, " (deleted)") || text_starts(text_basename(link), ".nfs") ||
	       text_starts(text_basename(link), ".fuse_hidden");
}

/** Cheap first: a link for everybody, statx only for candidates. */
static bool look_for_deleted(struct reading *reading, int dir, const char *name,
			     struct open_file *file)
{
	file->link_rc = procfile_link(dir, name, reading->link, sizeof(reading->link), &file->link);
	if (file->link_rc && file->link_rc != -ENAMETOOLONG && file->link_rc != -ESTALE)
		return false;
	if (!file->link_rc && !reading_may_be_deleted(file->link))
		return false;
	file->inode_rc = inode_look(dir, name, &file->inode);
	if (reading_has_vanished(file->inode_rc))
		return false;
	/* With a name too long to be told only the link count is left to go by. */
	return file->link_rc != -ENAMETOOLONG || (!file->inode_rc && file->inode.nlink == 0);
}

static bool look_for_inode(struct reading *reading, int dir, const char *name,
			   struct open_file *file)
{
	file->inode_rc = inode_look(dir, name, &file->inode);
	/* Is it this file that may not be asked about, or all that the process has? */
	if (reading_is_denied(file->inode_rc))
		file->link_rc =
			procfile_link(dir, name, reading->link, sizeof(reading->link), &file->link);
	if (file->inode_rc || !look_seeks(reading->look, &file->inode))
		return false;
	file->link_rc = procfile_link(dir, name, reading->link, sizeof(reading->link), &file->link);
	return true;
}

bool reading_is_of_sort(const struct look *look, struct text link)
{
	static const struct {
		const char *start;
		enum look_sorts sort;
	} sorts[] = {
		{ "/", LOOK_SORT_PATH },          { "pipe:[", LOOK_SORT_PIPE },
		{ "socket:[", LOOK_SORT_SOCKET }, { "anon_inode:[eventfd]", LOOK_SORT_EVENTFD },
		{ "", LOOK_SORT_OTHER },
	};
	size_t i = 0;

	if (!look->sorts || ((look->sorts & LOOK_SORT_DELETED) && reading_may_be_deleted(link)))
		return true;
	while (!text_starts(link, sorts[i].start))
		i++;
	return look->sorts & sorts[i].sort;
}

/** A gap is told by a row that has it; what is not there (any more) is none. */
static bool look_for_all(struct reading *reading, int dir, const char *name, struct open_file *file)
{
	file->link_rc = procfile_link(dir, name, reading->link, sizeof(reading->link), &file->link);
	if (reading_has_vanished(file->link_rc) || reading_is_denied(file->link_rc))
		return false;
	file->inode_rc = -ENODATA;
	if ((reading->look->needs & LOOK_NAMED) && !file->link_rc && !text_starts(file->link, "/"))
		return false;
	if (!file->link_rc && !reading_is_of_sort(reading->look, file->link))
		return false;
	if (reading->look->needs & LOOK_IDENTITY || file->link_rc ||
	    (reading->look->needs & LOOK_NAMED_IDENTITY && text_starts(file->link, "/")))
		file->inode_rc = inode_look(dir, name, &file->inode);
	if (reading->look->number && !file->inode_rc && file->inode.ino != reading->look->number)
		return false;
	return !reading_has_vanished(file->inode_rc);
}

static int ascending(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/** "socket:[1234]": fs/pipe.c and net/socket.c make such names of inode numbers. */
static bool take_number(struct text link, const char *kind, uint64_t *ret)
{
	struct text number = text_from(text_first(link, link.len - 1), strlen(kind));

	return text_starts(link, kind) && text_ends(link, "]") && text_number(number, 10, ret) == 0;
}

bool reading_socket(struct text link, uint64_t *ino)
{
	return take_number(link, "socket:[", ino);
}

static bool is_among(const struct look *look, uint64_t ino)
{
	return bsearch(&ino, look->inos, look->ino_count, sizeof(*look->inos), ascending);
}

/** One of the kind that its number tells from others. */
static bool is_numbered(const struct look *look, struct text link, const char *kind)
{
	uint64_t ino;

	return take_number(link, kind, &ino) && (!look->inos || is_among(look, ino));
}

static bool wants_end(const struct look *look, enum look_ends end)
{
	return !look->ends || (look->ends & end);
}

/** Terminals have a name that tells them; fifos and message queues only a type. */
static bool may_connect(const struct look *look, struct text link)
{
	if (text_starts(link, "/"))
		return (look->needs & LOOK_IDENTITY) ||
		       (wants_end(look, LOOK_TERMINALS) &&
			(text_starts(link, "/dev/pts/") || text_ends(link, "/ptmx")));
	return (wants_end(look, LOOK_PIPES) && is_numbered(look, link, "pipe:[")) ||
	       (wants_end(look, LOOK_SOCKET_ENDS) && is_numbered(look, link, "socket:[")) ||
	       (wants_end(look, LOOK_EVENTFDS) && text_is(link, "anon_inode:[eventfd]"));
}

static bool look_for_end(struct reading *reading, int dir, const char *name, struct open_file *file)
{
	file->link_rc = procfile_link(dir, name, reading->link, sizeof(reading->link), &file->link);
	file->inode_rc = -ENODATA;
	if (file->link_rc || !may_connect(reading->look, file->link))
		return false;
	if (!text_starts(file->link, "/"))
		return true;
	file->inode_rc = inode_look(dir, name, &file->inode);
	/* A message queue looks like a file of its own filesystem, and is told later. */
	return !file->inode_rc && (S_ISFIFO(file->inode.mode) || S_ISCHR(file->inode.mode) ||
				   (S_ISREG(file->inode.mode) && file->inode.size == MQUEUE_SIZE));
}

static bool look_for_sockets(struct reading *reading, int dir, const char *name,
			     struct open_file *file)
{
	const struct look *look = reading->look;

	file->link_rc = procfile_link(dir, name, reading->link, sizeof(reading->link), &file->link);
	return !file->link_rc && reading_socket(file->link, &file->inode.ino) &&
	       is_among(look, file->inode.ino);
}

/** Look at DIR/NAME; true when it is what is looked for. */
bool reading_look_at(struct reading *reading, int dir, const char *name, struct open_file *file)
{
	*file = (struct open_file){ 0 };
	job_beat(reading->job);
	switch (reading->look->filter) {
	case LOOK_DELETED:
		return look_for_deleted(reading, dir, name, file);
	case LOOK_INODE:
		return look_for_inode(reading, dir, name, file);
	case LOOK_ALL:
	case LOOK_ONE:
		return look_for_all(reading, dir, name, file);
	case LOOK_ENDS:
		return look_for_end(reading, dir, name, file);
	case LOOK_SOCKETS:
		return look_for_sockets(reading, dir, name, file);
	}
	return false;
}

bool reading_is_asked(const struct look *look, enum use use)
{
	if (look->filter == LOOK_ENDS || look->filter == LOOK_SOCKETS)
		return use == USE_FD;
	return look->filter != LOOK_ONE || look->one.use == use;
}

static bool is_same_row(const struct reading *reading, const struct open_file *file,
			const struct open_file *seen)
{
	bool same = file->inode_rc || seen->inode_rc ? file->inode.ino == seen->inode.ino &&
							       text_equal(file->link, seen->link) :
						       inode_same(&file->inode, &seen->inode);

	return same && (reading->look->filter == LOOK_DELETED || seen->handle.use == USE_MAP);
}

/** The row of this process that is the same file already: its index + 1, or 0. */
size_t reading_find_same(struct reading *reading, const struct open_file *file)
{
	const struct row_of_ino *entry;

	note_rows(reading);
	HASH_FIND(hh, reading->by_ino, &file->inode.ino, sizeof(file->inode.ino), entry);
	for (; entry; entry = entry->next) {
		if (is_same_row(reading, file, &reading->files[entry->row]))
			return entry->row + 1;
	}
	return 0;
}
