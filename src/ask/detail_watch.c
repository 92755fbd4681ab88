/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The details of those that watch others: epoll, inotify, fanotify.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#include "ask/detail.h"
#include "kernel/epoll.h"
#include "kernel/marks.h"
#include "scan/marked.h"

/** All of them, if they are few; else three, and how many more. */
static size_t named(uint64_t count)
{
	return count <= DETAIL_NAMED ? (size_t)count : DETAIL_NAMED - 1;
}

static void write_others(const struct detailing *detailing, uint64_t count)
{
	if (count > DETAIL_NAMED)
		fprintf(detailing->out, ", %" PRIu64 " others", count - (DETAIL_NAMED - 1));
}

/** Nobody may have asked yet what the number is; if it is another file by now, that is the answer. */
static struct inode inode_now(const struct detailing *detailing, const struct open_file *file,
			      int *rc)
{
	char name[OPEN_FILE_PATH_MAX];
	struct inode inode = file->inode;

	*rc = file->inode_rc;
	if (*rc == -ENODATA)
		*rc = inode_look(detailing->context->source->proc, open_file_path(name, file),
				 &inode);
	return inode;
}

/** On btrfs and overlay st_dev is not the superblock's: there the mount tells. */
static bool is_same_file(const struct detailing *detailing, const struct epoll_watch *watch,
			 const struct open_file *file)
{
	int rc;

	if (!watch->has_file)
		return true;
	struct inode inode = inode_now(detailing, file, &rc);
	if (rc)
		return true;
	if (watch->dev == inode.dev)
		return watch->ino == inode.ino;
	struct mounted mounted =
		mounts_find(detailing->context->mounts, file->handle.pid, inode.mnt_id);
	if (!mounted.info || mounted.info->dev != watch->dev)
		return false;
	return watch->ino == inode.ino || text_is(mounted.info->type, "overlay");
}

static void write_watch(const struct detailing *detailing, const struct epoll_watch *watch)
{
	const struct handle *owner = &detailing->detailed->file->handle;
	const struct open_file *file = neighbours_fd(detailing->neighbours, owner->tid, watch->fd);
	struct handle handle = { .pid = owner->pid, .tid = owner->tid, .fd = watch->fd };
	char buffer[HANDLE_MAX];

	fputs(handle_format(buffer, &handle), detailing->out);
	if (!file && detailing->neighbours->complete)
		fputs(" (closed)", detailing->out);
	else if (file && !is_same_file(detailing, watch, file))
		fputs(" (now another file)", detailing->out);
}

/** The kernel's order is by address: ours is by number. */
static void keep_lowest(struct epoll_watch *lowest, size_t count, const struct epoll_watch *watch)
{
	size_t at = count < DETAIL_NAMED ? count : DETAIL_NAMED;

	while (at > 0 && lowest[at - 1].fd > watch->fd) {
		if (at < DETAIL_NAMED)
			lowest[at] = lowest[at - 1];
		at--;
	}
	if (at < DETAIL_NAMED)
		lowest[at] = *watch;
}

void detail_epoll(const struct detailing *detailing)
{
	struct text text = detailing->detailed->fdinfo;
	struct epoll_watch lowest[DETAIL_NAMED], watch;
	size_t count = 0;

	if (!text.len)
		return;
	for (; epoll_next(&text, &watch); count++)
		keep_lowest(lowest, count, &watch);
	uint64_t cut = detailing->detailed->watched;
	uint64_t all = cut > count ? cut : count;
	size_t shown = named(all) < count ? named(all) : count;
	fputs(all ? "watches " : "watches nothing", detailing->out);
	for (size_t i = 0; i < shown; i++) {
		fputs(i ? ", " : "", detailing->out);
		write_watch(detailing, &lowest[i]);
	}
	write_others(detailing, all);
}

static void write_events(const struct detailing *detailing, uint32_t mask, const char *before)
{
	const char *name;

	while ((name = marks_event(&mask))) {
		fprintf(detailing->out, "%s%s", before, name);
		before = " ";
	}
	if (mask)
		fprintf(detailing->out, "%s0x%" PRIx32, before, mask);
}

