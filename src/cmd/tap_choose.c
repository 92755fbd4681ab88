/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/tap_choose.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/inode.h"
#include "kernel/pidstat.h"
#include "kernel/procfile.h"
#include "kernel/task.h"
#include "scan/names.h"

enum { LINK_MAX = 4096 };

struct choosing {
	const struct invocation *invocation;
	const struct source *source;
	struct arena *arena;
	struct tap_choice *choice;
	bool guarded; /**< the descriptor must still be a file with this inode number */
	uint64_t ino;
};

static int find_named(struct choosing *choosing, struct text name, struct error *err)
{
	const char *program = choosing->invocation->program;
	unsigned int *pids;
	size_t count;
	int rc = names_find(choosing->source, name, choosing->arena, &pids, &count);

	if (rc)
		return error_set(err, rc, "cannot list the processes in /proc: %s", strerror(-rc));
	if (!count)
		return error_set(err, -ESRCH, "no process is called %.*s", (int)name.len,
				 name.bytes);
	if (count > 1)
		return error_set(err, -EINVAL,
				 "%zu processes are called %.*s; tap one of them:\n  %s ps %.*s\n"
				 "  %s tap %u",
				 count, (int)name.len, name.bytes, program, (int)name.len,
				 name.bytes, program, pids[0]);
	choosing->choice->wish.pid = pids[0];
	return 0;
}

static int find_target(struct choosing *choosing, const struct target *target, struct error *err)
{
	struct tap_wish *wish = &choosing->choice->wish;

	switch (target->kind) {
	case TARGET_PROCESS:
		wish->pid = target->pid;
		return 0;
	case TARGET_HANDLE:
		if (target->handle.use != USE_FD)
			break;
		wish->pid = target->handle.pid;
		wish->tid = target->handle.tid;
		wish->fds[0] = target->handle.fd;
		wish->count = 1;
		choosing->guarded = target->handle.guarded;
		choosing->ino = target->handle.ino;
		return 0;
	case TARGET_NAME:
		return find_named(choosing, target->name, err);
	case TARGET_WORD:
		return find_named(choosing, target->text, err);
	case TARGET_PATH:
	case TARGET_PORT:
		return error_set(
			err, -EINVAL,
			"tap takes a process or a descriptor; who has this one: %s who %.*s",
			choosing->invocation->program, (int)target->text.len, target->text.bytes);
	}
	return error_set(err, -EINVAL, "nothing is written to %.*s", (int)target->text.len,
			 target->text.bytes);
}

/** "4076/fd/1", or a thread's. */
static const char *link_name(char ret[48], const struct tap_wish *wish, unsigned int fd)
{
	if (wish->tid)
		snprintf(ret, 48, "%u/task/%u/fd/%u", wish->pid, wish->tid, fd);
	else
		snprintf(ret, 48, "%u/fd/%u", wish->pid, fd);
	return ret;
}

/** Is it a terminal? A copy of the descriptor knows, and nothing has to be opened for it. */
static int ask_terminal(const struct tap_wish *wish, unsigned int fd, enum tap_terminal *ret)
{
	unsigned int number;
	struct termios settings;

	scope_fd pidfd = wish->tid ? task_pidfd_thread(wish->tid) : task_pidfd(wish->pid);
	if (pidfd < 0)
		return pidfd;
	scope_fd copy = task_getfd(pidfd, fd);
	if (copy < 0)
		return copy;
	if (ioctl(copy, TIOCGPTN, &number) == 0)
		*ret = TAP_MASTER;
	else
		*ret = tcgetattr(copy, &settings) == 0 ? TAP_TERMINAL : TAP_NO_TERMINAL;
	return 0;
}

/** -ENOENT: it is not open. */
static int look_at(struct choosing *choosing, unsigned int fd, unsigned int to, struct error *err)
{
	struct tap_wish *wish = &choosing->choice->wish;
	char name[48], bytes[LINK_MAX];
	struct text link;
	struct inode inode;
	int rc = procfile_link(choosing->source->proc, link_name(name, wish, fd), bytes,
			       sizeof(bytes), &link);

	if (rc == -EACCES || rc == -EPERM)
		return error_set(err, rc, "process %u is not yours to look into; run as root",
				 wish->pid);
	if (rc)
		return error_set(err, -ENOENT, "process %u has no descriptor %u", wish->pid, fd);
	wish->terminals[to] = TAP_NO_TERMINAL;
	rc = inode_look(choosing->source->proc, name, &inode);
	if (!rc && choosing->guarded && inode.ino != choosing->ino)
		return error_set(err, -ESTALE, "%u:%u is another file now: inode %" PRIu64,
				 wish->pid, fd, inode.ino);
	if (!rc && S_ISCHR(inode.mode))
		rc = ask_terminal(wish, fd, &wish->terminals[to]);
	if (rc)
		return error_set(err, rc, "cannot look at descriptor %u of process %u: %s", fd,
				 wish->pid, strerror(-rc));
	wish->fds[to] = fd;
	choosing->choice->inodes[to] = inode;
	choosing->choice->links[to] = arena_text(choosing->arena, link);
	return 0;
}

