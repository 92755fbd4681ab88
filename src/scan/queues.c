/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/queues.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/task.h"
#include "scan/probe.h"

enum {
	FILENT_SIZE = 80,         /* ipc/mqueue.c */
	MQUEUE_MAGIC = 0x19800202 /* the same; in no header */
};

struct asking {
	const struct source *source;
	const struct open_file *const *files;
	const bool *skipped; /**< told by their mount */
};

bool queues_may_be(const struct open_file *file)
{
	return file->handle.use == USE_FD && !file->inode_rc && S_ISREG(file->inode.mode) &&
	       file->inode.size == FILENT_SIZE && file->inode.disk == 0 &&
	       major(file->inode.dev) == 0;
}

/* Everything named ask_… or helper_… runs in the helper: it neither allocates nor prints. */

/** The very file that was looked at, or -errno. */
static int helper_open(const struct source *source, const struct open_file *file)
{
	char name[OPEN_FILE_PATH_MAX];
	struct inode inode;
	int fd = openat(source->proc, open_file_path(name, file), O_PATH | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (inode_look(fd, "", &inode) || !inode_same(&inode, &file->inode)) {
		close(fd);
		return -ESTALE;
	}
	return fd;
}

/** A queue cannot be opened by its link: what it holds is told only to a descriptor of it. */
static void helper_count(const struct source *source, const struct open_file *file,
			 struct queue *out)
{
	const struct handle *handle = &file->handle;
	struct inode inode;
	struct mq_attr attr;

	if (source->foreign)
		return;
	scope_fd task = handle->tid ? task_pidfd_thread(handle->tid) : task_pidfd(handle->pid);
	scope_fd fd = task < 0 ? -1 : task_getfd(task, handle->fd);
	if (fd < 0 || inode_look(fd, "", &inode) || !inode_same(&inode, &file->inode) ||
	    syscall(SYS_mq_getsetattr, fd, NULL, &attr))
		return;
	out->has_count = true;
	out->messages = (uint64_t)attr.mq_curmsgs;
	out->messages_max = (uint64_t)attr.mq_maxmsg;
	out->message_bytes = (uint64_t)attr.mq_msgsize;
}

static void ask_queue(const void *context, size_t index, void *answer)
{
	const struct asking *asking = context;
	struct queue *out = answer;
	struct statfs fs;

	if (asking->skipped[index])
		return;
	scope_fd fd = helper_open(asking->source, asking->files[index]);
	if (fd < 0 || fstatfs(fd, &fs) || fs.f_type != MQUEUE_MAGIC)
		return;
	out->is_queue = true;
	helper_count(asking->source, asking->files[index], out);
}

static uint64_t queue_group(const void *context, size_t index)
{
	const struct asking *asking = context;

	return asking->files[index]->inode.dev;
}

/** True when its mount says that it is none: then nobody is asked. */
static bool is_known_other(struct mounts *mounts, const struct open_file *file)
{
	struct mounted mounted = mounts_find(mounts, file->handle.pid, file->inode.mnt_id);

	return !queues_may_be(file) || (mounted.info && !text_is(mounted.info->type, "mqueue"));
}

static int run(const struct probe *probe, size_t count, struct queue *ret)
{
	const bool *missing;
	void *answers;
	int rc = probe_run(probe, &answers, &missing);

	if (rc)
		return rc;
	memcpy(ret, answers, count * sizeof(*ret));
	probe_end(probe, answers);
	return 0;
}

int queues_read(const struct source *source, struct mounts *mounts,
		const struct open_file *const *files, size_t count, struct queue *ret)
{
	scope_free bool *skipped = memory_resize(NULL, count, sizeof(*skipped));
	struct asking asking = { source, files, skipped };
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		skipped[i] = is_known_other(mounts, files[i]);
		left += !skipped[i];
		ret[i] = (struct queue){ 0 };
	}
	if (!left)
		return 0;
	return run(&(struct probe){ .count = count,
				    .answer_size = sizeof(*ret),
				    .ask = ask_queue,
				    .group = queue_group,
				    .context = &asking,
				    .keep = source->proc },
		   count, ret);
}
