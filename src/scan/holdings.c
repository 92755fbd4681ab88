/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/holdings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <uthash.h>

#include "base/scope.h"
#include "kernel/fdinfo.h"
#include "kernel/maps.h"
#include "kernel/procfile.h"
#include "scan/rings.h"
#include "scan/tables.h"

enum { MAPS_PIECE = 128 << 10, COMM_MAX = 64 };

/** Rows by inode number: several when devices differ. */
struct row_of_ino {
	uint64_t ino;
	size_t row;
	struct row_of_ino *next;
	UT_hash_handle hh;
};

struct reading {
	const struct source *source;
	const struct look *look;
	struct job *job;
	struct holdings *out;
	unsigned int pid;
	int dir; /**< on /proc/PID */
	struct open_file *files;
	size_t count;
	struct row_of_ino *by_ino;
	char link[PATH_MAX + 1];
};

/** Remember the last row under its inode number. */
static void note_row(struct reading *reading, uint64_t ino)
{
	struct row_of_ino *first, *entry = arena_zero(&reading->job->arena, 1, sizeof(*entry));

	*entry = (struct row_of_ino){ .ino = ino, .row = reading->count - 1 };
	HASH_FIND(hh, reading->by_ino, &ino, sizeof(ino), first);
	if (first) {
		entry->next = first->next;
		first->next = entry;
		return;
	}
	HASH_ADD(hh, reading->by_ino, ino, sizeof(entry->ino), entry);
}

static struct open_file *keep(struct reading *reading, const struct open_file *file,
			      struct handle handle)
{
	memory_grow(&reading->files, reading->count, sizeof(*reading->files));
	struct open_file *kept = &reading->files[reading->count++];
	*kept = *file;
	kept->handle = handle;
	kept->handle.pid = reading->pid;
	kept->link = arena_text(&reading->job->arena, file->link);
	note_row(reading, file->inode.ino);
	return kept;
}

/**
 * May this be a deleted file? The kernel's text is where the search begins, not what decides:
 * fs/d_path.c appends " (deleted)"; NFS renames to .nfs…, FUSE to .fuse_hidden….
 */
static bool may_be_deleted(struct text link)
{
	if (!text_starts(link, "/"))
		return false;
	return text_ends(link, " (deleted)") || text_starts(text_basename(link), ".nfs") ||
	       text_starts(text_basename(link), ".fuse_hidden");
}

static bool has_vanished(int rc)
{
	return rc == -ENOENT || rc == -ESRCH || rc == -EBADF;
}

static bool is_denied(int rc)
{
	return rc == -EACCES || rc == -EPERM;
}

/** Cheap first: a link for everybody, statx only for candidates. */
static bool look_for_deleted(struct reading *reading, int dir, const char *name,
			     struct open_file *file)
{
	file->link_rc = procfile_link(dir, name, reading->link, sizeof(reading->link), &file->link);
	if (file->link_rc && file->link_rc != -ENAMETOOLONG && file->link_rc != -ESTALE)
		return false;
	if (!file->link_rc && !may_be_deleted(file->link))
		return false;
	file->inode_rc = inode_look(dir, name, &file->inode);
	if (has_vanished(file->inode_rc))
		return false;
	/* With a name too long to be told only the link count is left to go by. */
	return file->link_rc != -ENAMETOOLONG || (!file->inode_rc && file->inode.nlink == 0);
}

static bool look_for_inode(struct reading *reading, int dir, const char *name,
			   struct open_file *file)
{
	file->inode_rc = inode_look(dir, name, &file->inode);
	if (file->inode_rc || !inode_same(&file->inode, &reading->look->inode))
		return false;
	file->link_rc = procfile_link(dir, name, reading->link, sizeof(reading->link), &file->link);
	return true;
}

