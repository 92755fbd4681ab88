/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/usage.h"

#define AT(field) offsetof(struct usage, field)
enum { SHOWN = COLUMN_DEFAULT, SHOWN_IF_ANY = COLUMN_DEFAULT | COLUMN_OPTIONAL };
enum { OWNER = USAGE_NEED_OWNER, USER = USAGE_NEED_OWNER | USAGE_NEED_USER };

/* clang-format off */
static const struct column columns[] = {
	[USAGE_PID]       = { "pid",       TYPE_ID,      SHOWN,        AT(pid),       0,                    "process that uses it; - is the kernel itself" },
	[USAGE_USER]      = { "user",      TYPE_TEXT,    SHOWN,        AT(user),      USER,                 "its effective user, by name" },
	[USAGE_COMMAND]   = { "command",   TYPE_TEXT,    SHOWN,        AT(command),   0,                    "its name" },
	[USAGE_CONTAINER] = { "container", TYPE_TEXT,    SHOWN_IF_ANY, AT(container), USAGE_NEED_CONTAINER, "host name it sees, where that is not this machine's" },
	[USAGE_USES]      = { "uses",      TYPE_HANDLES, SHOWN,        AT(uses),      0,                    "how: cwd root exe map lock, and descriptors, as 3w" },
	[USAGE_PATH]      = { "path",      TYPE_PATH,    SHOWN_IF_ANY, AT(path),      0,                    "what the kernel uses it for: mount point, swap file, device" },
	[USAGE_UID]       = { "uid",       TYPE_ID,      0,            AT(uid),       OWNER,                "its effective user, as a number" },
	[USAGE_HANDLES]   = { "handles",   TYPE_HANDLES, 0,            AT(handles),   0,                    "the same as handles, which every command takes" },
};
/* clang-format on */
#undef AT

const struct table usage_table = { columns, sizeof(columns) / sizeof(columns[0]) };
