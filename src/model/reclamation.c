/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/reclamation.h"

struct text emptying_word(enum emptying emptying)
{
	static const char *const words[] = {
		[EMPTYING_NONE] = "", [EMPTYING_TRUNCATE] = "truncate", [EMPTYING_PUNCH] = "punch"
	};

	return text_of(words[emptying]);
}

#define AT(field) offsetof(struct reclamation, field)
enum { SHOWN = COLUMN_DEFAULT, SHOWN_IF_ANY = COLUMN_DEFAULT | COLUMN_OPTIONAL };

/* clang-format off */
static const struct column columns[] = {
	[RECLAMATION_HANDLE] = { "handle", TYPE_HANDLE, SHOWN,        AT(handle), 0, "which open file it was reached by" },
	[RECLAMATION_COMMAND] = { "command", TYPE_COMMAND, SHOWN,     AT(command), 0, "its first holder, and how many more" },
	[RECLAMATION_SIZE]   = { "size",   TYPE_SIZE,   SHOWN,        AT(size),   0, "its length before" },
	[RECLAMATION_DISK]   = { "disk",   TYPE_SIZE,   SHOWN,        AT(disk),   0, "bytes it took on disk before" },
	[RECLAMATION_FREED]  = { "freed",  TYPE_SIZE,   SHOWN_IF_ANY, AT(freed),  0, "bytes on disk that it takes no more" },
	[RECLAMATION_METHOD] = { "method", TYPE_WORD,   SHOWN,        AT(method), 0, "truncate punch" },
	[RECLAMATION_PATH]   = { "path",   TYPE_PATH,   SHOWN,        AT(path),   0, "the name it had" },
	[RECLAMATION_ERROR]  = { "error",  TYPE_TEXT,   SHOWN_IF_ANY, AT(error),  0, "why it was not emptied" },
};
/* clang-format on */
#undef AT

const struct table reclamation_table = { columns, sizeof(columns) / sizeof(columns[0]) };
