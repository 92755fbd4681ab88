/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/carriers.h"

#include <errno.h>
#include <sys/stat.h>

#include "kernel/fdinfo.h"
#include "kernel/procfile.h"
#include "scan/idle.h"
#include "scan/rings.h"

/** Known without another look to be a socket that has nothing in its queue. */
static bool is_idle(const struct reading *reading, const struct open_file *file)
{
	const struct idle *idle = reading->look->idle;
	uint64_t ino = file->inode.ino;

	if (!idle)
		return false;
	/* The number of a socket's file, which was asked about only here, is no socket's. */
	if (reading->look->filter == LOOK_INODE)
		return file->inode.dev == idle->device && idle_has(idle, ino);
	return reading_socket(file->link, &ino) && idle_has(idle, ino);
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
	if (reading->look->filter != LOOK_DELETED || reading_may_be_deleted(slot->path))
		reading_keep(reading,
			     &(struct open_file){ .link = slot->path, .inode_rc = -EOPNOTSUPP },
			     handle);
}

/** Of a set it is left to whoever asks which of them it may be. */
static bool is_wanted(const struct look *look, struct text path)
{
	return (look->needs & LOOK_SLOTS) &&
	       (look->sought ? look_names(look, path) : text_equal(path, look->path));
}

/** The files registered with an io_uring. One that will not tell may have any. */
void carriers_read_ring(struct reading *reading, int table_dir, struct handle handle)
{
	struct arena *arena = &reading->job->arena;
	struct holdings *out = reading->out;
	struct text list;
	struct ringfile slot;
	bool listed = false;
	int rc = rings_read(table_dir, handle.fd, arena, &list);

	if (rc == -EBUSY && !out->busy_rings++) {
		out->busy_ring_at = handle;
		out->busy_ring_at.pid = reading->pid;
	}
	while (!rc && rings_next(&list, arena, &slot)) {
		job_beat(reading->job);
		if (reading->look->filter != LOOK_INODE || is_wanted(reading->look, slot.path))
			keep_slot(reading, handle, &slot);
		else
			listed |= look_names(reading->look, slot.path);
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

/** Whoever asks for some of all that is open has no question about what is not. */
static bool counts_flights(const struct look *look)
{
	return (look->needs & LOOK_FLIGHTS) || !look_is_narrow(look);
}

/** What is not itself looked for may carry what is. */
void carriers_read(struct reading *reading, int table_dir, int list, const char *name,
		   const struct open_file *file, struct handle handle)
{
	struct text link = { 0 };

	if (is_idle(reading, file))
		return;
	if (reading->look->filter < LOOK_ALL)
		link = carrier(reading, list, name, file);
	else if (rings_is(file->link) ||
		 (counts_flights(reading->look) && text_starts(file->link, "socket:[")))
		link = file->link;
	if (rings_is(link))
		carriers_read_ring(reading, table_dir, handle);
	else if (link.len)
		read_socket(reading, table_dir, name, list, handle);
}
