/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/meant.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "ask/classify.h"
#include "ask/fate.h"
#include "ask/meaning.h"

const struct inode *meant_inode(const struct wish *wish)
{
	return wish->found.leads ? &wish->found.target : &wish->found.inode;
}

struct text meant_path(const struct wish *wish)
{
	return wish->found.leads ? text_of(wish->found.target_path) : wish->rest;
}

int meant_begin(const struct inquiry *inquiry, struct scope *scope, struct mounts *mounts,
		struct arena *arena, struct meant *ret, struct error *err)
{
	*ret = (struct meant){
		.scope = scope,
		.mounts = mounts,
		.inquiry = inquiry,
		.meanings = arena_zero(arena, scope->count + 1, sizeof(*ret->meanings)),
	};
	for (size_t i = 0; i < scope->count; i++) {
		int rc = meaning_find(ret, &scope->wishes[i], arena, &ret->meanings[i]);

		if (rc)
			return error_set(err, rc, "cannot start a helper process: %s",
					 strerror(-rc));
	}
	return 0;
}

static bool is_one_of(const struct wish *wish, unsigned int pid)
{
	for (size_t i = 0; i < wish->pid_count; i++) {
		if (wish->pids[i] == pid)
			return true;
	}
	return false;
}

static bool is_handle(const struct wish *wish, const struct open_file *file)
{
	const struct handle *handle = &wish->target->handle;

	return handle_equal(handle, &file->handle) &&
	       (!handle->guarded || handle->ino == file->inode.ino);
}

/** A file that has a name may be called so: whether it lost that one, only a look there can tell. */
static bool is_deleted(const struct meant *meant, const struct open_file *file)
{
	struct arena arena;
	struct fate fate;
	struct error err;

	if (!file->inode_rc && !file->inode.nlink)
		return true;
	arena_init(&arena);
	int rc = fate_decide(meant->inquiry, meant->mounts, (struct fated){ &file, 1, 0 }, &arena,
			     &fate, &err);
	bool deleted = rc || fate.class != CLASS_LIVE;
	arena_end(&arena);
	return deleted;
}

static bool has_old_path(const struct meant *meant, const struct wish *wish,
			 const struct open_file *file)
{
	if (!text_ends(file->link, " (deleted)"))
		return false;
	struct text path = classify_old_path(file->link);
	/* A word is the name of a file here, or the last part of one's name anywhere. */
	bool is_it =
		text_equal(path, wish->rest) ||
		(wish->kind == TARGET_WORD && text_equal(text_basename(path), wish->target->text));

	return is_it && is_deleted(meant, file);
}

static bool is_device(const struct meaning_of_wish *meaning, const struct open_file *file)
{
	return meaning->by_device && !file->inode_rc &&
	       (S_ISBLK(file->inode.mode) || S_ISCHR(file->inode.mode)) &&
	       meaning_has_device(meaning, file->inode.rdev);
}

/** By identity; where that may not be known, by what maps says of it, or by the name. */
static bool is_file(const struct meant *meant, const struct wish *wish,
		    const struct meaning_of_wish *meaning, const struct process *process,
		    const struct open_file *file)
{
	const struct inode *inode = meant_inode(wish);

	if (!file->inode_rc)
		return inode_same(&file->inode, inode);
	if (file->handle.use == USE_MAP && file->inode.ino) {
		const struct mountinfo *info =
			mounts_find(meant->mounts, wish->inside, inode->mnt_id).info;

		return file->inode.ino == inode->ino &&
		       file->inode.dev == (info ? info->dev : inode->dev);
	}
	return tree_has(&meaning->trees, meant->mounts, process->pid, file);
}

static bool is_socket(const struct meaning_of_wish *meaning, const struct open_file *file)
{
	return meaning->socket_count && text_starts(file->link, "socket:[") &&
	       bsearch(&file->inode.ino, meaning->sockets, meaning->socket_count,
		       sizeof(*meaning->sockets), meaning_compare);
}

