/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "act/refusal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/unbound.h"
#include "act/wording.h"
#include "base/clock.h"
#include "show/units.h"

static const char *shown(const struct recovering *context, struct text text)
{
	return wording_shown(context->arena, text);
}

static const char *word(const struct recovering *context, struct text text, const char *suffix)
{
	return wording_word(context->arena, text, suffix);
}

static const struct handle *holder_handle(const struct recovered *recovered)
{
	return recovered->holder ? &recovered->holder->handle : &recovered->file->holders[0].handle;
}

const char *refusal_handle(char buffer[HANDLE_MAX], const struct recovered *recovered)
{
	return handle_format(buffer, holder_handle(recovered));
}

static void refuse(struct recovered *recovered)
{
	recovered->result = RECOVER_REFUSED;
}

void refusal_bind(const struct recovering *context, struct recovered *recovered, int rc)
{
	const struct unbound unbound = {
		.file = recovered->file,
		.handle = holder_handle(recovered),
		.arena = context->arena,
		.program = context->program,
		.line = context->line,
		.state = "Nothing was written.",
	};

	refuse(recovered);
	unbound_explain(&unbound, rc, &recovered->err);
}

const char *refusal_kind_word(uint32_t mode)
{
	return S_ISDIR(mode)  ? "a directory" :
	       S_ISFIFO(mode) ? "a fifo" :
	       S_ISSOCK(mode) ? "a socket" :
	       S_ISCHR(mode)  ? "a character device" :
	       S_ISBLK(mode)  ? "a block device" :
				"something else";
}

void refusal_kind(struct recovered *recovered, uint32_t mode)
{
	char handle[HANDLE_MAX];

	refuse(recovered);
	error_set(&recovered->err, 0,
		  "%s is %s, not a regular file: there is no content to get back\n"
		  "  Nothing was written.",
		  refusal_handle(handle, recovered), refusal_kind_word(mode));
}

void refusal_read(const struct recovering *context, struct recovered *recovered, int rc)
{
	char handle[HANDLE_MAX];
	const struct inode *inode = &recovered->file->inode;

	refuse(recovered);
	refusal_handle(handle, recovered);
	if (rc == -EACCES || rc == -EPERM)
		error_set(&recovered->err, rc,
			  "cannot read %s: mode %04o, owned by uid %u\n"
			  "  Nothing was written.\n  sudo %s",
			  handle, inode->mode & 07777, inode->uid, context->line);
	else if (rc == -ESTALE)
		error_set(&recovered->err, rc,
			  "cannot read %s: it was deleted on the NFS server and is gone there\n"
			  "  Nothing was written. Ask for a snapshot or backup of the server.",
			  handle);
	else
		error_set(&recovered->err, rc,
			  "cannot read %s: %s at byte %" PRIu64 "\n  Nothing was written.", handle,
			  strerror(-rc), recovered->transfer.failed_at);
}

static void refuse_directory(const struct recovering *context, struct recovered *recovered,
			     const char *handle, const char *path)
{
	const char *directory = word(context, recovered->path, "");

	error_set(&recovered->err, -EISDIR, "%s is a directory\n  Nothing was written.", path);
	if (directory)
		error_add(&recovered->err, "\n  %s recover %s -d %s", context->program, handle,
			  directory);
}

void refusal_place(const struct recovering *context, struct recovered *recovered, int rc)
{
	char handle[HANDLE_MAX];
	struct error *err = &recovered->err;
	const char *path = shown(context, recovered->path);

	refuse(recovered);
	refusal_handle(handle, recovered);
	switch (-rc) {
	case PLACE_NO_NAME:
		error_set(err, rc,
			  "%s has no name to go back to\n"
			  "  Nothing was written. Give it one: %s recover %s -o recovered-%u-%u",
			  handle, context->program, handle, recovered->holder->handle.pid,
			  recovered->holder->handle.fd);
		return;
	case PLACE_NO_PARENT:
		error_set(err, rc,
			  "cannot put %s back to %s: its directory is gone too\n"
			  "  Nothing was written.\n  to another place   %s recover %s -d .",
			  handle, path, context->program, handle);
		return;
	case PLACE_UNPROVED:
		error_set(
			err, rc,
			"cannot put %s back to %s: it cannot be proved that this is where it was\n"
			"  The path leads over a symlink, or to another mount than the file's own. "
			"Nothing was written.\n"
			"  to another place   %s recover %s -d .",
			handle, path, context->program, handle);
		return;
	case EISDIR:
		refuse_directory(context, recovered, handle, path);
		return;
	default:
		error_set(err, rc, "cannot write to %s: %s\n  Nothing was written.", path,
			  strerror(-rc));
		return;
	}
}

/** " in web-7d9f", where the place is in a container. */
static const char *container_of(const struct recovering *context, const struct recovered *recovered)
{
	struct text container = recovered->file->site->container.name;

	if (!recovered->elsewhere || !container.len)
		return "";
	return arena_format(context->arena, " in %s", shown(context, container)).bytes;
}

