/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Where a transfer comes from and where it goes, in words: a file, a device, another process.
 */
#include <sys/sysmacros.h>
#include <unistd.h>

#include "ask/progress.h"

/** In a look: who writes less keeps a log. */
static const uint64_t LOG_STEP = 64 << 10;

/** The name it has, or had. */
static struct text name_of(const struct seen_file *file)
{
	struct text link = file->file.link;

	if (!file->file.inode_rc && !file->file.inode.nlink && text_ends(link, " (deleted)"))
		link.len -= strlen(" (deleted)");
	return link;
}

/** Documentation/admin-guide/devices.txt: memory devices, such as /dev/null and /dev/zero. */
enum { MEM_MAJOR = 1, NULL_MINOR = 3 };

/** What a descriptor that is no file with a place leads to, if that says something. */
static struct text device_at(struct progress *progress, const struct seen *seen, unsigned int fd)
{
	dev_t nothing = makedev(MEM_MAJOR, NULL_MINOR);

	for (size_t i = 0; i < seen->count; i++) {
		const struct seen_file *file = &seen->files[i];

		if (file->file.handle.use != USE_FD || file->file.handle.fd != fd)
			continue;
		if (seen_file_is(file, S_IFSOCK))
			return socket_far_end(progress, file);
		if (seen_file_is(file, S_IFIFO))
			return text_starts(file->file.link, "/") ? file->file.link :
								   text_of("a pipe");
		if (seen_file_is(file, S_IFCHR) && major(file->file.inode.rdev) == MEM_MAJOR &&
		    (fd || file->file.inode.rdev != nothing))
			return file->file.link;
	}
	return (struct text){ 0 };
}

/** The socket that it waits to write to. */
static struct text socket_of_call(struct progress *progress, const struct seen *seen)
{
	if (!seen_is_inside(seen))
		return (struct text){ 0 };
	struct syscall_shape shape = syscall_shape(seen->called.call.number);
	int place = shape.deed == SYSCALL_COPIES                                ? shape.other_fd :
		    shape.deed == SYSCALL_WRITES || shape.deed == SYSCALL_SENDS ? shape.fd :
										  -1;
	for (size_t i = 0; place >= 0 && i < seen->count; i++) {
		const struct seen_file *file = &seen->files[i];

		if (file->file.handle.use == USE_FD && seen_file_is(file, S_IFSOCK) &&
		    file->file.handle.fd == (unsigned int)syscall_int(&seen->called.call, place))
			return socket_far_end(progress, file);
	}
	return (struct text){ 0 };
}

/** It writes, and not to its standard output, where that did not move: to a socket, say. */
static bool writes_elsewhere(const struct progress *progress, const struct seen *seen)
{
	const struct seen *past = progress_past(progress, seen);

	if (past && seen->io.wchar >= past->io.wchar + LOG_STEP)
		return true;
	if (!seen_is_inside(seen))
		return false;
	struct syscall_shape shape = syscall_shape(seen->called.call.number);
	return (shape.deed == SYSCALL_WRITES || shape.deed == SYSCALL_SENDS) &&
	       syscall_int(&seen->called.call, shape.fd) != STDOUT_FILENO;
}

/**
 * What a process may write to, that has not done so yet: the only file it has for it, else its standard
 * output.
 */
static const struct seen_file *still_output(const struct progress *progress,
					    const struct seen *seen)
{
	const struct seen_file *only = NULL, *standard = NULL;
	size_t count = 0;

	for (size_t i = 0; i < seen->count; i++) {
		const struct seen_file *file = &seen->files[i];

		if (file->file.handle.use != USE_FD || !file->file.writable ||
		    (!seen_file_is(file, S_IFREG) && !seen_file_is(file, S_IFBLK)))
			continue;
		if (file->file.handle.fd == STDOUT_FILENO)
			standard = file;
		if (file->file.handle.fd <= STDERR_FILENO)
			continue;
		only = file;
		count++;
	}
	if (count == 1)
		return only;
	return standard && !writes_elsewhere(progress, seen) ? standard : NULL;
}

const struct seen_file *ends_output(const struct progress *progress,
				    const struct movement *movement, const struct seen *seen)
{
	struct movement theirs = { 0 };

	if (seen == movement->process)
		theirs = *movement;
	else
		movement_find(progress, seen, &theirs);
	return theirs.output ? theirs.output : still_output(progress, seen);
}

/** What it reads may go nowhere, as that of md5sum(1) does. */
static bool writes(const struct progress *progress, const struct seen *now)
{
	const struct seen *past = progress_past(progress, now);

	if (now->blocked || (past && now->io.wchar != past->io.wchar))
		return true;
	if (!seen_is_inside(now))
		return false;
	enum syscall_deed deed = syscall_shape(now->called.call.number).deed;
	return deed == SYSCALL_WRITES || deed == SYSCALL_SENDS || deed == SYSCALL_COPIES;
}

struct text ends_destination(struct progress *progress, const struct movement *movement,
			     const struct seen *const *members, size_t count)
{
	if (movement->many)
		return (struct text){ 0 };
	for (size_t i = count; i-- > 0;) {
		const struct seen_file *output = ends_output(progress, movement, members[i]);
		struct text device;

		if (output)
			return name_of(output);
		device = device_at(progress, members[i], 1);
		if (!device.len)
			device = socket_of_call(progress, members[i]);
		if (device.len && writes(progress, members[i]))
			return device;
		/* What went through their socket went not to the standard output of who wrote it. */
		if (i && joint_reader(progress, members[i - 1]) == members[i])
			break;
	}
	return (struct text){ 0 };
}

/** What it wrote came from somewhere, if it read as much. */
static bool reads_as_much(const struct progress *progress, const struct movement *movement)
{
	const struct seen *now = movement->process, *past = progress_past(progress, now);

	return past && now->has_io && past->has_io &&
	       now->io.rchar - past->io.rchar >= movement->moved_by / 2;
}

struct text ends_source(struct progress *progress, const struct movement *movement,
			struct arena *arena)
{
	if (movement->many)
		return (struct text){ 0 };
	if (movement->input)
		return name_of(movement->input);
	const struct seen *writer = pipeline_writer(progress, movement->process);
	if (writer)
		return arena_format(arena, "%.*s (%u)", (int)writer->comm.len, writer->comm.bytes,
				    writer->pid);
	return reads_as_much(progress, movement) ? device_at(progress, movement->process, 0) :
						   (struct text){ 0 };
}
