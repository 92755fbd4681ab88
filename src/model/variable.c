/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/variable.h"

#define AT(field) offsetof(struct variable_row, field)
enum { SHOWN = COLUMN_DEFAULT };

/* clang-format off */
static const struct column columns[] = {
	[VARIABLE_PID]     = { "pid",     TYPE_ID,   SHOWN, AT(pid),     0, "process" },
	[VARIABLE_COMMAND] = { "command", TYPE_TEXT, SHOWN, AT(command), 0, "its name" },
	[VARIABLE_NAME]    = { "name",    TYPE_TEXT, SHOWN, AT(name),    0, "of the variable" },
	[VARIABLE_VALUE]   = { "value",   TYPE_TEXT, SHOWN, AT(value),   0, "what it was when the program began; NULL of a secret, unless secrets = 1" },
	[VARIABLE_SECRET]  = { "secret",  TYPE_WORD, SHOWN, AT(secret),  0, "yes: by its name or value it looks like a password, key or token" },
};
/* clang-format on */
#undef AT

const struct table variable_table = { columns, sizeof(columns) / sizeof(columns[0]) };
