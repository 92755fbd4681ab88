/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/file.h"

#include <fcntl.h>

#include "model/handle.h"

/** In the order that lsfd(1) has them. */
static const struct {
	uint32_t bits;
	const char *word;
} flag_words[] = {
	{ O_CREAT, "creat" },     { O_EXCL, "excl" },           { O_NOCTTY, "noctty" },
	{ O_APPEND, "append" },   { O_NONBLOCK, "nonblock" },   { O_SYNC, "sync" },
	{ O_DSYNC, "dsync" },     { O_ASYNC, "async" },         { O_DIRECT, "direct" },
	{ O_TMPFILE, "tmpfile" }, { O_DIRECTORY, "directory" }, { O_NOFOLLOW, "nofollow" },
	{ O_NOATIME, "noatime" }, { O_CLOEXEC, "cloexec" },     { O_PATH, "path" },
};

struct text file_flags(uint32_t flags, struct arena *arena)
{
	static const char *const modes[] = { [O_RDONLY] = "rdonly",
					     [O_WRONLY] = "wronly",
					     [O_RDWR] = "rdwr",
					     [O_ACCMODE] = "none" };
	struct text all = text_of(modes[flags & O_ACCMODE]);

	/* Who has only the path may neither read nor write: the mode means nothing. */
	if (flags & O_PATH) {
		all = text_of("path");
		flags &= ~(uint32_t)O_PATH;
	}

	for (size_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++) {
		/* O_SYNC contains O_DSYNC, O_TMPFILE O_DIRECTORY: the larger one says it. */
		if ((flags & flag_words[i].bits) != flag_words[i].bits)
			continue;
		flags &= ~flag_words[i].bits;
		all = arena_format(arena, "%.*s,%s", (int)all.len, all.bytes, flag_words[i].word);
	}
	return all;
}

struct text file_use(unsigned int use)
{
	static const char *const words[] = {
		[USE_FD] = "fd",   [USE_CWD] = "cwd",   [USE_ROOT] = "root", [USE_EXE] = "exe",
		[USE_MAP] = "map", [USE_RING] = "ring", [USE_LOOP] = "loop"
	};

	return text_of(words[use]);
}

#define AT(field) offsetof(struct file, field)
enum { SHOWN = COLUMN_DEFAULT };
enum {
	IDENTITY = FILE_NEED_IDENTITY,
	NAMED = FILE_NEED_NAMED,
	DISK = FILE_NEED_IDENTITY | FILE_NEED_DISK,
	ACCESS = FILE_NEED_ACCESS,
	STATE = FILE_NEED_NAMED | FILE_NEED_STATE,
	FLAGS = FILE_NEED_FLAGS,
	KIND = FILE_NEED_NAMED | FILE_NEED_KIND,
	DETAIL = KIND | FILE_NEED_DETAIL,
	PEERS = DETAIL | FILE_NEED_PEERS | FILE_NEED_ACCESS, /* who reads, who writes */
	LOCKS = FILE_NEED_LOCKS,
	CLASS = FILE_NEED_NAMED | FILE_NEED_CLASS,
	OWNER = FILE_NEED_OWNER,
	USER = FILE_NEED_OWNER | FILE_NEED_USER,
	CONTAINER = FILE_NEED_CONTAINER,
};

/* clang-format off */
static const struct column columns[] = {
	[FILE_HANDLE]    = { "handle",    TYPE_HANDLE,  SHOWN, AT(handle),    0,         "what every command takes: PID:FD" },
	[FILE_ACCESS]    = { "access",    TYPE_WORD,    SHOWN, AT(access),    ACCESS,    "what it may be used for: r w rw, or - for neither" },
	[FILE_KIND]      = { "kind",      TYPE_WORD,    SHOWN, AT(kind),      KIND,      "what it is: regular pipe unix tcp epoll … or the kernel's own word" },
	[FILE_SIZE]      = { "size",      TYPE_SIZE,    SHOWN, AT(size),      NAMED,     "length of the file" },
	[FILE_POS]       = { "pos",       TYPE_SIZE,    SHOWN, AT(pos),       STATE,     "offset of the next read or write" },
	[FILE_NAME]      = { "name",      TYPE_PATH,    SHOWN, AT(name),      DETAIL,    "its path, or the detail of what has none" },
	[FILE_PID]       = { "pid",       TYPE_ID,      0,     AT(pid),       0,         "process that has it open" },
	[FILE_TID]       = { "tid",       TYPE_ID,      0,     AT(tid),       0,         "thread, where that has a table of its own" },
	[FILE_COMMAND]   = { "command",   TYPE_TEXT,    0,     AT(command),   0,         "name of the process" },
	[FILE_UID]       = { "uid",       TYPE_ID,      0,     AT(uid),       OWNER,     "effective user of the process, as a number" },
	[FILE_USER]      = { "user",      TYPE_TEXT,    0,     AT(user),      USER,      "effective user of the process, by name" },
	[FILE_USE]       = { "use",       TYPE_WORD,    0,     AT(use),       0,         "how it is held: fd cwd root exe map ring" },
	[FILE_FD]        = { "fd",        TYPE_ID,      0,     AT(fd),        0,         "number of the descriptor" },
	[FILE_FLAGS]     = { "flags",     TYPE_WORD,    0,     AT(flags),     FLAGS,     "open flags: rdonly wronly rdwr, append nonblock cloexec …" },
	[FILE_DISK]      = { "disk",      TYPE_SIZE,    0,     AT(disk),      DISK,      "bytes it takes on disk" },
	[FILE_DEVICE]    = { "device",    TYPE_DEVICE,  0,     AT(device),    IDENTITY,  "device it lies on, MAJOR:MINOR as stat(2) says it" },
	[FILE_INODE]     = { "inode",     TYPE_ID,      0,     AT(inode),     IDENTITY,  "inode number" },
	[FILE_NLINK]     = { "nlink",     TYPE_COUNT,   0,     AT(nlink),     IDENTITY,  "names it has" },
	[FILE_MODE]      = { "mode",      TYPE_MODE,    0,     AT(mode),      IDENTITY,  "permission bits, octal" },
	[FILE_MOUNT]     = { "mount",     TYPE_ID,      0,     AT(mount),     IDENTITY,  "id of its mount: mnt_id of proc_pid_mountinfo(5)" },
	[FILE_CLASS]     = { "class",     TYPE_WORD,    0,     AT(class),     CLASS,     "if it is deleted: gone replaced linked lower silly stale tmpfile memory" },
	[FILE_PATH]      = { "path",      TYPE_PATH,    0,     AT(path),      NAMED,     "its name, without what the kernel adds to deleted ones" },
	[FILE_DETAIL]    = { "detail",    TYPE_TEXT,    0,     AT(detail),    DETAIL,    "what only this kind has: addresses, counts, what is watched" },
	[FILE_PEERS]     = { "peers",     TYPE_HANDLES, 0,     AT(peers),     PEERS,     "handles at the other end" },
	[FILE_LOCKS]     = { "locks",     TYPE_TEXT,    0,     AT(locks),     LOCKS,     "locks and leases held through it" },
	[FILE_CONTAINER] = { "container", TYPE_TEXT,    0,     AT(container), CONTAINER, "host name its process sees, where that is not this machine's" },
	[FILE_ERROR]     = { "error",     TYPE_TEXT,    0,     AT(error),     0,         "what could not be found out about it, and why" },
};
/* clang-format on */
#undef AT

const struct table file_table = { columns, sizeof(columns) / sizeof(columns[0]) };