static bool is_meant(const struct meant *meant, const struct wish *wish,
		     const struct meaning_of_wish *meaning, const struct process *process,
		     const struct open_file *file)
{
	if (meaning->by_pid && !is_one_of(wish, process->pid))
		return false;
	if (wish->kind == TARGET_HANDLE)
		return is_handle(wish, file);
	if (meaning->by_pid)
		return true;
	if (meaning->by_inode && is_file(meant, wish, meaning, process, file))
		return true;
	if (is_device(meaning, file))
		return true;
	if (meaning->by_tree && tree_has(&meaning->trees, meant->mounts, process->pid, file))
		return true;
	return (meaning->by_old_path && has_old_path(meant, wish, file)) ||
	       is_socket(meaning, file);
}

bool meant_has(const struct meant *meant, const struct process *process,
	       const struct open_file *file)
{
	bool any = meant->scope->count == 0;

	for (size_t i = 0; i < meant->scope->count; i++) {
		struct wish *wish = &meant->scope->wishes[i];

		if (!is_meant(meant, wish, &meant->meanings[i], process, file))
			continue;
		wish->matched++;
		any = true;
	}
	return any;
}

void meant_end(struct meant *meant, struct outcome *outcome)
{
	if (!meant->sockets)
		return;
	outcome->namespaces_unread += sockets_unread(meant->sockets);
	sockets_end(meant->sockets);
	meant->sockets = NULL;
}

bool meant_only_sockets(const struct meant *meant, struct arena *arena, uint64_t **ret,
			size_t *count)
{
	size_t all = 0;

	for (size_t i = 0; i < meant->scope->count; i++) {
		if (meant->scope->wishes[i].kind != TARGET_PORT)
			return false;
		all += meant->meanings[i].socket_count;
	}
	*ret = arena_zero(arena, all + 1, sizeof(**ret));
	*count = 0;
	for (size_t i = 0; i < meant->scope->count; i++) {
		for (size_t k = 0; k < meant->meanings[i].socket_count; k++)
			(*ret)[(*count)++] = meant->meanings[i].sockets[k];
	}
	qsort(*ret, *count, sizeof(**ret), meaning_compare);
	return meant->scope->count > 0;
}

bool meant_only_named(const struct meant *meant)
{
	for (size_t i = 0; i < meant->scope->count; i++) {
		const struct meaning_of_wish *meaning = &meant->meanings[i];

		if (!meaning->by_tree && !meaning->by_device && !meaning->by_old_path)
			return false;
	}
	return meant->scope->count > 0;
}

const struct wish *meant_one_file(const struct meant *meant)
{
	const struct meaning_of_wish *meaning = &meant->meanings[0];

	if (meant->scope->count != 1 || !meaning->by_inode || meaning->by_tree ||
	    meaning->by_device || meaning->sockets)
		return NULL;
	return &meant->scope->wishes[0];
}

const struct trees *meant_trees(const struct meant *meant, size_t index)
{
	return &meant->meanings[index].trees;
}

size_t meant_devices(const struct meant *meant, size_t index, const dev_t **ret)
{
	const struct meaning_of_wish *meaning = &meant->meanings[index];
	bool block = meaning->by_device && S_ISBLK(meant_inode(&meant->scope->wishes[index])->mode);

	*ret = meaning->devices;
	return block ? meaning->device_count : 0;
}

size_t meant_sockets(const struct meant *meant, size_t index, const uint64_t **ret)
{
	*ret = meant->meanings[index].sockets;
	return meant->meanings[index].socket_count;
}

unsigned int meant_needs(const struct meant *meant)
{
	for (size_t i = 0; i < meant->scope->count; i++) {
		const struct wish *wish = &meant->scope->wishes[i];

		if (!meant->meanings[i].by_pid ||
		    (wish->kind == TARGET_HANDLE && wish->target->handle.guarded))
			return LOOK_IDENTITY;
	}
	return 0;
}
