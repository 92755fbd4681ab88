/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/mappings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/maps.h"

enum { MAPS_PIECE = 128 << 10 };

/** What has no device of its own may have another number in stat(2): overlay. */
static bool may_have_number(const struct look *look, const struct mapping *mapping)
{
	return !look->number || mapping->ino == look->number || major(mapping->dev) == 0;
}

static bool mapping_is_candidate(const struct reading *reading, const struct mapping *mapping)
{
	if (!mapping->ino)
		return false;
	if (reading->look->filter == LOOK_DELETED || (reading->look->needs & LOOK_MAPPED_DELETED))
		return reading_may_be_deleted(mapping->name);
	if (reading->look->filter == LOOK_ALL)
		return reading_is_of_sort(reading->look, mapping->name) &&
		       may_have_number(reading->look, mapping);
	return look_seeks_number(reading->look, mapping->ino);
}

/** Without the right to use map_files what maps itself says must do; on btrfs its device differs. */
static void look_at_text(const struct mapping *mapping, struct open_file *file, int rc)
{
	struct text link = file->link.len ? file->link : mapping->name;

	*file = (struct open_file){
		.link = link,
		.inode = { .dev = mapping->dev, .ino = mapping->ino },
		.inode_rc = rc,
	};
}

/** True when the link in map_files says the same: what is escaped has a backslash. */
static bool is_exact(struct text name)
{
	return text_starts(name, "/") && name.len < PATH_MAX - 1 &&
	       !memchr(name.bytes, '\\', name.len);
}

/** What is deleted is judged by its own links, what lies on a mount by its own mount. */
static bool may_be_known(const struct reading *reading, const struct mapping *mapping)
{
	return reading->known && !(reading->look->needs & (LOOK_IDENTITY | LOOK_DISK)) &&
	       !reading_may_be_deleted(mapping->name);
}

/**
 * All are looked for, and what it is stands in maps already but for its identity, which its handle needs
 * in any case. False when the mapping is another file's by now, or has a name that must be asked for.
 */
static bool look_by_name(struct reading *reading, int dir, const char *name,
			 const struct mapping *mapping, struct open_file *file)
{
	if (reading->look->filter != LOOK_ALL || !is_exact(mapping->name))
		return false;
	job_beat(reading->job);
	*file = (struct open_file){ .link = mapping->name };
	if (may_be_known(reading, mapping) && known_find(reading->known, mapping, &file->inode))
		return true;
	file->inode_rc = inode_look(dir, name, &file->inode);
	if (file->inode_rc)
		return reading_is_denied(file->inode_rc);
	/* The device of btrfs and overlay is another one than mappings say. */
	if (file->inode.ino != mapping->ino ||
	    (file->inode.dev != mapping->dev && major(mapping->dev) != 0))
		return false;
	if (may_be_known(reading, mapping))
		known_add(reading->known, mapping, &file->inode);
	return true;
}

/**
 * Fills `file`; false when the mapping is gone, or is another file after all. Below task/TID there is
 * no map_files (tid_base_stuff of fs/proc/base.c), but /proc/TID, which no listing shows, has them.
 */
static bool look_at_mapping(struct reading *reading, unsigned int tid,
			    const struct mapping *mapping, struct open_file *file)
{
	char name[80];

	snprintf(name, sizeof(name), "%u/map_files/%" PRIx64 "-%" PRIx64, tid ? tid : reading->pid,
		 mapping->start, mapping->end);
	int dir = tid ? reading->source->proc : reading->dir;
	const char *below = tid ? name : strchr(name, '/') + 1;
	bool wanted = look_by_name(reading, dir, below, mapping, file) ||
		      reading_look_at(reading, dir, below, file);
	if (wanted && file->inode_rc == -ENODATA)
		file->inode_rc = inode_look(dir, below, &file->inode);
	if (reading_has_vanished(file->inode_rc))
		return false;
	if (file->inode_rc == -EPERM || file->inode_rc == -EACCES) {
		look_at_text(mapping, file, file->inode_rc);
		return reading->look->filter != LOOK_INODE ||
		       look_seeks_mapped(reading->look, mapping->dev, mapping->ino);
	}
	return wanted;
}

static void keep_mapping(struct reading *reading, const struct open_file *file, unsigned int tid,
			 const struct mapping *mapping)
{
	struct open_file *row =
		reading_keep(reading, file,
			     (struct handle){ .tid = tid, .use = USE_MAP, .ino = file->inode.ino });

	row->map_start = mapping->start;
	row->map_end = mapping->end;
	row->access_known = row->readable = true;
}

/** The file of the mapping before: neighbours are mostly of one, which is asked about once. */
struct neighbour {
	dev_t dev;
	uint64_t ino;
	size_t row; /**< index of its row + 1; 0: none */
};

static void take_mapping(struct reading *reading, unsigned int tid, const struct mapping *mapping,
			 struct neighbour *last)
{
	struct open_file file;

	if (!mapping_is_candidate(reading, mapping))
		return;
	if (mapping->ino != last->ino || mapping->dev != last->dev) {
		*last = (struct neighbour){ mapping->dev, mapping->ino, 0 };
		if (!look_at_mapping(reading, tid, mapping, &file))
			return;
		last->row = reading_find_same(reading, &file);
		if (!last->row) {
			keep_mapping(reading, &file, tid, mapping);
			last->row = reading->count;
		}
	}
	if (last->row)
		reading->files[last->row - 1].map_executable |= mapping->executable;
	if (!last->row || !mapping->shared)
		return;
	struct open_file *row = &reading->files[last->row - 1];
	row->map_shared = true;
	row->map_writable |= mapping->writable;
	row->writable |= mapping->writable && row->handle.use == USE_MAP;
}

/** As it comes, so that its length costs no memory. 0 or -errno. */
int mappings_read(struct reading *reading, unsigned int tid)
{
	char name[48];
	struct neighbour last = { 0 };
	size_t kept = 0;

	snprintf(name, sizeof(name), tid ? "task/%u/maps" : "maps", tid);
	scope_fd fd = openat(reading->dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	scope_free char *buffer = memory_resize(NULL, MAPS_PIECE, 1);
	for (;;) {
		ssize_t got = read(fd, buffer + kept, MAPS_PIECE - kept);
		struct mapping mapping;

		job_beat(reading->job);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : 0;
		struct text all = { buffer, kept + (size_t)got };
		const char *end = memrchr(buffer, '\n', all.len);
		size_t whole = end ? (size_t)(end - buffer) + 1 : 0;
		struct text lines = text_first(all, whole);
		while (maps_next(&lines, &mapping))
			take_mapping(reading, tid, &mapping, &last);
		/* A line longer than all of it is no line of the kernel's. */
		kept = whole || all.len < MAPS_PIECE ? all.len - whole : 0;
		memmove(buffer, buffer + whole, kept);
	}
}
