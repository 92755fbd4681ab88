/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/deleted.h"

struct text class_word(enum deleted_class class)
{
	static const char *const words[] = {
		[CLASS_LIVE] = "live",         [CLASS_GONE] = "gone",
		[CLASS_REPLACED] = "replaced", [CLASS_LINKED] = "linked",
		[CLASS_LOWER] = "lower",       [CLASS_SILLY] = "silly",
		[CLASS_STALE] = "stale",       [CLASS_TMPFILE] = "tmpfile",
		[CLASS_MEMORY] = "memory",
	};

	return text_of(words[class]);
}

bool class_is_quiet(enum deleted_class class)
{
	return class == CLASS_TMPFILE || class == CLASS_MEMORY;
}

#define AT(field) offsetof(struct deleted, field)
enum { SHOWN = COLUMN_DEFAULT, SHOWN_IF_ANY = COLUMN_DEFAULT | COLUMN_OPTIONAL };

/* clang-format off */
static const struct column columns[] = {
	[DELETED_HANDLE]    = { "handle",    TYPE_HANDLE,  SHOWN,        AT(handle),    0,              "what every command takes: PID:FD of its first holder" },
	[DELETED_COMMAND]   = { "command",   TYPE_COMMAND, SHOWN,        AT(command),   0,              "name of its first holder, and how many more hold it" },
	[DELETED_SIZE]      = { "size",      TYPE_SIZE,    SHOWN,        AT(size),      0,              "length of the file" },
	[DELETED_DISK]      = { "disk",      TYPE_SIZE,    SHOWN,        AT(disk),      0,              "bytes it takes on disk" },
	[DELETED_CLASS]     = { "class",     TYPE_WORD,    SHOWN,        AT(class),     NEED_OLD_NAME,  "gone replaced linked lower silly stale; with --all tmpfile memory" },
	[DELETED_CONTAINER] = { "container", TYPE_TEXT,    SHOWN_IF_ANY, AT(container), NEED_CONTAINER, "host name its process sees, if not this machine's; else what its cgroup names" },
	[DELETED_PATH]      = { "path",      TYPE_PATH,    SHOWN,        AT(path),      0,              "name it had, as its process sees it" },
	[DELETED_DEVICE]    = { "device",    TYPE_DEVICE,  0,            AT(device),    0,              "device it lies on, MAJOR:MINOR as stat(2) says it" },
	[DELETED_INODE]     = { "inode",     TYPE_ID,      0,            AT(inode),     0,              "inode number" },
	[DELETED_NLINK]     = { "nlink",     TYPE_COUNT,   0,            AT(nlink),     0,              "names it still has" },
	[DELETED_MODE]      = { "mode",      TYPE_MODE,    0,            AT(mode),      0,              "permission bits, octal" },
	[DELETED_UID]       = { "uid",       TYPE_ID,      0,            AT(uid),       0,              "owner of the file, as a number" },
	[DELETED_USER]      = { "user",      TYPE_TEXT,    0,            AT(user),      NEED_USER,      "owner of the file, by name" },
	[DELETED_SINCE]     = { "since",     TYPE_TIME,    0,            AT(since),     0,              "deleted no later than this: the last change of its inode" },
	[DELETED_HOLDERS]   = { "holders",   TYPE_HANDLES, 0,            AT(holders),   0,              "every handle that keeps it" },
	[DELETED_COMMANDS]  = { "commands",  TYPE_NAMES,   0,            AT(commands),  0,              "names of the processes that hold it" },
	[DELETED_ERROR]     = { "error",     TYPE_TEXT,    0,            AT(error),     0,              "what could not be found out about it, and why" },
};
/* clang-format on */
#undef AT

const struct table deleted_table = { columns, sizeof(columns) / sizeof(columns[0]) };
