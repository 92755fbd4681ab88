/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/deeds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "bpf/magic.h"
#include "kernel/procfile.h"
#include "scan/cached.h"

void deeds_begin(struct deeds *deeds, const struct watcher_wish *wish)
{
	memset(deeds, 0, sizeof(*deeds));
	deeds->wish = wish;
}

void deeds_date(struct deeds *deeds)
{
	deeds->offset_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	cached_forget(&deeds->cached);
}

/** The names on the way up, the last first, as a path. `room` bytes are enough for any. */
static size_t put_place(char *to, const char *names, size_t len)
{
	size_t size = 0;

	while (len) {
		size_t begin = len - 1;

		while (begin && names[begin - 1])
			begin--;
		to[size++] = '/';
		memcpy(to + size, names + begin, len - 1 - begin);
		size += len - 1 - begin;
		len = begin;
	}
	return size;
}

/** A name and where it begins, joined; "//" and "./" at the start of it are left out. */
static struct text join(char *to, struct text base, struct text name)
{
	size_t size = put_place(to, base.bytes, base.len);

	while (text_starts(name, "./"))
		name = text_from(name, 2);
	while (text_starts(name, "/"))
		name = text_from(name, 1);
	to[size++] = '/';
	memcpy(to + size, name.bytes, name.len);
	return (struct text){ to, size + name.len };
}

/** A part of a record. */
static struct text part_of(const struct deed_record *record, enum deed_part part)
{
	const char *at = (const char *)(record + 1);

	for (unsigned int i = 0; i < part; i++)
		at += record->len[i];
	return (struct text){ at, record->len[part] };
}

/** "" is no name: what cannot be said where it begins has only itself. */
static struct text path_of(struct deeds *deeds, const struct deed_record *record,
			   enum deed_part name_part, enum deed_part base_part, char *to)
{
	struct text name = part_of(record, name_part), base = part_of(record, base_part);

	if (name.len <= 1)
		return (struct text){ 0 };
	name.len--; /* its NUL */
	if (!base.len && (record->is & DEED_ADRIFT) && !text_starts(name, "/"))
		return name;
	struct text path = join(to, base, name);
	return record->is & DEED_OUR_ROOT ?
		       cached_resolve(&deeds->cached, deeds->wish->source->proc, path, to) :
		       path;
}

static struct deeds_begun *begun_at(struct deeds *deeds, unsigned long long id)
{
	return &deeds->begun[(id >> 6) * 0x9E3779B97F4A7C15ULL >> 54];
}

static void keep(struct deeds *deeds, const struct deed_record *record, size_t len)
{
	struct deeds_begun *begun = begun_at(deeds, record->begun);

	begun->record = memory_resize(begun->record, len, 1);
	memcpy(begun->record, record, len);
	begun->id = record->begun;
}

/** The record that has the names: itself, or the one before it. NULL: that was lost. */
static const struct deed_record *names_of(struct deeds *deeds, const struct deed_record *record)
{
	if (!(record->is & DEED_ENDS))
		return record;
	struct deeds_begun *begun = begun_at(deeds, record->begun);
	if (begun->id != record->begun)
		return NULL;
	begun->id = 0;
	return (const struct deed_record *)begun->record;
}

/** Restarted calls are told with numbers that no program ever sees: include/linux/errno.h. */
static int errno_of(int error)
{
	enum { ERESTARTSYS = 512, ERESTART_RESTARTBLOCK = 516 };

	return error >= ERESTARTSYS && error <= ERESTART_RESTARTBLOCK ? EINTR : error;
}

/** What the kernel does not say of itself /proc says, if it still is there. */
static struct text link_of(struct deeds *deeds, const struct deed_record *record)
{
	char name[64];
	struct text text;

	snprintf(name, sizeof(name), "%u/fd/%d", record->pid, record->fd);
	if (procfile_link(deeds->wish->source->proc, name, deeds->path, sizeof(deeds->path), &text))
		return (struct text){ 0 };
	return text;
}

/** What lies in no directory, as /proc names it. Empty: only that can. */
static struct text nature_of(struct deeds *deeds, const struct deed_record *record)
{
	struct text part = part_of(record, DEED_NATURE);
	struct deed_nature nature;
	const char *name = part.bytes + sizeof(nature);
	size_t room = sizeof(deeds->path);
	int len = 0;

	if (part.len <= sizeof(nature))
		return (struct text){ 0 };
	memcpy(&nature, part.bytes, sizeof(nature));
	int name_len = (int)strnlen(name, part.len - sizeof(nature));
	if (nature.magic == MAGIC_PIPE)
		len = snprintf(deeds->path, room, "pipe:[%llu]", nature.ino);
	else if (nature.magic == MAGIC_SOCK)
		len = snprintf(deeds->path, room, "socket:[%llu]", nature.ino);
	else if (nature.magic == MAGIC_PIDFS)
		len = snprintf(deeds->path, room, "anon_inode:[pidfd]");
	else if (nature.magic == MAGIC_ANON_INODE)
		len = snprintf(deeds->path, room, "anon_inode:%.*s", name_len, name);
	else if (name_len)
		len = snprintf(deeds->path, room, "/%.*s", name_len, name);
	return (struct text){ deeds->path, (size_t)len };
}

