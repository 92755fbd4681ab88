/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/mountinfo.h"
#include "kernel/openat2.h"
#include "kernel/procfile.h"
#include "scan/probe.h"

/* Everything named ask_… or helper_… runs in the helper: it neither allocates nor prints. */

/** The root of process `pid`, or where we are for 0. */
static int helper_root(const struct source *source, unsigned int pid)
{
	char name[32];

	if (!pid)
		return AT_FDCWD;
	snprintf(name, sizeof(name), "%u/root", pid);
	int fd = openat(source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : fd;
}

static void helper_close(int root)
{
	if (root >= 0)
		close(root);
}

static int helper_open(int root, const char *path, int flags)
{
	return openat2_open(root, path, flags | O_PATH, root >= 0 ? RESOLVE_IN_ROOT : 0);
}

/** What is at `path` itself, a symlink not followed. */
static int helper_look(int root, const char *path, struct inode *out)
{
	if (root == AT_FDCWD)
		return inode_look_at(root, path, out);
	scope_fd fd = helper_open(root, path, O_NOFOLLOW);
	return fd < 0 ? fd : inode_look(fd, "", out);
}

struct resolving {
	const struct source *source;
	const struct path_wish *wishes;
};

/** Write the path of directory `fd` into `out`; a directory that is deleted keeps its old name. */
static bool helper_name(int fd, char *out, size_t size)
{
	char name[32];
	struct text link;
	struct inode inode;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (procfile_link(AT_FDCWD, name, out, size, &link))
		return false;
	if (text_ends(link, " (deleted)") && inode_look(fd, "", &inode) == 0 && inode.nlink == 0)
		link.len -= sizeof(" (deleted)") - 1;
	out[link.len] = 0;
	return true;
}

/** "PARENT/REST" into `out`; false when it does not fit. */
static bool helper_join(char *out, size_t size, const char *rest)
{
	size_t len = strlen(out), more = strlen(rest);
	bool slash = len && out[len - 1] == '/';

	if (len + !slash + more + 1 > size)
		return false;
	if (!slash)
		out[len++] = '/';
	for (size_t i = 0; i <= more; i++)
		out[len + i] = rest[i];
	return true;
}

/** The longest part of `path` that is a directory gets resolved; the rest is put behind it. */
static void helper_resolve_parents(int root, char *path, struct path_found *out)
{
	char *rest = path + strlen(path);

	for (;;) {
		while (rest > path && rest[-1] != '/')
			rest--;
		bool bare = rest == path;
		char kept = *rest;
		*rest = 0;
		scope_fd fd = helper_open(root, bare ? "." : path, O_DIRECTORY);
		*rest = kept;
		if (fd >= 0) {
			if (!helper_name(fd, out->path, sizeof(out->path)) ||
			    !helper_join(out->path, sizeof(out->path), rest))
				out->path[0] = 0;
			return;
		}
		if (bare)
			return;
		while (rest > path && rest[-1] == '/')
			rest--;
	}
}

static void helper_follow(int root, const char *path, struct path_found *out)
{
	if (out->rc || !S_ISLNK(out->inode.mode))
		return;
	scope_fd fd = helper_open(root, path, 0);
	out->leads = fd >= 0 && inode_look(fd, "", &out->target) == 0;
	if (!out->leads || !helper_name(fd, out->target_path, sizeof(out->target_path)))
		out->target_path[0] = 0;
}

static void ask_resolve(const void *context, size_t index, void *answer)
{
	const struct resolving *resolving = context;
	const struct path_wish *wish = &resolving->wishes[index];
	struct path_found *out = answer;
	char path[PATH_MAX];
	size_t len = wish->path.len;

	while (len > 1 && wish->path.bytes[len - 1] == '/')
		len--;
	out->answered = true;
	out->rc = len < sizeof(path) ? 0 : -ENAMETOOLONG;
	if (out->rc)
		return;
	snprintf(path, sizeof(path), "%.*s", (int)len, wish->path.bytes);
	int root = helper_root(resolving->source, wish->pid);
	if (root == -1) {
		out->rc = -EACCES;
		return;
	}
	scope_fd dir = helper_open(root, path, O_DIRECTORY);
	if (dir >= 0) {
		out->is_directory = helper_name(dir, out->path, sizeof(out->path));
		out->rc = inode_look(dir, "", &out->inode);
	} else {
		helper_resolve_parents(root, path, out);
		out->rc = helper_look(root, path, &out->inode);
		helper_follow(root, path, out);
	}
	helper_close(root);
}

/** Run `probe` and copy what came; every answer begins zeroed. */
static int run(const struct source *source, struct probe *probe, void *ret)
{
	const bool *missing;
	void *answers;

	if (!probe->count)
		return 0;
	probe->keep = source->proc;
	int rc = probe_run(probe, &answers, &missing);
	if (rc)
		return rc;
	memcpy(ret, answers, probe->count * probe->answer_size);
	probe_end(probe, answers);
	return 0;
}

int paths_resolve(const struct source *source, const struct path_wish *wishes, size_t count,
		  struct path_found *ret)
{
	struct resolving resolving = { source, wishes };

	return run(source,
		   &(struct probe){ .count = count,
				    .answer_size = sizeof(*ret),
				    .ask = ask_resolve,
				    .context = &resolving },
		   ret);
}

struct checking {
	const struct source *source;
	const struct old_name *names;
};

/** Look at `path`; *is gets whether it is the file that is asked about. True: something is there. */
static bool helper_compare(int root, struct text path, const struct old_name *old, bool *is)
{
	char name[PATH_MAX];
	struct inode inode;

	if (!path.len || path.len >= sizeof(name))
		return false;
	for (size_t i = 0; i < path.len; i++)
		name[i] = path.bytes[i];
	name[path.len] = 0;
	if (helper_look(root, name, &inode))
		return false;
	*is = old->by_number ? inode.ino == old->is->ino : inode_same(&inode, old->is);
	return true;
}

/** Is NAME in directory `dir` the file, kept by libfuse under a name of its own? */
static bool helper_is_hidden(int dir, const char *name, const struct inode *is)
{
	struct inode inode;

	return strncmp(name, ".fuse_hidden", 12) == 0 && inode_look_at(dir, name, &inode) == 0 &&
	       inode.dev == is->dev && inode.ino == is->ino;
}

/**
 * libfuse renames an open file that is unlinked to .fuse_hidden… in its directory, and subtracts that
 * name from the link count; looking it up makes the kernel count it again.
 */
static bool helper_find_hidden(int root, const struct old_name *old)
{
	char name[PATH_MAX], buffer[8192] __attribute__((aligned(8)));
	struct text parent = text_dirname(old->name);
	bool hidden = false;

	if (root == -1 || parent.len >= sizeof(name))
		return false;
	for (size_t i = 0; i < parent.len; i++)
		name[i] = parent.bytes[i];
	name[parent.len] = 0;
	scope_fd dir =
		openat2_open(root, name, O_RDONLY | O_DIRECTORY, root >= 0 ? RESOLVE_IN_ROOT : 0);
	long got = dir < 0 ? 0 : syscall(SYS_getdents64, dir, buffer, sizeof(buffer));
	while (got > 0 && !hidden) {
		for (long at = 0; at < got && !hidden;) {
			const struct dirent64 *entry = (const void *)(buffer + at);

			hidden = helper_is_hidden(dir, entry->d_name, old->is);
			at += entry->d_reclen;
		}
		got = syscall(SYS_getdents64, dir, buffer, sizeof(buffer));
	}
	return hidden;
}

static void ask_check(const void *context, size_t index, void *answer)
{
	const struct checking *checking = context;
	const struct old_name *old = &checking->names[index];
	struct old_name_found *out = answer;
	int root = helper_root(checking->source, old->pid);

	if (root != -1) {
		out->full_is_used = helper_compare(root, old->full, old, &out->is_full);
		out->name_is_used = helper_compare(root, old->name, old, &out->is_name);
	}
	if (old->link) {
		/* The filesystem's own word, not the kernel's memory of it. */
		scope_fd fd = openat(checking->source->proc, old->link, O_PATH | O_CLOEXEC);

		out->is_hidden = helper_find_hidden(root, old);
		out->now_known = fd >= 0 && inode_of(fd, &out->now) == 0;
	}
	if (root != -1)
		helper_close(root);
	out->answered = true;
}

static uint64_t check_group(const void *context, size_t index)
{
	const struct checking *checking = context;

	return checking->names[index].group;
}

int paths_check(const struct source *source, const struct old_name *names, size_t count,
		struct old_name_found *ret)
{
	struct checking checking = { source, names };

	return run(source,
		   &(struct probe){ .count = count,
				    .answer_size = sizeof(*ret),
				    .ask = ask_check,
				    .group = check_group,
				    .context = &checking },
		   ret);
}

/** statvfs(3) of what is open as `fd`, O_PATH too. */
static void helper_space(int fd, struct space *out)
{
	struct statvfs fs;

	if (fstatvfs(fd, &fs) || !fs.f_blocks)
		return;
	*out = (struct space){
		.known = true,
		.size = (uint64_t)fs.f_blocks * fs.f_frsize,
		.used = (uint64_t)(fs.f_blocks - fs.f_bfree) * fs.f_frsize,
		.free = (uint64_t)fs.f_bavail * fs.f_frsize,
		.reserved = (uint64_t)(fs.f_bfree - fs.f_bavail) * fs.f_frsize,
	};
}

/** O_PATH, never an automount. -1: cannot be opened. */
static int helper_open_text(struct text path)
{
	char name[PATH_MAX];

	if (path.len >= sizeof(name))
		return -1;
	for (size_t i = 0; i < path.len; i++)
		name[i] = path.bytes[i];
	name[path.len] = 0;
	return open(name, O_PATH | O_CLOEXEC);
}

static void ask_space(const void *context, size_t index, void *answer)
{
	const struct text *paths = context;
	scope_fd fd = helper_open_text(paths[index]);

	if (fd >= 0)
		helper_space(fd, answer);
}

static void ask_space_of(const void *context, size_t index, void *answer)
{
	const struct mountinfo *mount = (const struct mountinfo *)context + index;
	struct inode inode;
	scope_fd fd = helper_open_text(mount->point);

	/* Before Linux 5.8 nobody tells whether it is hidden. */
	if (fd >= 0 && inode_look(fd, "", &inode) == 0 &&
	    (!inode.mnt_id || inode.mnt_id == mount->id))
		helper_space(fd, answer);
}

static uint64_t space_group(const void *context, size_t index)
{
	return ((const struct mountinfo *)context)[index].dev + 1;
}

int paths_space(const struct source *source, const struct text *paths, size_t count,
		struct space *ret)
{
	return run(source,
		   &(struct probe){ .count = count,
				    .answer_size = sizeof(*ret),
				    .ask = ask_space,
				    .context = paths },
		   ret);
}

/** Space is the filesystem's: what one of its mounts tells is so for all. */
static void share_space(const struct mountinfo *mounts, size_t count, struct space *spaces)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < count && !spaces[i].known; k++) {
			if (mounts[k].dev == mounts[i].dev)
				spaces[i] = spaces[k];
		}
	}
}

