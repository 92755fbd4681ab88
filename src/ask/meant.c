/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/meant.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "ask/classify.h"
#include "ask/fate.h"
#include "kernel/blockdev.h"

/** Documentation/admin-guide/devices.txt: the slaves of unix98 terminals. */
enum { PTS_MAJOR_FIRST = 136, PTS_MAJOR_LAST = 143 };

/** How a wish tells whether it means an open file. */
struct meaning_of_wish {
	bool by_tree, by_inode, by_old_path, by_pid, by_device;
	struct trees trees; /**< of a file itself too: for whom its inode may not be known of */
	dev_t *devices;     /**< by_device: what nodes of it are, wherever they lie */
	size_t device_count;
	uint64_t *sockets; /**< inode numbers, ascending */
	size_t socket_count;
};

const struct inode *meant_inode(const struct wish *wish)
{
	return wish->found.leads ? &wish->found.target : &wish->found.inode;
}

struct text meant_path(const struct wish *wish)
{
	return wish->found.leads ? text_of(wish->found.target_path) : wish->rest;
}

static bool has_device(const struct meaning_of_wish *meaning, dev_t device)
{
	for (size_t i = 0; i < meaning->device_count; i++) {
		if (meaning->devices[i] == device)
			return true;
	}
	return false;
}

/** Its superblock has a number of its own, and only the name of what it was mounted from is told. */
static bool hides_its_device(const struct mountinfo *info)
{
	return text_is(info->type, "btrfs") || text_is(info->type, "bcachefs");
}

/** Whether it was mounted from one of the devices. `sources`: what is at the names they were told by. */
static bool is_mounted_from(const struct meaning_of_wish *meaning, const struct mountinfo *info,
			    const struct path_found *source)
{
	const struct inode *node = source->leads ? &source->target : &source->inode;

	if (has_device(meaning, info->dev))
		return true;
	return hides_its_device(info) && source->answered && !source->rc && S_ISBLK(node->mode) &&
	       has_device(meaning, node->rdev);
}

/** Join all that lies on the filesystems that were mounted from the devices. */
static int mean_mounted(const struct inquiry *inquiry, struct meant *meant, struct arena *arena,
			struct meaning_of_wish *out)
{
	size_t count;
	const struct mountinfo *own = mounts_own(meant->mounts, &count);
	struct path_wish *names = arena_zero(arena, count + 1, sizeof(*names));
	struct path_found *sources = arena_zero(arena, count + 1, sizeof(*sources));
	size_t asked = 0;

	for (size_t i = 0; i < count; i++) {
		if (hides_its_device(&own[i]))
			names[asked++].path = own[i].source;
	}
	int rc = asked ? paths_resolve(inquiry->source, names, asked, sources) : 0;
	for (size_t i = 0, at = 0; i < count && !rc; i++) {
		const struct path_found *source = &sources[at];

		at += hides_its_device(&own[i]);
		if (!is_mounted_from(out, &own[i], source) ||
		    tree_has_place(&out->trees, own[i].dev, text_of("/")))
			continue;
		out->by_tree = true;
		rc = tree_of_device(inquiry->source, meant->mounts, own[i].dev, arena, &out->trees);
	}
	return rc;
}

/** A block device stands for its partitions, and for what was mounted from any of them, too. */
static int mean_block_device(const struct inquiry *inquiry, struct meant *meant,
			     const struct wish *wish, struct arena *arena,
			     struct meaning_of_wish *out)
{
	out->by_device = true;
	out->device_count = blockdev_partitions(meant_inode(wish)->rdev, arena, &out->devices);
	return mean_mounted(inquiry, meant, arena, out);
}

/** The same device, wherever its node lies; but each devpts has terminals of its own. */
static void mean_char_device(const struct wish *wish, struct arena *arena,
			     struct meaning_of_wish *out)
{
	dev_t rdev = meant_inode(wish)->rdev;

	if (major(rdev) >= PTS_MAJOR_FIRST && major(rdev) <= PTS_MAJOR_LAST)
		return;
	out->by_device = true;
	out->devices = arena_zero(arena, 1, sizeof(*out->devices));
	out->devices[out->device_count++] = rdev;
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

/** Where it lies, for whom its inode may not be known of. */
static void mean_file(struct meant *meant, const struct wish *wish, struct arena *arena,
		      struct meaning_of_wish *out)
{
	const struct mountinfo *info =
		mounts_find(meant->mounts, wish->inside, meant_inode(wish)->mnt_id).info;

	if (info)
		tree_of_file(info, meant_path(wish), arena, &out->trees);
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
	switch (meant_inode(wish)->mode & S_IFMT) {
	case S_IFSOCK:
		return mean_socket_file(inquiry, meant, wish, arena, out);
	case S_IFBLK:
		return mean_block_device(inquiry, meant, wish, arena, out);
	case S_IFCHR:
		mean_char_device(wish, arena, out);
		return 0;
	default:
		mean_file(meant, wish, arena, out);
		return 0;
	}
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
	       has_device(meaning, file->inode.rdev);
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
	qsort(*ret, *count, sizeof(**ret), compare_numbers);
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
