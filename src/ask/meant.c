/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/meant.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ask/classify.h"

/** How a wish tells whether it means an open file. */
struct meaning_of_wish {
	bool by_tree, by_inode, by_old_path, by_pid;
	struct trees trees;
	uint64_t *sockets; /**< inode numbers, ascending */
	size_t socket_count;
};

const struct inode *meant_inode(const struct wish *wish)
{
	return wish->found.leads ? &wish->found.target : &wish->found.inode;
}

/** The superblock that was mounted from a block device; on btrfs its number is another. */
static bool find_mounted(struct mounts *mounts, const struct wish *wish, dev_t *ret)
{
	size_t count;
	const struct mountinfo *own = mounts_own(mounts, &count);

	for (size_t i = 0; i < count; i++) {
		if (own[i].dev == meant_inode(wish)->rdev ||
		    text_equal(own[i].source, wish->rest)) {
			*ret = own[i].dev;
			return true;
		}
	}
	return false;
}

/** A device node stands for the filesystem that was mounted from it, too. */
static int mean_device(const struct inquiry *inquiry, struct meant *meant, const struct wish *wish,
		       struct arena *arena, struct meaning_of_wish *out)
{
	dev_t dev;

	if (!S_ISBLK(meant_inode(wish)->mode) || !find_mounted(meant->mounts, wish, &dev))
		return 0;
	out->by_tree = true;
	return tree_of_device(inquiry->source, meant->mounts, dev, arena, &out->trees);
}

static int compare_numbers(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/** The tables of all network namespaces: a port or a socket file may be used in any. */
static int read_sockets(const struct inquiry *inquiry, struct meant *meant)
{
	if (meant->sockets)
		return 0;
	meant->sockets = sockets_begin(inquiry->source, SOCKETS_ALL);
	return sockets_add_all(meant->sockets);
}

static void take_sockets(const struct socket *const *sockets, size_t count, struct arena *arena,
			 struct meaning_of_wish *out)
{
	out->sockets = arena_zero(arena, count + 1, sizeof(*out->sockets));
	for (size_t i = 0; i < count; i++) {
		if (sockets[i]->ino)
			out->sockets[out->socket_count++] = sockets[i]->ino;
	}
	qsort(out->sockets, out->socket_count, sizeof(*out->sockets), compare_numbers);
}

static int mean_port(const struct inquiry *inquiry, struct meant *meant, const struct wish *wish,
		     struct arena *arena, struct meaning_of_wish *out)
{
	const struct target *target = wish->target;
	const struct socket **sockets = NULL;
	int rc = read_sockets(inquiry, meant);

	if (rc)
		return rc;
	size_t count = sockets_by_port(meant->sockets, target->udp, target->port, arena, &sockets);
	take_sockets(sockets, count, arena, out);
	return 0;
}

/** A socket in the filesystem: who is bound to it. */
static int mean_socket_file(const struct inquiry *inquiry, struct meant *meant,
			    const struct wish *wish, struct arena *arena,
			    struct meaning_of_wish *out)
{
	const struct inode *inode = meant_inode(wish);
	const struct mountinfo *info = mounts_find(meant->mounts, wish->inside, inode->mnt_id).info;
	const struct socket **sockets = NULL;
	int rc = read_sockets(inquiry, meant);

	if (rc)
		return rc;
	size_t count = sockets_by_file(meant->sockets, info ? info->dev : inode->dev, inode->ino,
				       arena, &sockets);
	take_sockets(sockets, count, arena, out);
	return 0;
}

static int mean_path(const struct inquiry *inquiry, struct meant *meant, const struct wish *wish,
		     struct arena *arena, struct meaning_of_wish *out)
{
	if (wish->found.rc) {
		/* Nothing is there now: what was may still be open. */
		out->by_old_path = wish->rest.len > 0;
		return 0;
	}
	out->by_inode = true;
	if (wish->found.is_directory) {
		out->by_tree = true;
		return tree_of(inquiry->source, meant->mounts, wish, arena, &out->trees);
	}
	if (S_ISSOCK(meant_inode(wish)->mode))
		return mean_socket_file(inquiry, meant, wish, arena, out);
	return mean_device(inquiry, meant, wish, arena, out);
}

int meant_begin(const struct inquiry *inquiry, struct scope *scope, struct mounts *mounts,
		struct arena *arena, struct meant *ret, struct error *err)
{
	*ret = (struct meant){
		.scope = scope,
		.mounts = mounts,
		.meanings = arena_zero(arena, scope->count + 1, sizeof(*ret->meanings)),
	};
	for (size_t i = 0; i < scope->count; i++) {
		const struct wish *wish = &scope->wishes[i];
		struct meaning_of_wish *meaning = &ret->meanings[i];
		int rc = 0;

		if (wish->kind == TARGET_PATH || wish->kind == TARGET_WORD)
			rc = mean_path(inquiry, ret, wish, arena, meaning);
		else if (wish->kind == TARGET_PORT && scope->ports_are_sockets)
			rc = mean_port(inquiry, ret, wish, arena, meaning);
		else
			meaning->by_pid = true;
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

static bool has_old_path(const struct wish *wish, const struct open_file *file)
{
	return text_ends(file->link, " (deleted)") &&
	       text_equal(classify_old_path(file->link), wish->rest);
}

static bool is_socket(const struct meaning_of_wish *meaning, const struct open_file *file)
{
	return meaning->socket_count && text_starts(file->link, "socket:[") &&
	       bsearch(&file->inode.ino, meaning->sockets, meaning->socket_count,
		       sizeof(*meaning->sockets), compare_numbers);
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
	if (meaning->by_inode && !file->inode_rc && inode_same(&file->inode, meant_inode(wish)))
		return true;
	if (meaning->by_tree && tree_has(&meaning->trees, meant->mounts, process->pid, file))
		return true;
	return (meaning->by_old_path && has_old_path(wish, file)) || is_socket(meaning, file);
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
	qsort(*ret, *count, sizeof(**ret), compare_numbers);
	return meant->scope->count > 0;
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
