/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/handle.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

static int parse_small(struct text text, unsigned int *out)
{
	uint64_t number;

	if (text_number(text, 10, &number) || number > INT_MAX)
		return -EINVAL;
	*out = (unsigned int)number;
	return 0;
}

/** "PID" or "PID/TID" */
static int parse_owner(struct text text, struct handle *out)
{
	const char *slash = memchr(text.bytes, '/', text.len);
	size_t len = slash ? (size_t)(slash - text.bytes) : text.len;

	if (parse_small(text_first(text, len), &out->pid))
		return -EINVAL;
	return slash ? parse_small(text_from(text, len + 1), &out->tid) : 0;
}

/** What stands behind "ring@": "FD.SLOT" */
static int parse_ring(struct text text, struct handle *out)
{
	struct text fd;
	unsigned int slot;

	if (!text_next(&text, '.', &fd) || parse_small(fd, &out->fd) || parse_small(text, &slot))
		return -EINVAL;
	out->slot = slot;
	return out->slot == slot ? 0 : -EINVAL;
}

static int parse_use(struct text word, struct handle *out)
{
	static const struct {
		const char *word;
		enum use use;
	} words[] = { { "cwd", USE_CWD }, { "root", USE_ROOT }, { "exe", USE_EXE } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (text_is(word, words[i].word)) {
			out->use = words[i].use;
			return 0;
		}
	}
	out->use = USE_FD;
	return parse_small(word, &out->fd);
}

static const char LOOP_PATH[] = "/dev/loop";

/** What stands behind "/dev/loop": "NUMBER" or "NUMBER@INODE" */
static int parse_loop(struct text text, struct handle *out)
{
	struct handle handle = { .use = USE_LOOP };
	struct text number;

	handle.guarded = memchr(text.bytes, '@', text.len) != NULL;
	if (!text_next(&text, '@', &number) || parse_small(number, &handle.fd))
		return -EINVAL;
	if (handle.guarded && text_number(text, 10, &handle.ino))
		return -EINVAL;
	*out = handle;
	return 0;
}

int handle_parse(struct text text, struct handle *out)
{
	struct handle handle = { 0 };
	struct text owner, word;
	const char *at = text.len ? memchr(text.bytes, '@', text.len) : NULL;

	if (text_starts(text, LOOP_PATH))
		return parse_loop(text_from(text, sizeof(LOOP_PATH) - 1), out);
	if (!text.len || !memchr(text.bytes, ':', text.len))
		return -EINVAL;
	if (!text_next(&text, ':', &owner) || parse_owner(owner, &handle))
		return -EINVAL;
	if (at && !text_next(&text, '@', &word))
		return -EINVAL;
	if (at && text_is(word, "ring")) {
		handle.use = USE_RING;
		if (parse_ring(text, &handle))
			return -EINVAL;
		*out = handle;
		return 0;
	}
	if (at && text_number(text, 10, &handle.ino))
		return -EINVAL;
	if (at && text_is(word, "map"))
		handle.use = USE_MAP;
	else if (parse_use(at ? word : text, &handle))
		return -EINVAL;
	handle.guarded = at && handle.use != USE_MAP;
	*out = handle;
	return 0;
}

/** HANDLE_MAX bytes hold the longest there is: all its numbers, and the longest word. */
_Static_assert(HANDLE_MAX > 3 * TEXT_NUMBER_MAX, "a handle has three numbers at most");

static char *put_number(char *at, uint64_t number)
{
	return at + text_put_number(at, number);
}

static char *put_word(char *at, const char *word)
{
	return stpcpy(at, word);
}

static char *put_owner(char *at, const struct handle *handle)
{
	at = put_number(at, handle->pid);
	if (handle->tid)
		at = put_number(put_word(at, "/"), handle->tid);
	return put_word(at, ":");
}

const char *handle_format(char buffer[HANDLE_MAX], const struct handle *handle)
{
	static const char *const words[] = {
		[USE_FD] = "",     [USE_LOOP] = LOOP_PATH, [USE_RING] = "ring@",
		[USE_CWD] = "cwd", [USE_ROOT] = "root",    [USE_EXE] = "exe",
		[USE_MAP] = "map",
	};
	char *at = handle_is_process(handle) ? put_owner(buffer, handle) : buffer;

	at = put_word(at, words[handle->use]);
	if (handle->use == USE_FD || handle->use == USE_LOOP || handle->use == USE_RING)
		at = put_number(at, handle->fd);
	if (handle->use == USE_RING)
		put_number(put_word(at, "."), handle->slot);
	else if (handle->guarded || handle->use == USE_MAP)
		put_number(put_word(at, "@"), handle->ino);
	return buffer;
}

struct text handle_text(struct arena *arena, const struct handle *handle)
{
	char buffer[HANDLE_MAX];

	return arena_text(arena, text_of(handle_format(buffer, handle)));
}

bool handle_equal(const struct handle *a, const struct handle *b)
{
	return a->pid == b->pid && a->tid == b->tid && a->use == b->use && a->fd == b->fd &&
	       a->slot == b->slot && (a->use != USE_MAP || a->ino == b->ino);
}
