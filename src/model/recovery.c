/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/recovery.h"

struct text method_word(enum method method)
{
	static const char *const words[] = { [METHOD_NONE] = "",
					     [METHOD_RELINK] = "relink",
					     [METHOD_CLONE] = "clone",
					     [METHOD_COPY] = "copy" };

	return text_of(words[method]);
}

struct text grade_word(enum grade grade)
{
	static const char *const words[] = {
		[GRADE_NONE] = "",
		[GRADE_SAME] = "same",
		[GRADE_SNAPSHOT] = "snapshot",
		[GRADE_NO_WRITER] = "no-writer",
		[GRADE_FROZEN] = "frozen",
		[GRADE_PREFIX] = "prefix",
		[GRADE_UNCHANGED] = "unchanged",
		[GRADE_CHANGED] = "changed",
	};

	return text_of(words[grade]);
}

#define AT(field) offsetof(struct recovery, field)
enum { SHOWN = COLUMN_DEFAULT, SHOWN_IF_ANY = COLUMN_DEFAULT | COLUMN_OPTIONAL };

/* clang-format off */
static const struct column columns[] = {
	[RECOVERY_HANDLE] = { "handle", TYPE_HANDLE, SHOWN,        AT(handle), 0, "which open file it was taken from" },
	[RECOVERY_SIZE]   = { "size",   TYPE_SIZE,   SHOWN,        AT(size),   0, "bytes recovered" },
	[RECOVERY_METHOD] = { "method", TYPE_WORD,   SHOWN,        AT(method), 0, "relink clone copy" },
	[RECOVERY_GRADE]  = { "grade",  TYPE_WORD,   SHOWN,        AT(grade),  0, "same snapshot no-writer frozen prefix unchanged changed" },
	[RECOVERY_PATH]   = { "path",   TYPE_PATH,   SHOWN,        AT(path),   0, "where it is now, or was to be" },
	[RECOVERY_ERROR]  = { "error",  TYPE_TEXT,   SHOWN_IF_ANY, AT(error),  0, "why it is not back" },
};
/* clang-format on */
#undef AT

const struct table recovery_table = { columns, sizeof(columns) / sizeof(columns[0]) };