int paths_space_of(const struct source *source, const struct mountinfo *mounts, size_t count,
		   struct space *ret)
{
	int rc = run(source,
		     &(struct probe){ .count = count,
				      .answer_size = sizeof(*ret),
				      .ask = ask_space_of,
				      .group = space_group,
				      .context = mounts },
		     ret);

	if (!rc)
		share_space(mounts, count, ret);
	return rc;
}

struct naming_hosts {
	const struct source *source;
	const unsigned int *pids;
};

/** Go into the process's UTS namespace: this changes the helper alone. */
static void ask_host_name(const void *context, size_t index, void *answer)
{
	const struct naming_hosts *naming = context;
	struct host_name *out = answer;
	struct utsname uts;
	char name[32];

	snprintf(name, sizeof(name), "%u/ns/uts", naming->pids[index]);
	scope_fd fd = openat(naming->source->proc, name, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && setns(fd, CLONE_NEWUTS) == 0 && uname(&uts) == 0)
		snprintf(out->name, sizeof(out->name), "%s", uts.nodename);
}

int paths_host_names(const struct source *source, const unsigned int *pids, size_t count,
		     struct host_name *ret)
{
	struct naming_hosts naming = { source, pids };

	return run(source,
		   &(struct probe){ .count = count,
				    .answer_size = sizeof(*ret),
				    .ask = ask_host_name,
				    .context = &naming },
		   ret);
}

bool paths_below_root(const struct source *source, unsigned int pid, struct text path,
		      struct arena *arena, struct text *ret)
{
	char name[32], link[PATH_MAX + 1];
	struct text root;

	snprintf(name, sizeof(name), "%u/root", pid);
	if (procfile_link(source->proc, name, link, sizeof(link), &root))
		return false;
	if (text_is(root, "/")) {
		*ret = path;
		return true;
	}
	if (!text_is_below(path, root) || path.len == root.len)
		return false;
	*ret = arena_text(arena, text_from(path, root.len));
	return true;
}