/** For which events; an inotify that wants them all says nothing. */
static void write_mask(const struct detailing *detailing, const struct mark *mark)
{
	if (!mark->fanotify && mark->mask == MARKS_ALL_EVENTS)
		return;
	if (!mark->mask && !mark->ignored)
		return;
	fputs(" (", detailing->out);
	write_events(detailing, mark->mask, "");
	if (mark->ignored)
		write_events(detailing, mark->ignored, mark->mask ? ", not " : "not ");
	fputs(")", detailing->out);
}

static void write_mount(const struct detailing *detailing, const struct mountinfo *info,
			const char *what)
{
	fputs(what, detailing->out);
	detail_write(detailing, info->point);
}

static void write_object(const struct detailing *detailing, const struct mark *mark,
			 struct text path)
{
	unsigned int pid = detailing->detailed->file->handle.pid;
	struct mounts *mounts = detailing->context->mounts;
	struct mounted mounted;

	switch (mark->object) {
	case MARK_INODE:
		if (path.len)
			detail_write(detailing, path);
		else
			fprintf(detailing->out, "inode %" PRIu64 " on %u:%u", mark->ino,
				major(mark->dev), minor(mark->dev));
		return;
	case MARK_MOUNT:
		mounted = mounts_find(mounts, pid, mark->mnt_id);
		if (mounted.info)
			write_mount(detailing, mounted.info, "mount ");
		else
			fprintf(detailing->out, "mount %" PRIu32, mark->mnt_id);
		return;
	case MARK_FILESYSTEM:
		mounted.info = mounts_own_of(mounts, mark->dev);
		if (!mounted.info)
			mounted = mounts_find_device(mounts, pid, mark->dev);
		if (mounted.info)
			write_mount(detailing, mounted.info, "filesystem of ");
		else
			fprintf(detailing->out, "filesystem %u:%u", major(mark->dev),
				minor(mark->dev));
		return;
	case MARK_MOUNTS:
		fprintf(detailing->out, "mounts of mnt:[%" PRIu64 "]", mark->namespace);
		return;
	}
}

/** The names of watched inodes: of files that are open here too, else asked for all at once. */
static void find_paths(const struct detailing *detailing, const struct mark *marks, size_t count,
		       struct text *paths)
{
	const struct detail_context *context = detailing->context;
	struct marked wanted[DETAIL_NAMED];
	size_t places[DETAIL_NAMED], left = 0;
	struct text found[DETAIL_NAMED];

	for (size_t i = 0; i < count; i++) {
		const struct open_file *file =
			marks[i].object != MARK_INODE ?
				NULL :
				neighbours_file(detailing->neighbours, marks[i].dev, marks[i].ino);

		paths[i] = file ? file->link : (struct text){ 0 };
		if (file || marks[i].object != MARK_INODE)
			continue;
		wanted[left].pid = detailing->detailed->file->handle.pid;
		wanted[left].mark = &marks[i];
		places[left++] = i;
	}
	if (!left ||
	    marked_find(context->source, context->mounts, wanted, left, detailing->arena, found))
		return;
	for (size_t i = 0; i < left; i++)
		paths[places[i]] = found[i];
}

/** The kernel lists the newest first; by number is the order they were asked for. */
static void keep_first(struct mark *first, size_t count, const struct mark *mark)
{
	size_t at = count < DETAIL_NAMED ? count : DETAIL_NAMED;

	while (at > 0 && first[at - 1].wd > mark->wd) {
		if (at < DETAIL_NAMED)
			first[at] = first[at - 1];
		at--;
	}
	if (at < DETAIL_NAMED)
		first[at] = *mark;
}

void detail_marks(const struct detailing *detailing)
{
	struct text text = detailing->detailed->fdinfo, paths[DETAIL_NAMED];
	struct mark first[DETAIL_NAMED], mark;
	size_t count = 0;

	if (!text.len)
		return;
	for (; marks_next(&text, &mark); count++)
		keep_first(first, count, &mark);
	find_paths(detailing, first, named(count), paths);
	fputs(count ? "watches " : "watches nothing", detailing->out);
	for (size_t i = 0; i < named(count); i++) {
		fputs(i ? ", " : "", detailing->out);
		write_object(detailing, &first[i], paths[i]);
		write_mask(detailing, &first[i]);
	}
	write_others(detailing, count);
}