static struct text nameless(struct deeds *deeds, const struct deed_record *record)
{
	struct text nature = nature_of(deeds, record);

	return nature.len || record->op == DEED_CLOSE ? nature : link_of(deeds, record);
}

/** What has a place was looked at by the kernel; all else has but names. */
static bool has_place(const struct deed_record *record)
{
	return record->is & DEED_PLACED;
}

static struct text place_of(struct deeds *deeds, const struct deed_record *record)
{
	struct text names = part_of(record, DEED_PLACE);

	if (!names.len)
		return text_of("/");
	return (struct text){ deeds->path, put_place(deeds->path, names.bytes, names.len) };
}

static void find_names(struct deeds *deeds, const struct deed_record *record,
		       const struct deed_record *named, struct sighting *ret)
{
	if (record->is & DEED_NAMELESS)
		ret->path = nameless(deeds, record);
	else if (has_place(record))
		ret->path = place_of(deeds, record);
	else if (!named)
		ret->unread = true;
	else if (named->is & DEED_NAMELESS)
		ret->path = nature_of(deeds, named);
	else if (has_place(named))
		ret->path = place_of(deeds, named);
	else
		ret->path = path_of(deeds, named, DEED_NAME, DEED_BASE, deeds->path);
	if (named)
		ret->to = path_of(deeds, named, DEED_NEW_NAME, DEED_NEW_BASE, deeds->to);
	ret->unread |= (record->is & DEED_CUT) || (named && named->is & (DEED_UNREAD | DEED_CUT));
}

static bool is_below_any(const struct watcher_wish *wish, const struct sighting *sighting)
{
	for (size_t i = 0; i < wish->tree_count; i++) {
		if (watcher_is_below(sighting->path, wish->trees[i]) ||
		    watcher_is_below(sighting->to, wish->trees[i]))
			return true;
	}
	return false;
}

/** It lies in the directory of a file that is asked for: is it called so? */
static bool has_wanted_name(const struct watcher_wish *wish, const struct sighting *sighting)
{
	struct text name = text_basename(sighting->path);

	for (size_t i = 0; i < wish->tree_count; i++) {
		if (text_equal(name, text_basename(wish->trees[i])))
			return true;
	}
	return false;
}

/** What the kernel could not judge: of what has but its names it did not know where it lies. */
static bool is_meant(const struct watcher_wish *wish, const struct deed_record *named,
		     const struct sighting *sighting)
{
	if (named->op == DEED_EXIT)
		return true;
	if (has_place(named))
		return !(named->is & DEED_BESIDE) || has_wanted_name(wish, sighting);
	if (wish->below.len && !watcher_is_below(sighting->path, wish->below) &&
	    !watcher_is_below(sighting->to, wish->below))
		return false;
	return named->is & DEED_WATCHED || is_below_any(wish, sighting);
}

static struct text comm_of(const struct deed_record *record)
{
	return (struct text){ record->comm, strnlen(record->comm, sizeof(record->comm)) };
}

static bool understand(struct deeds *deeds, const struct deed_record *record, struct sighting *ret)
{
	const struct deed_record *named = names_of(deeds, record);
	bool exit = record->op == DEED_EXIT;

	const struct deed_record *closed =
		record->op == DEED_CLOSE && named && has_place(named) ? named : NULL;

	*ret = (struct sighting){
		.at_ns = (int64_t)record->at_ns + deeds->offset_ns,
		.pid = record->pid,
		.tid = record->tid,
		.comm = comm_of(record),
		.op = (enum deed_op)record->op,
		.fd = record->fd,
		.error = exit ? record->error : errno_of(-record->error),
		.flags = closed ? closed->flags : record->flags,
		.flags_known = record->op == DEED_OPEN || closed,
	};
	/* That it was begun was not told, or is counted as lost already. */
	if (!named && record->op == DEED_CLOSE && !ret->error)
		return false;
	find_names(deeds, record, named, ret);
	return is_meant(deeds->wish, named && !has_place(record) ? named : record, ret);
}

bool deeds_read(struct deeds *deeds, struct text bytes, struct sighting *ret)
{
	const struct deed_record *record = (const void *)bytes.bytes;

	if (record->op != DEED_BEGIN)
		return understand(deeds, record, ret);
	keep(deeds, record, bytes.len);
	return false;
}

void deeds_end(struct deeds *deeds)
{
	for (size_t i = 0; i < DEEDS_BEGUN; i++)
		free(deeds->begun[i].record);
}
