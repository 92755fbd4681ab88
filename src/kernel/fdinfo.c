/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/fdinfo.h"

#include <errno.h>
#include <stdio.h>

#include "kernel/procfile.h"

static struct text trimmed(struct text text)
{
	while (text.len && (text.bytes[0] == ' ' || text.bytes[0] == '\t'))
		text = text_from(text, 1);
	return text;
}

enum key { KEY_FLAGS, KEY_POS, KEY_INO, KEY_MNT_ID, KEY_SCM_FDS, KEY_USER_FILES, KEY_COUNT };

static enum key key_of(struct text word)
{
	static const char *const words[] = {
		[KEY_FLAGS] = "flags",   [KEY_POS] = "pos",         [KEY_INO] = "ino",
		[KEY_MNT_ID] = "mnt_id", [KEY_SCM_FDS] = "scm_fds", [KEY_USER_FILES] = "UserFiles",
	};
	unsigned int i = 0;

	while (i < KEY_COUNT && !text_is(word, words[i]))
		i++;
	return (enum key)i;
}

/** The first line of a kind counts: what follows may be text that its owner chose. */
static int take(struct text word, struct text value, unsigned int *seen, struct fdinfo *out)
{
	enum key key = key_of(word);
	/* A position above 2^63 is written with a sign. */
	bool negative = key == KEY_POS && text_starts(value, "-");
	uint64_t number = 0;

	if (key == KEY_COUNT || (*seen >> key & 1))
		return 0;
	*seen |= 1U << key;
	if (text_number(text_from(value, negative), key == KEY_FLAGS ? 8 : 10, &number))
		return -EINVAL;
	switch (key) {
	case KEY_FLAGS:
		out->flags = (uint32_t)number;
		break;
	case KEY_POS:
		out->pos = negative ? -number : number;
		break;
	case KEY_INO:
		out->ino = number;
		break;
	case KEY_MNT_ID:
		out->mnt_id = (uint32_t)number;
		break;
	case KEY_SCM_FDS:
		out->in_flight = (uint32_t)number;
		break;
	case KEY_USER_FILES:
		out->user_files = (uint32_t)number;
		break;
	case KEY_COUNT:
		break;
	}
	return 0;
}

int fdinfo_parse(struct text text, struct fdinfo *out)
{
	struct fdinfo info = { 0 };
	unsigned int seen = 0;
	struct text line, key;

	while (text_next(&text, '\n', &line)) {
		if (!text_next(&line, ':', &key))
			continue;
		info.locked |= text_is(key, "lock");
		if (take(key, trimmed(line), &seen, &info))
			return -EINVAL;
	}
	if (!(seen >> KEY_FLAGS & 1))
		return -EINVAL;
	*out = info;
	return 0;
}

int fdinfo_read(int procfd, unsigned int n, struct fdinfo *out)
{
	char path[32], bytes[FDINFO_MAX];

	snprintf(path, sizeof(path), "fdinfo/%u", n);
	ssize_t len = procfile_read_record(procfd, path, bytes, sizeof(bytes));
	if (len < 0)
		return (int)len;
	return fdinfo_parse((struct text){ bytes, (size_t)len }, out);
}
