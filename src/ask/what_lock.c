/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Who holds the lock that a process waits for: /proc/locks, in which who waits stands below who holds.
 * proc_locks(5). That names the process which took a lock; where it has ended, and for locks of an open
 * file description, which are nobody's, whoever has the locked file open holds it.
 */
#include <fcntl.h>
#include <stdio.h>

#include "ask/what.h"
#include "base/scope.h"
#include "kernel/filelock.h"
#include "kernel/procfile.h"
#include "scan/mounts.h"
#include "scan/names.h"

enum { LOCKS_MAX = 16 << 20 };

struct holder {
	unsigned int pid;
	struct text comm;
};

static struct text in_words(struct what *what, const struct holder *holder)
{
	return arena_format(&what->arena, "%.*s (%u)", (int)holder->comm.len, holder->comm.bytes,
			    holder->pid);
}

/** /proc/locks has the superblock's device, which on btrfs and overlay is not what stat(2) says. */
static dev_t device_of(const struct what *what, const struct file *file)
{
	dev_t device = file->device;
	struct mounts *mounts;

	if (!what_knows(file, FILE_MOUNT) || mounts_begin(what->wish->source, &mounts))
		return device;
	struct mounted mounted = mounts_find(mounts, what->wish->pid, (uint32_t)file->mount);
	if (mounted.info)
		device = mounted.info->dev;
	mounts_end(mounts);
	return device;
}

static bool is_on(const struct filelock *lock, dev_t device, uint64_t ino)
{
	return lock->ino == ino && lock->dev == device;
}

static bool is_waiting(const struct what *what, const struct filelock *lock, bool open_file)
{
	if (!lock->blocked)
		return false;
	return open_file ? lock->type == FILELOCK_OFD : lock->pid == what->wish->pid;
}

/** The lock that stands above the one that waits. */
static bool find_lock(struct what *what, const struct file *file, bool open_file,
		      struct filelock *ret)
{
	dev_t device = device_of(what, file);
	struct text text, line;
	struct filelock lock;

	if (procfile_load(what->wish->source->proc, "locks", LOCKS_MAX, &what->arena, &text))
		return false;
	*ret = (struct filelock){ 0 };
	while (text_next(&text, '\n', &line)) {
		if (filelock_parse(line, &lock))
			continue;
		if (is_on(&lock, device, file->inode) && is_waiting(what, &lock, open_file))
			return is_on(ret, device, file->inode);
		if (!lock.blocked)
			*ret = lock;
	}
	return false;
}

struct seeking {
	struct what *what;
	struct holder first;
	unsigned int others;
};

static void found(void *context, const struct process *process)
{
	struct seeking *seeking = context;
	bool locked = false;

	for (size_t i = 0; i < process->count; i++)
		locked |= process->files[i].flags_known && process->files[i].locked;
	if (!locked || process->pid == seeking->what->wish->pid)
		return;
	if (seeking->first.pid) {
		seeking->others++;
		return;
	}
	seeking->first =
		(struct holder){ process->pid, arena_text(&seeking->what->arena, process->comm) };
}

/** Whoever has the file open and a lock on it: a look at everybody. */
static struct text seek(struct what *what, const struct file *file, unsigned int *pid)
{
	struct seeking seeking = { .what = what };
	struct tally tally = { 0 };
	struct error err;
	struct look look = { .filter = LOOK_INODE,
			     .inode = { .dev = file->device, .ino = file->inode },
			     .found = found,
			     .context = &seeking };

	if (!what->wish->peers ||
	    what->wish->source->look(what->wish->source, &look, &tally, &err) || !seeking.first.pid)
		return (struct text){ 0 };
	*pid = seeking.first.pid;
	struct text word = in_words(what, &seeking.first);
	return seeking.others ? arena_format(&what->arena, "%.*s +%u", (int)word.len, word.bytes,
					     seeking.others) :
				word;
}

/** A zombie has let go of all. */
static bool lives(const struct what *what, unsigned int pid)
{
	char name[16], buffer[PIDSTAT_MAX];
	struct pidstat stat;

	snprintf(name, sizeof(name), "%u", pid);
	scope_fd dir = openat(what->wish->source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return pid && dir >= 0 && pidstat_read(dir, buffer, &stat) == 0 && stat.state != 'Z' &&
	       stat.state != 'X';
}

struct text what_lock_holder(struct what *what, const struct file *file, bool open_file,
			     unsigned int *pid)
{
	struct filelock lock;

	*pid = 0;
	if (!file || !what_knows(file, FILE_INODE) || !find_lock(what, file, open_file, &lock))
		return (struct text){ 0 };
	struct holder holder = { lock.pid, names_comm(what->wish->source, lock.pid, &what->arena) };
	if (!lives(what, lock.pid))
		return seek(what, file, pid);
	*pid = lock.pid;
	return in_words(what, &holder);
}
