/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/marks.h"

#include "kernel/fdline.h"

/** "1ac5030000000000": two digits a byte, as many as were announced. */
static void parse_handle(struct text hex, uint64_t announced, struct mark_handle *handle)
{
	bool sound = announced <= MARK_HANDLE_MAX && hex.len == announced * 2;

	for (unsigned int i = 0; sound && i < announced; i++) {
		uint64_t byte;

		sound = text_number(text_first(text_from(hex, (size_t)i * 2), 2), 16, &byte) == 0;
		handle->bytes[i] = (unsigned char)(sound ? byte : 0);
	}
	handle->len = sound ? (unsigned int)announced : 0;
}

static uint32_t narrow(uint64_t number)
{
	return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

/** One "key:value" of a line. Which object it is about is told by the first of them. */
static void take(struct text word, uint64_t *announced, struct mark *out)
{
	struct text key;
	uint64_t number = 0;

	if (!text_next(&word, ':', &key))
		return;
	if (text_is(key, "f_handle")) {
		parse_handle(word, *announced, &out->handle);
		return;
	}
	if (text_number(word, text_is(key, "mnt_ns") ? 10 : 16, &number))
		return;
	if (text_is(key, "wd"))
		out->wd = narrow(number);
	else if (text_is(key, "ino"))
		out->ino = number;
	else if (text_is(key, "sdev"))
		out->dev = fdline_device(number);
	else if (text_is(key, "mnt_id"))
		out->mnt_id = narrow(number);
	else if (text_is(key, "mnt_ns"))
		out->namespace = number;
	else if (text_is(key, "mask"))
		out->mask = narrow(number);
	else if (text_is(key, "ignored_mask"))
		out->ignored = narrow(number);
	else if (text_is(key, "fhandle-bytes"))
		*announced = number;
	else if (text_is(key, "fhandle-type"))
		out->handle.type = (int)narrow(number);
}

/** What a line of fanotify is about, by its first key; its own flags are about nothing. */
static bool object_of(struct text word, enum mark_object *ret)
{
	static const struct {
		const char *key;
		enum mark_object object;
	} objects[] = { { "ino:", MARK_INODE },
			{ "mnt_id:", MARK_MOUNT },
			{ "sdev:", MARK_FILESYSTEM },
			{ "mnt_ns:", MARK_MOUNTS } };

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		if (text_starts(word, objects[i].key)) {
			*ret = objects[i].object;
			return true;
		}
	}
	return false;
}

/**
 * "inotify wd:1 ino:35d sdev:fe00000 mask:2 ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:5d…"
 * "fanotify ino:35d sdev:fe00000 mflags:0 mask:20 ignored_mask:0 fhandle-bytes:8 …"
 */
static bool parse_line(struct text line, struct mark *out)
{
	uint64_t announced = 0;
	struct text word;

	*out = (struct mark){ 0 };
	if (!fdline_word(&line, &word))
		return false;
	out->fanotify = text_is(word, "fanotify");
	if (!out->fanotify && !text_is(word, "inotify"))
		return false;
	if (!fdline_word(&line, &word))
		return false;
	if (out->fanotify ? !object_of(word, &out->object) : !text_starts(word, "wd:"))
		return false;
	do
		take(word, &announced, out);
	while (fdline_word(&line, &word));
	return true;
}

bool marks_next(struct text *text, struct mark *out)
{
	struct text line;

	while (text_next(text, '\n', &line)) {
		if (parse_line(line, out))
			return true;
	}
	return false;
}

const char *marks_event(uint32_t *mask)
{
	/* include/uapi/linux/inotify.h and fanotify.h, Linux 6.18 */
	static const char *const names[32] = {
		[0] = "ACCESS",          [1] = "MODIFY",          [2] = "ATTRIB",
		[3] = "CLOSE_WRITE",     [4] = "CLOSE_NOWRITE",   [5] = "OPEN",
		[6] = "MOVED_FROM",      [7] = "MOVED_TO",        [8] = "CREATE",
		[9] = "DELETE",          [10] = "DELETE_SELF",    [11] = "MOVE_SELF",
		[12] = "OPEN_EXEC",      [13] = "UNMOUNT",        [14] = "Q_OVERFLOW",
		[15] = "FS_ERROR",       [16] = "OPEN_PERM",      [17] = "ACCESS_PERM",
		[18] = "OPEN_EXEC_PERM", [20] = "PRE_ACCESS",     [24] = "MNT_ATTACH",
		[25] = "MNT_DETACH",     [27] = "EVENT_ON_CHILD", [28] = "RENAME",
		[30] = "ONDIR",
	};

	for (unsigned int bit = 0; bit < 32; bit++) {
		if ((*mask >> bit & 1) && names[bit]) {
			*mask &= ~(1U << bit);
			return names[bit];
		}
	}
	return NULL;
}
