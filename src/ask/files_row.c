/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * An open file as a row. What was not asked for is not looked up; what could not be had stays a gap.
 */
#include <errno.h>
#include <sys/stat.h>

#include "ask/files.h"
#include "ask/files_name.h"
#include "ask/person.h"
#include "kernel/fdinfo.h"

struct telling {
	struct files_ask *ask;
	const struct files_process *process;
	const struct open_file *file;
	const struct fate *fate;
	size_t index;
	struct file *row;
};

static void know(struct telling *telling, enum file_column column)
{
	facts_know(&telling->row->facts, column);
}

static void tell_text(struct telling *telling, struct text *at, struct text value,
		      enum file_column column)
{
	*at = value;
	if (value.len)
		know(telling, column);
}

static void tell_handle(struct telling *telling)
{
	const struct handle *handle = &telling->file->handle;
	struct file *row = telling->row;

	tell_text(telling, &row->handle, handle_text(telling->ask->arena, handle), FILE_HANDLE);
	tell_text(telling, &row->use, file_use(handle->use), FILE_USE);
	tell_text(telling, &row->command, telling->process->process->comm, FILE_COMMAND);
	row->pid = handle->pid;
	know(telling, FILE_PID);
	row->tid = handle->tid;
	if (handle->tid)
		know(telling, FILE_TID);
	row->fd = handle->fd;
	if (handle->use == USE_FD)
		know(telling, FILE_FD);
}

static void tell_owner(struct telling *telling)
{
	const struct process *process = telling->process->process;
	struct files_ask *ask = telling->ask;

	if (!(ask->needs & FILE_NEED_OWNER))
		return;
	if (!process->uid_known) {
		facts_deny(&telling->row->facts, FILE_UID);
		facts_deny(&telling->row->facts, FILE_USER);
		return;
	}
	telling->row->uid = process->uid;
	know(telling, FILE_UID);
	if (!(ask->needs & FILE_NEED_USER))
		return;
	/* Neighbours mostly have one owner, and each look-up reads /etc/passwd anew. */
	if (!ask->user.len || ask->user_uid != process->uid) {
		ask->user_uid = process->uid;
		ask->user = person_user(&ask->kept, process->uid);
	}
	tell_text(telling, &telling->row->user, ask->user, FILE_USER);
}

static bool is_queue(const struct telling *telling)
{
	return telling->process->queues[telling->index] != NULL;
}

/** What may wait was read in the helper. */
static bool find_flags(const struct telling *telling, uint32_t *ret)
{
	const struct fdinfo_answer *answer = telling->process->fdinfos[telling->index];
	struct fdinfo info;

	*ret = telling->file->flags;
	if (telling->file->flags_known || !answer || answer->rc ||
	    fdinfo_parse(answer->text, &info))
		return telling->file->flags_known;
	*ret = info.flags;
	return true;
}

static void tell_state(struct telling *telling)
{
	const struct open_file *file = telling->file;
	const struct files_ask *ask = telling->ask;
	struct file *row = telling->row;
	uint32_t flags;

	if (file->access_known)
		tell_text(telling, &row->access,
			  text_of(file->readable && file->writable ? "rw" :
				  file->readable                   ? "r" :
				  file->writable                   ? "w" :
								     "-"),
			  FILE_ACCESS);
	else if (file->handle.use == USE_FD || file->handle.use == USE_RING)
		facts_deny(&row->facts, FILE_ACCESS);
	if ((ask->needs & FILE_NEED_FLAGS) && find_flags(telling, &flags))
		tell_text(telling, &row->flags, file_flags(flags, ask->arena), FILE_FLAGS);
	else if (file->handle.use == USE_FD)
		facts_deny(&row->facts, FILE_FLAGS);
	row->pos = file->pos;
	if (file->pos_known && !is_queue(telling))
		know(telling, FILE_POS);
}

static void tell_inode(struct telling *telling)
{
	static const enum file_column always[] = { FILE_DISK,  FILE_DEVICE, FILE_INODE,
						   FILE_NLINK, FILE_MODE,   FILE_MOUNT };
	const struct inode *inode = &telling->file->inode;
	struct file *row = telling->row;

	if (telling->file->inode_rc == -ENODATA) /* was not asked */
		return;
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
		if (telling->file->inode_rc)
			facts_deny(&row->facts, always[i]);
		else
			know(telling, always[i]);
	}
	if (telling->file->inode_rc) {
		facts_deny(&row->facts, FILE_SIZE);
		return;
	}
	/* Namespaces and queues have one that means nothing. */
	if (S_ISLNK(inode->mode) ||
	    (S_ISREG(inode->mode) && !is_queue(telling) &&
	     (telling->file->link_rc || text_starts(telling->file->link, "/"))))
		know(telling, FILE_SIZE);
	row->size = inode->size;
	row->disk = inode->disk;
	row->device = inode->dev;
	row->inode = inode->ino;
	row->nlink = inode->nlink;
	row->mode = inode->mode & 07777;
	row->mount = inode->mnt_id;
}

static void tell_error(struct telling *telling)
{
	const struct open_file *file = telling->file;
	struct text error = telling->fate->error;

	if (file->link_rc == -ENAMETOOLONG)
		error = text_of("its name is longer than the kernel tells (4095 bytes)");
	else if (!error.len && file->inode_rc && file->inode_rc != -ENODATA)
		error = text_of(strerror(-file->inode_rc));
	tell_text(telling, &telling->row->error,
		  error.len ? arena_text(telling->ask->arena, error) : error, FILE_ERROR);
}

void files_row(struct files_ask *ask, const struct files_process *process, size_t index,
	       struct file *ret)
{
	struct telling telling = { ask,   process, process->files[index], &process->fates[index],
				   index, ret };
	const struct open_file *file = telling.file;

	*ret = (struct file){ 0 };
	tell_handle(&telling);
	tell_owner(&telling);
	tell_state(&telling);
	tell_inode(&telling);
	tell_error(&telling);
	if (telling.fate->class != CLASS_LIVE)
		tell_text(&telling, &ret->class, class_word(telling.fate->class), FILE_CLASS);
	tell_text(&telling, &ret->container, process->container, FILE_CONTAINER);
	struct files_name name;
	files_name(ask, process, index, &name);
	tell_text(&telling, &ret->kind, name.kind, FILE_KIND);
	if (file->inode_rc && !name.kind.len)
		facts_deny(&ret->facts, FILE_KIND);
	tell_text(&telling, &ret->path, name.path, FILE_PATH);
	tell_text(&telling, &ret->detail, name.detail, FILE_DETAIL);
	tell_text(&telling, &ret->name, name.name, FILE_NAME);
	tell_text(&telling, &ret->locks, name.locks, FILE_LOCKS);
	ret->peers = name.peers;
	if (ret->peers.count)
		know(&telling, FILE_PEERS);
	if (file->link_rc == -ENAMETOOLONG) {
		facts_deny(&ret->facts, FILE_PATH);
		facts_deny(&ret->facts, FILE_NAME);
	}
}