/** Without a descriptor: of 1 and 2 those that are open, or 0. */
static int look_at_usual(struct choosing *choosing, struct error *err)
{
	struct tap_wish *wish = &choosing->choice->wish;
	unsigned int first = wish->reads ? 0 : 1, last = wish->reads ? 0 : 2;
	int rc = -ENOENT;

	for (unsigned int fd = first; fd <= last; fd++) {
		rc = look_at(choosing, fd, wish->count, err);
		if (rc && rc != -ENOENT)
			return rc;
		wish->count += rc == 0;
	}
	if (wish->count) {
		*err->message = 0;
		return 0;
	}
	return error_set(err, rc, "process %u has no standard %s; what it has open: %s files %u",
			 wish->pid, wish->reads ? "input" : "output or error",
			 choosing->invocation->program, wish->pid);
}

/** A thread that goes on where the first one, by whose number the process is called, has ended. 0: none. */
static unsigned int find_heir(const struct choosing *choosing)
{
	char name[48], buffer[PIDSTAT_MAX];
	unsigned int pid = choosing->choice->wish.pid, *tids;
	struct pidstat stat;
	size_t count;

	snprintf(name, sizeof(name), "%u/task", pid);
	scope_fd dir = openat(choosing->source->proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || procfile_numbers(dir, choosing->arena, &tids, &count))
		return 0;
	for (size_t i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%u", tids[i]);
		scope_fd thread = openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		bool ended = thread < 0 || pidstat_read(thread, buffer, &stat) ||
			     stat.state == 'Z' || stat.state == 'X';
		if (tids[i] == pid && !ended)
			return 0;
		if (tids[i] != pid && !ended)
			return tids[i];
	}
	return 0;
}

/** A thread whose table is that of its process is none of its own. */
static void find_table(struct choosing *choosing)
{
	struct tap_wish *wish = &choosing->choice->wish;

	if (wish->tid && task_compare_files(wish->tid, wish->pid) == 0)
		wish->tid = 0;
	if (!wish->tid)
		wish->tid = find_heir(choosing);
}

int tap_choose(const struct invocation *invocation, const struct source *source,
	       struct arena *arena, struct tap_choice *ret, struct error *err)
{
	struct choosing all = { invocation, source, arena, ret, false, 0 }, *choosing = &all;
	struct tap_wish *wish = &ret->wish;

	ret->pidfd = -EBADF;
	if (invocation->target_count != 1)
		return error_set(err, -EINVAL,
				 "tap what? one process, or one of its descriptors\n  %s tap 4076\n"
				 "  %s tap 4076:7",
				 invocation->program, invocation->program);
	*wish = (struct tap_wish){ .source = source, .reads = invocation->tap.reads };
	int rc = find_target(choosing, &invocation->targets[0], err);
	if (rc)
		return rc;
	/* First of all: whatever is found out from here on must be of this one. */
	ret->pidfd = task_pidfd(wish->pid);
	if (!names_exists(source, wish->pid))
		return error_set(err, -ENOENT, "process %u does not exist (any more)", wish->pid);
	find_table(choosing);
	return wish->count ? look_at(choosing, wish->fds[0], 0, err) : look_at_usual(choosing, err);
}

/** All of its threads have: a number whose process nobody has waited for yet is no other's. */
static bool has_ended(int pidfd)
{
	struct pollfd polled = { .fd = pidfd, .events = POLLIN };

	return pidfd >= 0 && poll(&polled, 1, 0) > 0;
}

int tap_choice_holds(const struct tap_choice *choice, struct error *err)
{
	const struct tap_wish *wish = &choice->wish;
	struct inode inode;
	char name[48];

	for (unsigned int i = 0; i < wish->count; i++) {
		int rc =
			inode_look(wish->source->proc, link_name(name, wish, wish->fds[i]), &inode);

		if (has_ended(choice->pidfd))
			return error_set(err, -ESTALE, "process %u has ended meanwhile", wish->pid);
		if (rc || !inode_same(&inode, &choice->inodes[i]))
			return error_set(err, -ESTALE,
					 "descriptor %u of process %u has become another file "
					 "meanwhile",
					 wish->fds[i], wish->pid);
	}
	return 0;
}

void tap_choice_end(struct tap_choice *choice)
{
	if (choice->pidfd >= 0)
		close(choice->pidfd);
}
