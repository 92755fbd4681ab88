/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/filelock.h"

#include <errno.h>
#include <limits.h>
#include <sys/sysmacros.h>

#include "kernel/fdline.h"

static int type_of(struct text word, enum filelock_type *ret)
{
	static const char *const words[] = {
		[FILELOCK_FLOCK] = "FLOCK", [FILELOCK_POSIX] = "POSIX", [FILELOCK_OFD] = "OFDLCK",
		[FILELOCK_LEASE] = "LEASE", [FILELOCK_DELEG] = "DELEG",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (text_is(word, words[i])) {
			*ret = (enum filelock_type)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *filelock_word(enum filelock_type type)
{
	static const char *const words[] = {
		[FILELOCK_FLOCK] = "flock", [FILELOCK_POSIX] = "posix", [FILELOCK_OFD] = "ofd",
		[FILELOCK_LEASE] = "lease", [FILELOCK_DELEG] = "deleg",
	};

	return words[type];
}

static enum filelock_state state_of(struct text word)
{
	if (text_is(word, "BREAKING"))
		return FILELOCK_BREAKING;
	return text_is(word, "BREAKER") ? FILELOCK_BREAKER : FILELOCK_HELD;
}

static int mode_of(struct text word, struct filelock *out)
{
	out->write = text_is(word, "WRITE");
	out->unlock = text_is(word, "UNLCK");
	return out->write || out->unlock || text_is(word, "READ") ? 0 : -EINVAL;
}

/** "fe:00:10952705": the device in hexadecimal, the inode in decimal. */
static int file_of(struct text word, struct filelock *out)
{
	struct text major_text, minor_text;
	uint64_t major_number, minor_number;

	if (text_is(word, "<none>:0"))
		return 0;
	if (!text_next(&word, ':', &major_text) || !text_next(&word, ':', &minor_text) ||
	    text_number(major_text, 16, &major_number) ||
	    text_number(minor_text, 16, &minor_number) || text_number(word, 10, &out->ino))
		return -EINVAL;
	out->dev = makedev((unsigned int)major_number, (unsigned int)minor_number);
	return 0;
}

static int range_of(struct text start, struct text end, struct filelock *out)
{
	out->to_end = text_is(end, "EOF");
	if (text_number(start, 10, &out->start))
		return -EINVAL;
	return out->to_end ? 0 : text_number(end, 10, &out->end);
}

/** "1:" and, of one that waits, "->". */
static bool skip_number(struct text *line, struct filelock *out)
{
	struct text word, rest;

	if (!fdline_word(line, &word) || !text_ends(word, ":"))
		return false;
	rest = *line;
	out->blocked = fdline_word(&rest, &word) && text_is(word, "->");
	if (out->blocked)
		*line = rest;
	return true;
}

/** "1: POSIX  ADVISORY  READ 29992 fe:00:10952705 0 99" */
int filelock_parse(struct text line, struct filelock *out)
{
	enum { TYPE, STATE, MODE, PID, FILE_ID, START, END, WORDS };
	struct filelock parsed = { 0 };
	struct text words[WORDS];
	uint64_t pid = 0;

	if (!skip_number(&line, &parsed))
		return -EINVAL;
	for (unsigned int i = 0; i < WORDS; i++) {
		if (!fdline_word(&line, &words[i]))
			return -EINVAL;
	}
	if (type_of(words[TYPE], &parsed.type) || mode_of(words[MODE], &parsed) ||
	    file_of(words[FILE_ID], &parsed) || range_of(words[START], words[END], &parsed))
		return -EINVAL;
	parsed.state = state_of(words[STATE]);
	if (text_number(words[PID], 10, &pid) == 0 && pid <= INT_MAX)
		parsed.pid = (unsigned int)pid;
	*out = parsed;
	return 0;
}

bool filelock_next(struct text *fdinfo, struct filelock *out)
{
	struct text key, value;

	while (fdline_next(fdinfo, &key, &value)) {
		if (text_is(key, "lock")) {
			if (filelock_parse(value, out) == 0)
				return true;
		} else if (!fdline_is_common(key)) {
			*fdinfo = text_first(*fdinfo, 0);
		}
	}
	return false;
}
