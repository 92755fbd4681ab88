/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/marked.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/openat2.h"
#include "kernel/procfile.h"
#include "scan/probe.h"

_Static_assert(MARK_HANDLE_MAX == MAX_HANDLE_SZ, "a handle fits");

/** Where to ask: a mount of the filesystem, as process `root` sees it; 0: as we do. */
struct place {
	const struct mountinfo *mount; /**< NULL: nowhere */
	unsigned int root;
};

struct asking {
	const struct source *source;
	const struct marked *wanted;
	const struct place *places;
};

struct answer {
	char path[PATH_MAX]; /**< empty: none */
};

/* Everything named ask_… or helper_… runs in the helper: it neither allocates nor prints. */

static int helper_root(const struct source *source, unsigned int pid)
{
	char name[32];

	if (!pid)
		return AT_FDCWD;
	snprintf(name, sizeof(name), "%u/root", pid);
	return openat(source->proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int helper_open(int root, const char *path, int flags)
{
	return openat2_open(root, path, flags, root >= 0 ? RESOLVE_IN_ROOT : 0);
}

/** The mount itself: another one may lie over it. */
static int helper_open_mount(int root, const struct mountinfo *mount)
{
	char point[PATH_MAX];
	struct inode inode;

	if (mount->point.len >= sizeof(point))
		return -ENAMETOOLONG;
	memcpy(point, mount->point.bytes, mount->point.len);
	point[mount->point.len] = 0;
	/* Found before it is opened: what lies over it may be slow or have side effects. */
	scope_fd found = helper_open(root, point, O_PATH | O_DIRECTORY);
	if (found < 0)
		return found;
	if (inode_look(found, "", &inode) || inode.mnt_id != mount->id)
		return -ESTALE;
	int fd = openat(found, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int helper_open_handle(int mount_fd, const struct mark_handle *handle)
{
	union {
		struct file_handle handle;
		unsigned char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} wanted;

	wanted.handle.handle_bytes = handle->len;
	wanted.handle.handle_type = handle->type;
	memcpy(wanted.handle.f_handle, handle->bytes, handle->len);
	int fd = open_by_handle_at(mount_fd, &wanted.handle, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/** A name is only believed when it leads back to the file: one out of the cache has no name. */
static bool helper_name(int root, int fd, uint64_t ino, char path[PATH_MAX])
{
	struct inode wanted, found;
	struct text link;
	char name[32];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (procfile_link(AT_FDCWD, name, path, PATH_MAX, &link))
		return false;
	path[link.len] = 0;
	scope_fd again = helper_open(root, path, O_PATH | O_NOFOLLOW);
	return again >= 0 && inode_look(fd, "", &wanted) == 0 && wanted.ino == ino &&
	       inode_look(again, "", &found) == 0 && inode_same(&wanted, &found);
}

static void ask_marked(const void *context, size_t index, void *answer)
{
	const struct asking *asking = context;
	const struct place *place = &asking->places[index];
	const struct mark *mark = asking->wanted[index].mark;
	struct answer *out = answer;

	if (!place->mount)
		return;
	scope_fd root = helper_root(asking->source, place->root);
	if (place->root && root < 0)
		return;
	scope_fd mount_fd = helper_open_mount(root, place->mount);
	scope_fd fd = mount_fd < 0 ? mount_fd : helper_open_handle(mount_fd, &mark->handle);
	if (fd < 0 || !helper_name(root, fd, mark->ino, out->path))
		out->path[0] = 0;
}

static uint64_t marked_group(const void *context, size_t index)
{
	const struct asking *asking = context;

	return asking->wanted[index].mark->dev;
}

/** As the one who watches sees it, if he does. */
static struct place place_of(struct mounts *mounts, const struct marked *wanted)
{
	const struct mark *mark = wanted->mark;
	struct mounted mounted = { NULL, true };

	if (mark->object != MARK_INODE || !mark->handle.len)
		return (struct place){ NULL, 0 };
	mounted = mounts_find_device(mounts, wanted->pid, mark->dev);
	if (mounted.own || !mounted.info)
		mounted = (struct mounted){ mounts_own_of(mounts, mark->dev), true };
	if (!mounted.info || !mounts_is_local(mounted.info->type))
		return (struct place){ NULL, 0 };
	return (struct place){ mounted.info, mounted.own ? 0 : wanted->pid };
}

int marked_find(const struct source *source, struct mounts *mounts, const struct marked *wanted,
		size_t count, struct arena *arena, struct text *ret)
{
	struct place *places = arena_zero(arena, count, sizeof(*places));
	struct asking asking = { source, wanted, places };
	struct probe probe = { .count = count,
			       .answer_size = sizeof(struct answer),
			       .ask = ask_marked,
			       .group = marked_group,
			       .context = &asking,
			       .keep = source->proc };
	const bool *missing;
	void *answers;
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		places[i] = place_of(mounts, &wanted[i]);
		left += places[i].mount != NULL;
		ret[i] = (struct text){ 0 };
	}
	int rc = left ? probe_run(&probe, &answers, &missing) : 0;
	if (rc || !left)
		return rc;
	for (size_t i = 0; i < count; i++)
		ret[i] = arena_text(arena, text_of(((const struct answer *)answers)[i].path));
	probe_end(&probe, answers);
	return 0;
}