/** A name that should be free; a path in a container is another one here. */
static void add_other_name(const struct recovering *context, struct recovered *recovered,
			   const char *handle)
{
	struct error *err = &recovered->err;
	bool fits = text_basename(recovered->path).len + sizeof(".recovered") <= NAME_MAX;
	const char *name = fits ? word(context, recovered->path, ".recovered") : NULL;

	if (recovered->elsewhere)
		error_add(err, "  onto this host   %s recover %s -d .", context->program, handle);
	else if (name)
		error_add(err, "  %s recover %s -o %s", context->program, handle, name);
	else
		error_add(err, "  %s recover %s -o recovered-%u-%u", context->program, handle,
			  recovered->holder->handle.pid, recovered->holder->handle.fd);
}

void refusal_taken(const struct recovering *context, struct recovered *recovered,
		   const struct inode *there)
{
	char handle[HANDLE_MAX], size[UNITS_MAX], age[UNITS_MAX];
	int64_t written_ns = clock_ns(CLOCK_REALTIME) - there->mtime_ns;

	refuse(recovered);
	refusal_handle(handle, recovered);
	error_set(&recovered->err, -EEXIST, "cannot put %s %sto %s%s: another file has that name%s",
		  handle, recovered->original ? "back " : "", shown(context, recovered->path),
		  container_of(context, recovered), recovered->original ? " now" : "");
	error_add(&recovered->err, "\n  That one is %s, written to %s ago. Nothing was changed.\n",
		  units_size(size, there->size),
		  units_duration(age, written_ns > 0 ? written_ns : 0));
	add_other_name(context, recovered, handle);
}

/** Time passes until there is room, and what holds the file may end. */
static void say_hold(const struct recovering *context, struct recovered *recovered,
		     const char *handle)
{
	char hold[HANDLE_MAX];
	struct holders holders = { 0 };

	if (holders_ask(context->source, recovered->file, context->arena, &holders) &&
	    holders.holds)
		error_add(&recovered->err, "  it is held               %s (procowl hold)\n",
			  handle_format(hold, &holders.hold));
	else
		error_add(&recovered->err, "  keep it safe meanwhile   %s hold -b %s\n",
			  context->program, handle);
}

void refusal_room(const struct recovering *context, struct recovered *recovered,
		  const struct room *room)
{
	char handle[HANDLE_MAX], needed[UNITS_MAX], free[UNITS_MAX], missing[UNITS_MAX];
	const struct deleted_file *file = recovered->file;
	struct room_elsewhere elsewhere[ROOM_ELSEWHERE_MAX];
	const char *name = word(context, text_basename(recovered->path), "");
	size_t count = room_find(context->source, context->mounts, room->needed, context->arena,
				 elsewhere);

	refuse(recovered);
	refusal_handle(handle, recovered);
	error_set(&recovered->err, -ENOSPC,
		  "cannot copy %s to %s: it takes %s, %s are free, %s are missing\n"
		  "  %s cannot give this deleted file its name back, nor clone it. Nothing was "
		  "written.\n",
		  handle, shown(context, text_dirname(recovered->path)),
		  units_size(needed, room->needed), units_size(free, room->free),
		  units_size(missing, room->needed > room->free ? room->needed - room->free : 0),
		  file->site->mounted.info ? shown(context, file->site->mounted.info->type) :
					     "The filesystem");
	say_hold(context, recovered, handle);
	for (size_t i = 0; i < count; i++) {
		const char *point = word(context, elsewhere[i].point, "");

		if (point)
			error_add(&recovered->err,
				  "  onto another disk        %s recover %s -d %-20s  %s free\n",
				  context->program, handle, point,
				  units_size(free, elsewhere[i].free));
	}
	error_add(&recovered->err,
		  "  to another machine       %s recover %s -o - | ssh HOST 'cat > %s'",
		  context->program, handle, name && *name != '\'' ? name : "recovered");
}

void refusal_write(struct recovered *recovered, int rc)
{
	char handle[HANDLE_MAX];

	refuse(recovered);
	error_set(&recovered->err, rc,
		  "cannot write the copy of %s: %s\n  Nothing was left behind.",
		  refusal_handle(handle, recovered), strerror(-rc));
}

void refusal_stream(struct recovered *recovered, int rc)
{
	char handle[HANDLE_MAX];

	refuse(recovered);
	error_set(&recovered->err, rc, "cannot write %s to standard output: %s",
		  refusal_handle(handle, recovered), strerror(-rc));
}

void refusal_follow(const struct recovering *context, struct recovered *recovered)
{
	char handle[HANDLE_MAX];

	refuse(recovered);
	refusal_handle(handle, recovered);
	error_set(&recovered->err, -EOPNOTSUPP,
		  "cannot follow %s: nothing is ever appended to a loop device\n"
		  "  Nothing was written.\n"
		  "  as it is now   %s recover %s",
		  handle, context->program, handle);
}
