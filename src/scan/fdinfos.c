/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/fdinfos.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/scope.h"
#include "kernel/procfile.h"
#include "scan/probe.h"

/* Everything named ask_… or helper_… runs in the helper: it neither allocates nor prints. */

/** Shared with the helpers, of which one is at work at a time: texts one behind the other. */
struct pool {
	size_t used;
	char bytes[FDINFOS_TEXTS_MAX];
};

struct asking {
	const struct source *source;
	const struct open_file *const *files;
	struct pool *pool;
};

struct answer {
	bool answered;
	int rc;
	size_t at, len; /**< its text in the pool */
	uint64_t watched;
};

enum { PIECE = 32768 };

bool fdinfos_may_wait(struct text link)
{
	return text_is(link, "anon_inode:[eventpoll]") || text_is(link, "anon_inode:bpf_link") ||
	       text_is(link, "anon_inode:bpf-link") || text_ends(link, "/net/tun");
}

/** Meanwhile the number may be another file's, whose fdinfo is none of ours to ask for. */
static int helper_check(const struct source *source, const struct open_file *file)
{
	char name[OPEN_FILE_PATH_MAX], link[PATH_MAX + 1];
	struct inode inode;
	struct text text;
	int rc = procfile_link(source->proc, open_file_path(name, file), link, sizeof(link), &text);

	if (rc)
		return rc;
	if (!text_equal(text, file->link))
		return -ESTALE;
	if (file->inode_rc)
		return 0;
	rc = inode_look(source->proc, name, &inode);
	return rc || inode_same(&inode, &file->inode) ? rc : -ESTALE;
}

static int helper_open(const struct source *source, const struct open_file *file)
{
	const struct handle *handle = &file->handle;
	int rc = helper_check(source, file);
	char name[OPEN_FILE_PATH_MAX];

	if (rc)
		return rc;
	if (handle->tid)
		snprintf(name, sizeof(name), "%u/task/%u/fdinfo/%u", handle->pid, handle->tid,
			 handle->fd);
	else
		snprintf(name, sizeof(name), "%u/fdinfo/%u", handle->pid, handle->fd);
	int fd = openat(source->proc, name, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/** Lines that begin with a 't', as only "tfd:" does. */
static void helper_count(struct text piece, bool *at_start, struct answer *out)
{
	for (size_t i = 0; i < piece.len; i++) {
		out->watched += *at_start && piece.bytes[i] == 't';
		*at_start = piece.bytes[i] == '\n';
	}
}

static void helper_keep(struct pool *pool, struct text piece, struct answer *out)
{
	size_t room = sizeof(pool->bytes) - (out->at + out->len);

	if (room > FDINFOS_TEXT_MAX - out->len)
		room = FDINFOS_TEXT_MAX - out->len;
	piece = text_first(piece, room);
	if (piece.len)
		memcpy(pool->bytes + out->at + out->len, piece.bytes, piece.len);
	out->len += piece.len;
}

static int helper_read(int fd, struct pool *pool, struct answer *out)
{
	char bytes[PIECE];
	bool at_start = true;

	for (;;) {
		ssize_t got = read(fd, bytes, sizeof(bytes));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : 0;
		struct text piece = { bytes, (size_t)got };
		helper_count(piece, &at_start, out);
		helper_keep(pool, piece, out);
	}
}

static void ask_fdinfo(const void *context, size_t index, void *answer)
{
	const struct asking *asking = context;
	const struct open_file *file = asking->files[index];
	struct answer *out = answer;
	scope_fd fd = helper_open(asking->source, file);

	out->at = asking->pool->used;
	out->rc = fd < 0 ? fd : helper_read(fd, asking->pool, out);
	asking->pool->used = out->at + out->len;
	out->answered = true;
}

/** Whoever keeps one from us is not asked about his others. */
static uint64_t fdinfos_group(const void *context, size_t index)
{
	const struct asking *asking = context;

	return asking->files[index]->handle.pid;
}

/** Without the part of a line at its end, if it was cut. */
static struct text whole_lines(struct text text)
{
	const char *end = text.len ? memrchr(text.bytes, '\n', text.len) : NULL;

	return text_first(text, end ? (size_t)(end - text.bytes) + 1 : 0);
}

static void hand_out(const struct asking *asking, const struct answer *answer, struct arena *arena,
		     struct fdinfo_answer *ret)
{
	struct text text = { asking->pool->bytes + answer->at, answer->len };

	*ret = (struct fdinfo_answer){ .answered = answer->answered,
				       .rc = answer->rc,
				       .watched = answer->watched,
				       .text = arena_text(arena, whole_lines(text)) };
}

int fdinfos_read(const struct source *source, const struct open_file *const *files, size_t count,
		 struct arena *arena, struct fdinfo_answer *ret)
{
	struct asking asking = { source, files, NULL };
	struct probe probe = { .count = count,
			       .answer_size = sizeof(struct answer),
			       .ask = ask_fdinfo,
			       .group = fdinfos_group,
			       .context = &asking,
			       .keep = source->proc };
	const bool *missing;
	void *answers;

	if (!count)
		return 0;
	/* Most of it is never touched. */
	asking.pool = mmap(NULL, sizeof(*asking.pool), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (asking.pool == MAP_FAILED)
		return -errno;
	int rc = probe_run(&probe, &answers, &missing);
	for (size_t i = 0; !rc && i < count; i++)
		hand_out(&asking, (const struct answer *)answers + i, arena, &ret[i]);
	if (!rc)
		probe_end(&probe, answers);
	munmap(asking.pool, sizeof(*asking.pool));
	return rc;
}
