/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/told.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/clock.h"
#include "scan/iterator.h"
#include "scan/queues.h"
#include "scan/reading.h"
#include "scan/rings.h"
#include "scan/state.h"

unsigned int told_tells(const struct look *look)
{
	return (look->needs & LOOK_FLAGS ? WIRE_TELLS_FLAGS : 0) |
	       (look->needs & (LOOK_FLIGHTS | LOOK_NAMED) ? WIRE_TELLS_QUEUES : 0) |
	       (look->needs & LOOK_DETAILS ? WIRE_TELLS_EVENTS : 0);
}

bool told_is_sound(struct text records, unsigned int pid)
{
	struct told told;

	while (told_next(&records, &told)) {
		if (told.is.tid != pid)
			return false;
	}
	return !records.len;
}

/** Not at all, for good, when it fails: that a process ends meanwhile is no failure. */
static int read_records(struct teller *teller, unsigned int pid, struct job *job, struct text *ret)
{
	int64_t begun = clock_ns(CLOCK_MONOTONIC);
	int rc = iterator_read_table(teller->program, pid, job, ret);

	if (!rc && !told_is_sound(*ret, pid)) {
		free((void *)ret->bytes);
		rc = -EOPNOTSUPP;
	}
	if (rc && rc != -ESRCH)
		__atomic_store_n(&teller->rc, rc, __ATOMIC_RELAXED);
	__atomic_add_fetch(&teller->walk_ns, clock_ns(CLOCK_MONOTONIC) - begun, __ATOMIC_RELAXED);
	return rc;
}

int told_read(struct teller *teller, unsigned int pid, struct job *job, struct text *ret)
{
	int rc = __atomic_load_n(&teller->rc, __ATOMIC_RELAXED);

	if (!rc)
		rc = read_records(teller, pid, job, ret);
	if (rc || ret->len)
		return rc;
	free((void *)ret->bytes);
	return -ENODATA;
}

bool told_next(struct text *records, struct told *ret)
{
	if (records->len < sizeof(ret->is))
		return false;
	memcpy(&ret->is, records->bytes, sizeof(ret->is));
	struct text rest = text_from(*records, sizeof(ret->is));
	if (ret->is.len > rest.len)
		return false;
	ret->link = text_first(rest, ret->is.len);
	*records = text_from(rest, ret->is.len);
	return true;
}

static bool is_named(const struct told *told)
{
	return text_starts(told->link, "/");
}

static bool wants_inode(const struct look *look, const struct told *told)
{
	return (look->needs & LOOK_IDENTITY) ||
	       ((look->needs & LOOK_NAMED_IDENTITY) && is_named(told));
}

/** A socket with descriptors in its queue, an io_uring with files of its own: scan/carriers.c. */
static bool may_carry(const struct told *told)
{
	return (told->is.is & WIRE_CARRIES) || rings_is(told->link);
}

bool told_is_asked(const struct look *look, const struct told *told)
{
	if (!told->link.len || may_carry(told))
		return true;
	return (!(look->needs & LOOK_NAMED) || is_named(told)) &&
	       reading_is_of_sort(look, told->link);
}

static dev_t device(unsigned int packed)
{
	return makedev(packed >> 20, packed & 0xfffff);
}

static void take_inode(const struct wire_told *is, struct inode *ret)
{
	*ret = (struct inode){
		.dev = device(is->dev),
		.rdev = device(is->rdev),
		.ino = is->ino,
		.nlink = is->nlink,
		.size = is->size,
		.mode = is->mode,
		.mnt_id = is->mnt_id,
	};
}

/** All but its details. */
static void take(const struct look *look, const struct told *told, struct open_file *ret)
{
	const struct fdinfo info = { .flags = told->is.flags, .pos = told->is.pos };

	*ret = (struct open_file){ .handle.fd = told->is.fd,
				   .link = told->link,
				   .inode_rc = -ENODATA };
	if (wants_inode(look, told)) {
		ret->inode_rc = 0;
		take_inode(&told->is, &ret->inode);
	}
	state_know(&info, told->is.is & WIRE_READABLE, told->is.is & WIRE_WRITABLE, look->needs,
		   ret);
}

bool told_suffices(const struct look *look, const struct told *told)
{
	struct open_file file;

	if (!told->link.len || (told->is.is & WIRE_LOCKED) || may_carry(told))
		return false;
	/* What may be deleted is decided by more than this. */
	if (is_named(told) && (!told->is.nlink || reading_may_be_deleted(told->link)))
		return false;
	if (wants_inode(look, told) && !(told->is.is & WIRE_PLAIN))
		return false;
	take(look, told, &file);
	/* A queue is known by how much it takes on disk, among other things. */
	if (queues_may_be(&file))
		return false;
	return !(told->is.is & WIRE_SPEAKS) || (told->is.is & WIRE_EVENTFD) ||
	       !state_has_details(look->needs, &file);
}

bool told_wants_disk(const struct look *look, const struct told *told)
{
	return (look->needs & LOOK_DISK) && wants_inode(look, told);
}

void told_take(const struct look *look, const struct told *told, struct arena *arena,
	       struct open_file *ret)
{
	take(look, told, ret);
	if ((told->is.is & WIRE_EVENTFD) && state_has_details(look->needs, ret))
		ret->fdinfo = arena_format(arena, "eventfd-count: %16llx\neventfd-id: %u\n",
					   told->is.event_count, told->is.event_id);
}