static int ascending(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/** "socket:[1234]": fs/pipe.c and net/socket.c make such names of inode numbers. */
static bool look_for_sockets(struct reading *reading, int dir, const char *name,
			     struct open_file *file)
{
	const struct look *look = reading->look;
	struct text number;

	file->link_rc = procfile_link(dir, name, reading->link, sizeof(reading->link), &file->link);
	if (file->link_rc || !text_starts(file->link, "socket:[") || !text_ends(file->link, "]"))
		return false;
	number = text_from(text_first(file->link, file->link.len - 1), strlen("socket:["));
	return text_number(number, 10, &file->inode.ino) == 0 &&
	       bsearch(&file->inode.ino, look->inos, look->ino_count, sizeof(*look->inos),
		       ascending);
}

/** Look at DIR/NAME; true when it is what is looked for. */
static bool look_at(struct reading *reading, int dir, const char *name, struct open_file *file)
{
	*file = (struct open_file){ 0 };
	job_beat(reading->job);
	switch (reading->look->filter) {
	case LOOK_DELETED:
		return look_for_deleted(reading, dir, name, file);
	case LOOK_INODE:
		return look_for_inode(reading, dir, name, file);
	case LOOK_SOCKETS:
		return look_for_sockets(reading, dir, name, file);
	}
	return false;
}

/**
 * A socket may have descriptors in its queue, an io_uring in its table. Nothing else is asked: the
 * fdinfo of an epoll waits for a mutex that its owner can hold for ever (fs/eventpoll.c).
 */
static struct text carrier(struct reading *reading, int list, const char *name,
			   const struct open_file *file)
{
	struct text link = file->link;
	uint32_t type = file->inode.mode & S_IFMT;

	if (reading->look->filter == LOOK_SOCKETS)
		return (struct text){ 0 };
	if (reading->look->filter == LOOK_INODE) {
		if (file->inode_rc || (type != S_IFSOCK && type != 0) ||
		    procfile_link(list, name, reading->link, sizeof(reading->link), &link))
			return (struct text){ 0 };
	}
	return rings_is(link) || text_starts(link, "socket:[") ? link : (struct text){ 0 };
}

/** One of them is told to be there, and is a candidate like any other; but only by its name. */
static void keep_slot(struct reading *reading, struct handle handle, const struct ringfile *slot)
{
	handle.use = USE_RING;
	handle.slot = slot->slot;
	if (may_be_deleted(slot->path))
		keep(reading, &(struct open_file){ .link = slot->path, .inode_rc = -EOPNOTSUPP },
		     handle);
}

/** The files registered with an io_uring. One that will not tell may have any. */
static void read_ring(struct reading *reading, int table_dir, struct handle handle)
{
	struct arena *arena = &reading->job->arena;
	struct holdings *out = reading->out;
	struct text list, path = reading->look->path;
	struct ringfile slot;
	bool listed = false;
	int rc = rings_read(table_dir, handle.fd, arena, &list);

	if (rc == -EBUSY && !out->busy_rings++) {
		out->busy_ring_at = handle;
		out->busy_ring_at.pid = reading->pid;
	}
	while (!rc && rings_next(&list, arena, &slot)) {
		job_beat(reading->job);
		if (reading->look->filter == LOOK_DELETED)
			keep_slot(reading, handle, &slot);
		else
			listed |= path.len &&
				  memmem(slot.path.bytes, slot.path.len, path.bytes, path.len);
	}
	out->rings += listed || rc == -EBUSY;
}

/** Descriptors that no table shows: in flight over a unix socket. */
static void read_socket(struct reading *reading, int table_dir, const char *name, int list,
			struct handle handle)
{
	struct holdings *out = reading->out;
	struct fdinfo info;
	struct inode socket;

	if (fdinfo_read(table_dir, handle.fd, &info) || !info.in_flight ||
	    inode_look(list, name, &socket))
		return;
	handle.pid = reading->pid;
	memory_grow(&out->flights, out->flight_count, sizeof(*out->flights));
	out->flights[out->flight_count++] = (struct flight){ socket.ino, info.in_flight, handle };
}

static void read_flags(int table_dir, unsigned int fd, struct open_file *file)
{
	struct fdinfo info;

	if (fdinfo_read(table_dir, fd, &info) == 0) {
		file->flags = info.flags;
		file->flags_known = true;
	}
}

/** O_TMPFILE can be told from a deleted file called "#123" only by the flags. */
static bool looks_like_tmpfile(const struct open_file *file)
{
	return !file->inode_rc && file->inode.nlink == 0 &&
	       text_starts(text_basename(file->link), "#");
}

/** The descriptors of one table: thread `tid`, or the process's own for 0. */
static int read_table(struct reading *reading, unsigned int tid)
{
	char name[32];
	unsigned int *fds;
	size_t count;

	snprintf(name, sizeof(name), tid ? "task/%u" : ".", tid);
	scope_fd dir = openat(reading->dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	scope_fd list = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (list < 0)
		return -errno;
	int rc = procfile_numbers(list, &reading->job->arena, &fds, &count);
	if (rc)
		return rc;
	for (size_t i = 0; i < count; i++) {
		struct open_file file;

		snprintf(name, sizeof(name), "%u", fds[i]);
		struct handle handle = { .tid = tid, .fd = fds[i] };
		if (!look_at(reading, list, name, &file)) {
			reading->out->denied |= is_denied(file.link_rc) || is_denied(file.inode_rc);
			struct text link = carrier(reading, list, name, &file);
			if (rings_is(link))
				read_ring(reading, dir, handle);
			else if (link.len)
				read_socket(reading, dir, name, list, handle);
			continue;
		}
		struct open_file *kept = keep(reading, &file, handle);
		if (reading->look->filter == LOOK_INODE || looks_like_tmpfile(kept))
			read_flags(dir, fds[i], kept);
	}
	return 0;
}

static void read_links(struct reading *reading, unsigned int tid)
{
	static const struct {
		const char *name;
		enum use use;
	} links[] = { { "cwd", USE_CWD }, { "root", USE_ROOT }, { "exe", USE_EXE } };

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		char name[48];
		struct open_file file;

		snprintf(name, sizeof(name), tid ? "task/%2$u/%1$s" : "%s", links[i].name, tid);
		if (look_at(reading, reading->dir, name, &file))
			keep(reading, &file, (struct handle){ .tid = tid, .use = links[i].use });
	}
}

static bool mapping_is_candidate(const struct reading *reading, const struct mapping *mapping)
{
	if (!mapping->ino)
		return false;
	if (reading->look->filter == LOOK_DELETED)
		return may_be_deleted(mapping->name);
	return mapping->ino == reading->look->inode.ino;
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

/** Fills `file`; false when the mapping is gone, or is another file after all. */
static bool look_at_mapping(struct reading *reading, const struct mapping *mapping,
			    struct open_file *file)
{
	char name[64];

	snprintf(name, sizeof(name), "map_files/%" PRIx64 "-%" PRIx64, mapping->start,
		 mapping->end);
	bool wanted = look_at(reading, reading->dir, name, file);
	if (file->inode_rc == -EPERM || file->inode_rc == -EACCES) {
		look_at_text(mapping, file, file->inode_rc);
		return reading->look->filter == LOOK_DELETED ||
		       mapping->dev == reading->look->inode.dev || major(mapping->dev) == 0;
	}
	return wanted;
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
static size_t find_same(struct reading *reading, const struct open_file *file)
{
	const struct row_of_ino *entry;

	HASH_FIND(hh, reading->by_ino, &file->inode.ino, sizeof(file->inode.ino), entry);
	for (; entry; entry = entry->next) {
		if (is_same_row(reading, file, &reading->files[entry->row]))
			return entry->row + 1;
	}
	return 0;
}

static void keep_mapping(struct reading *reading, const struct open_file *file, unsigned int tid,
			 const struct mapping *mapping)
{
	struct open_file *row =
		keep(reading, file,
		     (struct handle){ .tid = tid, .use = USE_MAP, .ino = file->inode.ino });

	row->map_start = mapping->start;
	row->map_end = mapping->end;
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
		if (!look_at_mapping(reading, mapping, &file))
			return;
		last->row = find_same(reading, &file);
		if (!last->row) {
			keep_mapping(reading, &file, tid, mapping);
			last->row = reading->count;
		}
	}
	if (!last->row || !mapping->shared)
		return;
	reading->files[last->row - 1].map_shared = true;
	reading->files[last->row - 1].map_writable |= mapping->writable;
}

/** As it comes, so that its length costs no memory. 0 or -errno. */
static int read_maps(struct reading *reading, unsigned int tid)
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

static void read_comm(struct reading *reading)
{
	char buffer[COMM_MAX];
	ssize_t len = procfile_read(reading->dir, "comm", buffer, sizeof(buffer));

	if (len > 0 && buffer[len - 1] == '\n')
		len--;
	reading->out->process.comm = arena_text(&reading->job->arena,
						(struct text){ buffer, len > 0 ? (size_t)len : 0 });
}

static int read_process(struct reading *reading)
{
	struct tables tables;
	int rc = tables_read(reading->source, reading->dir, reading->pid, &reading->job->arena,
			     &tables);

	for (size_t i = 0; i < tables.count && !rc; i++) {
		rc = read_table(reading, tables.tids[i]);
		/* One thread may end meanwhile; the others are still there. */
		if (tables.tids[i] && has_vanished(rc))
			rc = 0;
	}
	if (rc || reading->look->filter == LOOK_SOCKETS) /* only descriptors are */
		return rc;
	read_links(reading, tables.alive);
	/* Whoever has no memory of his own, or has ended, maps nothing; else something was missed. */
	rc = read_maps(reading, tables.alive);
	reading->out->denied |= is_denied(rc);
	reading->out->maps_missed = rc && !has_vanished(rc) && !is_denied(rc);
	return 0;
}

void holdings_read(const struct source *source, const struct look *look, unsigned int pid,
		   struct job *job, struct holdings *out)
{
	char name[16];
	struct reading *reading = arena_zero(&job->arena, 1, sizeof(*reading));

	snprintf(name, sizeof(name), "%u", pid);
	scope_fd dir = openat(source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		out->rc = -errno;
		return;
	}
	reading->source = source;
	reading->look = look;
	reading->job = job;
	reading->out = out;
	reading->pid = pid;
	reading->dir = dir;
	out->rc = read_process(reading);
	out->process.pid = pid;
	if (out->rc) /* what it held when it ended, it holds no more */
		reading->count = 0;
	if (reading->count)
		read_comm(reading);
	out->process.count = reading->count;
	out->process.files = out->files = reading->files;
	HASH_CLEAR(hh, reading->by_ino);
}
